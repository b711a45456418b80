"""One saved point: its definition, its status today, and its buttons."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from app.saved_points.comparison import show_side_by_side
from app.saved_points.restore import ask_for
from app.shared.export_files import file_name, offer_files, offer_report
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.report import report_of_point
from trecx.saved_points.record import PointRecord, SavedPoint
from trecx.saved_points.status import PointStatus
from trecx.store import Run, Store
from trecx.store.saved_points import NAME_LENGTH

NEW_NAME = "new name of point"
LONG_NOTE, NOTE_HEIGHT = 600, 150  # characters, pixels
_SAID = "said of point"


def show_point(point: SavedPoint, standing: PointStatus, store: Store) -> None:
    """Show one point with its buttons."""
    left, right = st.columns(2, gap="large")
    with left:
        _show_about(point, standing)
        _show_buttons(point, standing, store)
    with right:
        columns = [("As saved", point.record, point.record.numbers)]
        now = replace(point.record, split=standing.split, guarantee=standing.guarantee)
        if standing.changed or (standing.words and standing.restorable and now != point.record):
            today = {name: value for name, (_, value) in standing.changed.items()}
            columns.append(("Today", now, dict(point.record.numbers) | today))
        show_side_by_side(columns, "one point")


def tell_trouble() -> None:
    """Show why a point was not changed; the point itself may be gone from the list."""
    if trouble := st.session_state.pop(_SAID, ""):
        st.warning(plain(trouble))


def _show_about(point: SavedPoint, standing: PointStatus) -> None:
    record = point.record
    by = f" by {record.author}" if record.author else ""
    retired = f", archived {point.retired_at:%Y-%m-%d %H:%M} UTC" if point.retired_at else ""
    st.markdown(f"**{plain(record.name)}**")
    st.caption(plain(f"Saved {record.taken_at:%Y-%m-%d %H:%M} UTC{by}{retired}"))
    if standing.words:
        st.warning(plain(standing.words))
    if record.note:
        long = len(record.note) > LONG_NOTE
        st.container(height=NOTE_HEIGHT if long else "content", border=long).text(record.note)


def _show_buttons(point: SavedPoint, standing: PointStatus, store: Store) -> None:
    shelf = store.points
    with st.container(horizontal=True, gap="xsmall"):
        run = store.find_run(point.record.run.run_id) if standing.restorable else None
        _show_restore(point.record, run)
        _show_exports(point.record, run, store)
        with st.popover("Rename"):
            st.text_input("New name", point.record.name, NAME_LENGTH, key=f"{NEW_NAME} {point.point_id}")
            st.button("Rename point", key="rename", on_click=_rename, args=(store, point))
        if point.retired_at:
            st.button("Restore", key="bring back", on_click=_change, args=(shelf.restore, point))
        else:
            st.button("Archive", key="retire", on_click=_change, args=(shelf.archive, point))


def _show_exports(record: PointRecord, run: Run | None, store: Store) -> None:
    name = file_name(record.name)
    with st.popover("Export"), st.container(horizontal=True, gap="xsmall"):
        if run:
            offer_report(lambda: report_of_point(store, run, record), name)
        offer_files(lambda: record, name)


def _show_restore(record: PointRecord, run: Run | None) -> None:
    st.button(
        "Open in Tune",
        type="primary",
        key="restore",
        on_click=ask_for if run else None,
        args=(record, run),
        disabled=run is None,
    )


def _rename(store: Store, point: SavedPoint) -> None:
    name = st.session_state[f"{NEW_NAME} {point.point_id}"]
    try:
        store.points.rename(point, name)
    except TrecxError as error:
        st.session_state[_SAID] = f"The point was not renamed to “{name}”: {error}."


def _change(change: Callable[[SavedPoint], SavedPoint], point: SavedPoint) -> None:
    try:
        change(point)
    except TrecxError as error:
        st.session_state[_SAID] = f"The point was not changed: {error}."
