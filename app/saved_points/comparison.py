"""Saved points side by side: first the rows that differ, then the identical ones."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.saved_points.details import BY_NAME, QUANTITIES, definition, numbers
from trecx.saved_points.record import PointRecord

ROW_HEIGHT = 30  # pixels
WIDTHS, MANY = {1: 270, 2: 130}, 170  # pixels of a point's column, by how many there are


def show_side_by_side(columns: Sequence[tuple[str, PointRecord, Mapping[str, Any]]], key: str) -> None:
    """Show points in columns; numbers of later points are followed by their difference to the first point.

    Args:
        columns: title, record, and its numbers, as saved or as computed today.
        key: of the table.
    """
    rows = {title: texts for title, texts in _rows(columns).items()}
    differing = {title: texts for title, texts in rows.items() if len(set(texts[: len(columns)])) > 1}
    same = {title: texts for title, texts in rows.items() if title not in differing}
    if len(columns) == 1:
        _table(columns, same, key)
        return
    if differing:
        _table(columns, differing, key)
    else:
        st.caption("No differences.")
    with st.expander(f"Identical: {len(same)} of {len(rows)} rows"):
        _table(columns[:1], same, f"{key} same")


def _rows(columns: Sequence[tuple[str, PointRecord, Mapping[str, Any]]]) -> dict[str, list[str]]:
    """Return each row: the text of every point, then the differences of the later points to the first."""
    texts = []
    for _, record, values in columns:
        defined = definition(record)
        texts.append({"ρ": defined["ρ"]} | numbers(values) | defined)
    rows = {title: [text[title] for text in texts] for title in texts[0]}
    first = columns[0][2]
    for quantity in QUANTITIES:
        rows[quantity.title] += [_difference(quantity.name, first, values) for _, _, values in columns[1:]]
    return {title: [*row, *[""] * (2 * len(columns) - 1 - len(row))] for title, row in rows.items()}


def _difference(name: str, first: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    one, two = first.get(name), other.get(name)
    return "" if one is None or two is None else BY_NAME[name].text(two - one, sign=True)


def _table(
    columns: Sequence[tuple[str, PointRecord, Mapping[str, Any]]], rows: Mapping[str, list[str]], key: str
) -> None:
    n = len(columns)
    frame = pd.DataFrame({"line": list(rows)})
    config = {"line": st.column_config.TextColumn("", width=170)}
    for k, (title, _, _) in enumerate(columns):
        name = f"point {k}"
        frame[name] = [texts[k] for texts in rows.values()]
        config[name] = st.column_config.TextColumn(title, alignment="right", width=WIDTHS.get(n, MANY))
        if k:
            frame[f"change {k}"] = [texts[n + k - 1] for texts in rows.values()]
            config[f"change {k}"] = st.column_config.TextColumn("vs first", alignment="right", width=90)
    st.dataframe(
        frame,
        hide_index=True,
        column_config=config,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (len(rows) + 1) + 10,
        key=key,
    )
