"""The page Compare: benefit curves, FLOPs savings, trade-off points, and a paired comparison of designs."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from app.compare.choice import options_of, pick_designs, pick_view
from app.compare.design_points import show_points
from app.compare.designs import built_designs, drawn_lines
from app.compare.paired_comparison import show_pair
from app.compare.table import show_tables, spelled
from app.live.threshold_control import threshold_control
from app.shared.frame import open_frame
from app.shared.plain_text import plain
from trecx.comparison.accuracy_targets import Target, parse_targets
from trecx.comparison.design import Design, ranked, tradeoff_region
from trecx.errors import TargetError
from trecx.figures import comparison_figure
from trecx.figures.comparison import Region, unseen

TARGETS = "−1, −2, −3"


def verdict(designs: Sequence[Design]) -> str:
    """Return which design saves most, separately for each set of samples, as accuracies differ between sets.

    Args:
        designs: largest saving first.
    """
    sets: dict[int, list[Design]] = {}
    for design in designs:
        sets.setdefault(design.runs[0].sample_set_id, []).append(design)
    if len(sets) == 1:
        return _verdict(designs[0])
    return "  \n".join(
        f"On {plain(of_set[0].runs[0].dataset)}: {_verdict(of_set[0])}" for of_set in sets.values()
    )


def _verdict(best: Design) -> str:
    if best.saving is None:
        return (
            "The FLOPs saving is unknown: the baseline was not scored on these samples. Score or import it."
        )
    if best.saving.value <= 0:
        return "None of these designs saves FLOPs at 0 to 3 pt below the baseline's accuracy."
    share = best.oracle_share
    of_oracle = f" This is {spelled(share, 100, 0)} % of the oracle's saving." if share else ""
    return (
        f"**{best.name}** saves most: {spelled(best.saving, 100, 1)} % of the baseline's FLOPs, "
        f"as a mean over accuracies 0 to 3 pt below the baseline's.{of_oracle}"
    )


def curves(designs: Sequence[Design], log: bool, zoom: bool) -> tuple[go.Figure, str]:
    """Return the benefit curves, and notes on them.

    Args:
        designs: one line each.
        log: whether the FLOPs axis is logarithmic.
        zoom: whether only the trade-off region is shown.
    """
    region = tradeoff_region(designs) if zoom else None
    shown = Region(*(tuple(axis.tolist()) for axis in region)) if region else None
    lines = drawn_lines(designs)
    notes = ["× design with one exit."]
    if any(len(design.runs) > 1 for design in designs):
        notes.append("Bands and ±: one standard deviation over seeds.")
    if shown and (outside := unseen(lines, shown)):
        notes.append(f"Outside the trade-off region: {', '.join(outside).replace('<br>', ' · ')}.")
    if zoom and region is None:
        notes.append("The whole range is shown: a trade-off region needs a baseline and a curve near it.")
    samples = {design.runs[0].sample_set_id: design for design in designs}.values()
    if len(samples) > 1:
        counted = [(design.runs[0].dataset, design.situations[0].table.n_samples) for design in samples]
        each = " and ".join(f"{dataset} ({n_samples:,})" for dataset, n_samples in counted)
        notes.append(
            f"The designs were scored on different samples: {each}. Do not compare their accuracies."
        )
    return comparison_figure(lines, log_flops=log, region=shown), " ".join(notes)


def asked_targets() -> list[Target]:
    """Let the user enter the accuracies at which designs are compared."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Compare FLOPs at accuracies", width="content")
        text = st.text_input(
            "accuracies", TARGETS, key="targets", bind="query-params", label_visibility="collapsed", width=180
        )
        st.caption("−1: 1 pt below the baseline; 0: equal to the baseline; 90: 90 %", width="content")
    try:
        return parse_targets(text)
    except TargetError as error:
        st.warning(plain(str(error)))
        return parse_targets(TARGETS)


frame = open_frame(halves=True)
frame.title("Which design is better?")
threshold_control(frame)
options = options_of(frame)
names = pick_designs(frame, options)
log, zoom = pick_view(frame, options)
designs = built_designs(frame, options, names)
if not designs:
    st.info("No design selected. Select one or more above.")
    st.stop()
best_first = ranked(designs)
words = verdict(best_first)
st.markdown(words)
figure, notes = curves(designs, log, zoom)
shown = ", ".join(design.name for design in designs)
alt = f"Accuracy against expected FLOPs of {shown}. {words.replace('*', '')}"
show_points(frame, options, designs, best_first, figure, alt, notes)
show_tables(best_first, asked_targets())
show_pair(frame, best_first)
