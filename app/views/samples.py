"""What does it get wrong?"""

import streamlit as st

from app.samples.address import said, say
from app.samples.collections import show_collections
from app.samples.filters import ORDER, outcome_title, pick_outcomes, pick_wanted, tell_nonsense
from app.samples.gallery import show_gallery
from app.samples.sample import show_sample
from app.shared import charts
from app.shared.frame import Frame, open_frame
from app.shared.plain_text import plain
from app.shared.threshold_slider import pick_threshold
from trecx.errors import TrecxError
from trecx.figures.overthinking import overthinking_figure
from trecx.threshold.outcome_curve import OutcomeCurve, counted_threshold, outcome_curve

VIEWS = {"gallery": "Gallery", "rho": "Counts as ρ moves", "collections": "Collections"}


def pick_view() -> str:
    """Let the user say what to look at."""
    wanted = st.session_state.pop("go to", None) or st.session_state.get("view") or said("view") or "gallery"
    if wanted not in VIEWS:
        tell_nonsense("view", wanted, list(VIEWS))
    st.session_state["view"] = wanted if wanted in VIEWS else "gallery"
    picked = st.segmented_control(
        "View",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        required=True,
        key="view",
        label_visibility="collapsed",
    )
    say(view=None if picked == "gallery" else picked)
    return str(picked)


def show_counts(frame: Frame, threshold: float) -> None:
    """Draw the outcomes against ρ."""
    counts = frame.context.table.operating_point(threshold).outcome_counts
    in_words = ", ".join(f"{outcome_title(k)} {int(counts[k]):,}" for k in ORDER)
    curve = outcome_curve(frame.context.table)
    charts.show(
        overthinking_figure(curve, threshold),
        "overthinking",
        f"samples of each outcome against ρ; here: {in_words}",
    )
    st.caption(f"{_where_rescue_pays(curve, frame.task.noun)} Those not drawn leave early and right.")


def _where_rescue_pays(curve: OutcomeCurve, noun: str) -> str:
    low, high, gain = curve.rescue_peak
    pays = f"{gain:,} more {noun}s rescued than destroyed"
    if gain <= 0:
        return f"Rescue never pays: at no ρ are more {noun}s rescued than destroyed."
    if high > 1:
        return f"Rescue pays most for every ρ above {low:.4f}: {pays}."
    beyond = "Beyond, what is still rescued does not make up for what is destroyed."
    return f"Rescue pays most for ρ above {low:.4f}, up to {high:.4f}: {pays}. {beyond}"


frame = open_frame()
frame.title("What does it get wrong?")
threshold = counted_threshold(frame.context.table, pick_threshold(frame))
view = pick_view()
if frame.context.class_weights is not None:
    st.caption(f"Counts are of the {frame.task.noun}s themselves, whatever the class mix.")
try:
    if view == "collections":
        show_collections(frame)
    elif view == "rho":
        show_counts(frame, threshold)
    elif name := said("sample"):
        show_sample(frame, name, threshold)
    else:
        outcomes = pick_outcomes(frame.context.table.operating_point(threshold))
        show_gallery(frame, pick_wanted(frame, threshold, outcomes))
except TrecxError as error:
    st.error(plain(str(error)))
