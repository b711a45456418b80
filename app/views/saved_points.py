"""The page Saved points: saved operating points, compared with the store as it is today."""

import streamlit as st

from app.cache import store
from app.saved_points.comparison import show_side_by_side
from app.saved_points.list import pick_points
from app.saved_points.point import show_point, tell_trouble
from app.saved_points.restore import open_asked
from app.saved_points.status import standings
from app.shared.frame import open_frame
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.saved_points.record import SavedPoint
from trecx.store import Store


def listed_points(points: list[SavedPoint]) -> list[SavedPoint]:
    """Write the title; return the points to list: the active ones, or all if the user asks for them."""
    in_use = [point for point in points if point.retired_at is None]
    retired = len(points) - len(in_use)
    counted = f"{len(in_use):,} active, {retired:,} archived" if points else ""
    st.markdown(f"#### Saved operating points :gray[:small[{counted}]]")
    st.space("xxsmall")
    return points if st.session_state.get(RETIRED_TOO) else in_use


def show_points(here: Store, points: list[SavedPoint]) -> None:
    """Show the list, and below it the selection: one point, or several side by side."""
    found = standings(points, here)
    picked = pick_points(points, found)
    if len(picked) == 1:
        show_point(points[picked[0]], found[picked[0]], here)
    elif picked:
        records = [points[row].record for row in picked]
        show_side_by_side([(record.name, record, record.numbers) for record in records], "side by side")


RETIRED_TOO = "show retired"
HOW = "Select one point to open it in Tune or to export it. Select two or more to compare them."
NOTHING = (
    "There are no saved points yet. On the page Tune, set ρ, then select “Save point”. This page lists the "
    "point with its design, device, battery and class mix. It can be compared, opened again and exported."
)
open_asked()
try:
    here = store()
    points = here.points.all()
    if any(run.n_exits > 1 for run in here.runs()):
        open_frame()
    listed = listed_points(points)
    tell_trouble()
    with st.container(horizontal=True):
        st.caption(HOW if listed else "All points are archived." if points else NOTHING, width="content")
        if any(point.retired_at for point in points):
            st.toggle("Show archived points", key=RETIRED_TOO)
    if listed:
        show_points(here, listed)
except TrecxError as error:
    st.error(plain(str(error)))
