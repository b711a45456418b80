"""The page Confidence: whether the confidence is calibrated."""

from collections.abc import Sequence

import streamlit as st

from app.confidence.calibration import Trust, exit_names, show_trust_table, trust_of, trust_words, violins_of
from app.confidence.exit_criteria import show_criteria
from app.confidence.temperature_scaling import show_temperatures
from app.live.threshold_control import threshold_control
from app.shared.charts import show
from app.shared.frame import Frame, open_frame
from app.shared.plain_text import plain
from app.shared.run_controls import run_title
from trecx.confidence.distribution import MEDIUM_CONFIDENCE
from trecx.errors import TrecxError
from trecx.figures import SplitViolin, reliability_figure, split_violin_figure
from trecx.glossary import definition
from trecx.store import Run

DIAGRAMS_A_ROW = 4
VIOLIN, SLIM_VIOLIN, AXIS, DIAGRAM = 92, 68, 74, 260  # pixels in height
MANY_VIOLINS = 6
BAND = (
    "The violins show confidences from the lower end of the band up to its upper end, which is included only "
    "if it is 1. 0.65 to 0.9 is the paper's medium confidence (Figure 5)."
)
EXPECTED_ERROR = (
    f"{definition('ECE')} "
    r"ECE $= \sum_b \frac{n_b}{n}\,|\mathrm{accuracy}_b-\mathrm{confidence}_b|$. "
    "Bars: accuracy with its 95 % CI. Dashes: mean confidence. In a perfectly calibrated exit, each bar ends "
    "at its dash."
)


def pick_runs(frame: Frame) -> list[Run]:
    """Let the user add other runs of the task to the one of the sidebar; return all of them."""
    others = {run.run_id: run for run in frame.runs if run.task == frame.run.task}
    chosen = st.multiselect(
        "Compare with",
        list(others),
        format_func=lambda run_id: run_title(others[run_id], list(others.values())),
        placeholder="Select other runs of the task",
        key=f"beside_{frame.run.task}",
        bind="query-params",
        persist_state="session",
    )
    return [frame.run, *(others[run_id] for run_id in chosen if run_id != frame.run.run_id)]


def pick_band() -> tuple[float, float]:
    """Let the user select the confidence band."""
    band: tuple[float, float] = st.slider(
        "Confidence band",
        0.0,
        1.0,
        MEDIUM_CONFIDENCE,
        0.01,
        help=BAND,
        key="band",
        bind="query-params",
        persist_state="session",
    )
    return band


def show_violins(
    frame: Frame, violins: Sequence[SplitViolin], band: tuple[float, float], threshold: float
) -> None:
    """Draw the violins, or show that the band is empty."""
    if not any(side.count for violin in violins for side in (violin.right, violin.wrong)):
        st.info(f"No {frame.task.noun} has a confidence of {band[0]:g} to {band[1]:g}. Widen the band.")
        return
    counts = "; ".join(
        f"{violin.run}, {violin.exit_name}: {violin.right.count:,.0f} correct, "
        f"{violin.wrong.count:,.0f} wrong"
        for violin in violins
    )
    figure = split_violin_figure(violins, band, threshold)
    each = SLIM_VIOLIN if len(violins) > MANY_VIOLINS else VIOLIN
    show(
        figure,
        "violins",
        f"Violin plots of confidence from {band[0]:g} to {band[1]:g}. {counts}",
        AXIS + each * len(violins),
    )


def show_diagrams(trusts: Sequence[Trust]) -> None:
    """Draw a reliability diagram for each exit of the run."""
    st.markdown("##### Reliability diagrams", help=EXPECTED_ERROR)
    exits = list(zip(exit_names(len(trusts)), trusts, strict=True))
    for first in range(0, len(exits), DIAGRAMS_A_ROW):
        row = exits[first : first + DIAGRAMS_A_ROW]
        for column, (name, (diagram, _)) in zip(st.columns(max(len(row), 2)), row, strict=False):
            with column:
                error = f"{100 * diagram.expected_error:.1f}"
                st.markdown(f"{name.capitalize()} :gray[:small[ECE {error} pt]]")
                alt = f"Reliability diagram of the {name}: expected calibration error {error} pt"
                show(reliability_figure(diagram), f"reliability-{name.replace(' ', '-')}", alt, DIAGRAM)


frame = open_frame(halves=True)
frame.title("Is the confidence calibrated?")
threshold = threshold_control(frame, one_rho=True).threshold
st.space("xsmall")
words = st.empty()  # filled when the scores are loaded
left, right = st.columns([3, 2])
with left:
    runs = pick_runs(frame)
with right:
    band = pick_band()
if band[0] == band[1]:
    st.info(f"The confidence band from {band[0]:g} to {band[1]:g} is empty. Move its ends apart.")
    st.stop()
try:
    violins = [violin for run in runs for violin in violins_of(frame, run, band)]
    trusts = [found for run in runs for found in trust_of(frame, run)]
except TrecxError as error:
    st.error(plain(str(error)))
    st.stop()
words.markdown(trust_words(exit_names(frame.run.n_exits)[0], trusts[0]))
show_violins(frame, violins, band, threshold)
show_diagrams(trusts[: frame.run.n_exits])
show_trust_table(violins, trusts, f"{frame.run.run_id}-confidence")
for heading, about, show_part in (
    ("Temperature scaling", definition("temperature scaling"), show_temperatures),
    ("Other exit criteria", definition("exit criterion"), show_criteria),
):
    st.markdown(f"##### {heading}", help=about)
    try:
        show_part(frame)
    except TrecxError as error:
        st.info(plain(str(error)))
