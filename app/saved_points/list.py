"""The list of saved points."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.saved_points.details import BY_NAME, Quantity, rho_text, run_text
from trecx.saved_points.record import SavedPoint
from trecx.saved_points.status import PointStatus

SHOWN = {  # head, width in pixels
    "accuracy": ("Accuracy %", 92),
    "exit_rate": ("Exit rate %", 92),
    "flops": ("MFLOPs", 72),
    "energy_uj": ("µJ", 64),
    "battery_days": ("Days", 58),
}
ROWS_SHOWN, ROW_HEIGHT = 7, 34


def pick_points(points: Sequence[SavedPoint], standings: Sequence[PointStatus]) -> list[int]:
    """Show the points; return the positions of the selected ones, in the order of the list."""
    frame = pd.DataFrame([_row(*both) for both in zip(points, standings, strict=True)])
    picked: Any = st.dataframe(
        frame,
        hide_index=True,
        column_config=_columns(),
        on_select="rerun",
        selection_mode="multi-row",
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * min(len(points) + 1, ROWS_SHOWN + 1) + 6,
        key=list_key(points),
    )
    return sorted(row for row in picked["selection"]["rows"] if row < len(points))


def list_key(points: Sequence[SavedPoint]) -> str:
    """Return the key of the list; other points give another key, so that nothing is selected at first."""
    return f"points {' '.join(str(point.point_id) for point in points)}"


def _row(point: SavedPoint, standing: PointStatus) -> dict[str, Any]:
    record = point.record
    return {
        "name": record.name,
        "of": run_text(record),
        "state": _state(point, standing),
        "rho": rho_text(record.rule),
        "softmax": record.rule.precision,
        **{name: _scaled(BY_NAME[name], record.numbers.get(name)) for name in SHOWN},
        "kept": record.taken_at,
    }


def _scaled(quantity: Quantity, value: float | None) -> float | None:
    return None if value is None else round(quantity.scale * value, quantity.digits)


def _state(point: SavedPoint, standing: PointStatus) -> str:
    if not standing.restorable:
        state = "run missing"
    elif standing.words:
        state = "changed"
    else:
        state = "unchanged"
    return f"archived, {state}" if point.retired_at else state


def _columns() -> dict[str, Any]:
    column = st.column_config
    shown = {
        name: column.NumberColumn(
            head,
            format=f"%.{BY_NAME[name].digits}f" if BY_NAME[name].digits else "localized",
            width=width,
            help=BY_NAME[name].title,
        )
        for name, (head, width) in SHOWN.items()
    }
    return {
        "name": column.TextColumn("Name", width=175),
        "of": column.TextColumn("Task and design", width=165),
        "state": column.TextColumn("Status", width=134),
        "rho": column.TextColumn("ρ", alignment="right", width=66),
        "softmax": column.TextColumn("Softmax", width=70),
        **shown,
        "kept": column.DatetimeColumn("Saved", format="YYYY-MM-DD", width=100),
    }
