"""The page Samples: which samples the network gets wrong."""

import streamlit as st

from app.live.threshold_control import threshold_control
from app.samples.address import said, say
from app.samples.collections import show_collections
from app.samples.filters import ORDER, pick_outcomes, pick_wanted, tell_nonsense
from app.samples.gallery import show_gallery
from app.samples.sample import show_sample
from app.shared import charts
from app.shared.frame import Frame, open_frame
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.figures.overthinking import overthinking_figure
from trecx.threshold.outcome_curve import OutcomeCurve, counted_threshold, outcome_curve
from trecx.threshold.outcomes import DESTRUCTIVE, EARLY_RIGHT, OUTCOME_LABELS, RESCUED

VIEWS = {"gallery": "Gallery", "rho": "Outcomes vs ρ", "collections": "Collections"}


def pick_view() -> str:
    """Let the user pick a view of the page."""
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
    """Draw the number of samples per outcome vs ρ."""
    counts = frame.context.table.operating_point(threshold).outcome_counts
    in_words = ", ".join(f"{OUTCOME_LABELS[k]} {int(counts[k]):,}" for k in ORDER)
    curve = outcome_curve(frame.context.table)
    charts.show(
        overthinking_figure(curve, threshold),
        "overthinking",
        f"number of samples per outcome vs ρ; at this ρ: {in_words}",
    )
    rest = f"All other {frame.task.noun}s are “{OUTCOME_LABELS[EARLY_RIGHT]}” (not drawn)."
    st.caption(f"{_where_final_exit_helps(curve, frame.task.noun)} {rest}")


def _where_final_exit_helps(curve: OutcomeCurve, noun: str) -> str:
    low, high, gain = curve.rescue_peak
    compared = f"“{OUTCOME_LABELS[RESCUED]}” than “{OUTCOME_LABELS[DESTRUCTIVE]}”"
    if gain <= 0:
        return f"The final exit never helps: at no ρ are there more {noun}s with {compared}."
    surplus = f"{gain:,} more {noun}s with {compared}"
    if high > 1:
        return f"The final exit helps most for every ρ above {low:.4f}: {surplus}."
    return (
        f"The final exit helps most for ρ above {low:.4f}, up to {high:.4f}: {surplus}. "
        "At a higher ρ, the surplus is smaller."
    )


frame = open_frame()
frame.title("Which samples does the network get wrong?")
threshold = counted_threshold(frame.context.table, threshold_control(frame, one_rho=True).threshold)
view = pick_view()
if frame.context.class_weights is not None:
    st.caption(f"Counts are of the {frame.task.noun}s in the test set; the class mix does not change them.")
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
