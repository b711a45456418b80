"""Which design is better? Benefit curves, Table 1, one number to rank by, and what of it may be luck."""

from collections.abc import Sequence

import streamlit as st

from app.compare.choice import options_of, pick_designs, pick_view
from app.compare.designs import built_designs, drawn_lines
from app.compare.paired_comparison import show_pair
from app.compare.table import oracle_share, ranked, saving, show_tables, spelled
from app.shared.charts import show
from app.shared.frame import Frame, open_frame
from app.shared.plain_text import plain
from trecx.comparison.accuracy_targets import Target, parse_targets
from trecx.comparison.design import Design, tradeoff_region
from trecx.errors import TargetError
from trecx.figures import comparison_figure
from trecx.figures.comparison import Region, unseen

TARGETS = "−1, −2, −3"


def verdict(designs: Sequence[Design]) -> str:
    """Return who saves most, in words, for each set of samples alone: accuracies of two do not compare.

    Args:
        designs: those first that save most.
    """
    sets: dict[int, list[Design]] = {}
    for design in designs:
        sets.setdefault(design.runs[0].sample_set_id, []).append(design)
    if len(sets) == 1:
        return _verdict(designs[0])
    return "  \n".join(
        f"Over {plain(of_set[0].runs[0].dataset)}: {_verdict(of_set[0])}" for of_set in sets.values()
    )


def _verdict(best: Design) -> str:
    if best.ranks is None:
        return "No baseline has scored these samples, so no saving can be told."
    if saving(best).value <= 0:
        return "None of these saves FLOPs within three points of its baseline's accuracy."
    share = oracle_share(best)
    of_oracle = f", {spelled(share, 100, 0)} % of what an oracle saves" if share else ""
    return (
        f"**{best.name}** saves most: {spelled(saving(best), 100, 1)} % of FLOPs "
        f"over the last three points of accuracy{of_oracle}."
    )


def show_curves(frame: Frame, designs: list[Design], log: bool, zoom: bool, words: str) -> None:
    """Draw the benefit curves, and say what a reader must know of them.

    Args:
        frame: what is looked at.
        designs: one line each.
        log: whether the FLOPs stand on a log axis.
        zoom: whether only the region where a choice has to be made is shown.
        words: who saves most, for who cannot see the picture.
    """
    region = tradeoff_region(designs) if zoom else None
    shown = Region(*(tuple(axis.tolist()) for axis in region)) if region else None
    lines = drawn_lines(designs, frame.threshold)
    names = ", ".join(design.name for design in designs)
    alt = f"Accuracy against expected FLOPs of {names}. {words.replace('*', '')}"
    show(comparison_figure(lines, log_flops=log, region=shown), "benefit curves", alt)
    rho = f"ρ = {frame.threshold:g}" if frame.threshold <= 1 else "nobody leaves early"
    notes = [f":orange[●] {rho}. × one exit."]
    if any(len(design.runs) > 1 for design in designs):
        notes.append("Bands: one standard deviation over seeds.")
    if shown and (outside := unseen(lines, shown)):
        notes.append(f"Outside this region: {', '.join(outside).replace('<br>', ' · ')}.")
    if zoom and region is None:
        notes.append("No baseline here, or no curve near it: this is the whole range.")
    samples = {design.runs[0].sample_set_id: design.runs[0] for design in designs}.values()
    if len(samples) > 1:
        each = " and ".join(f"{run.dataset} ({run.n_samples:,})" for run in samples)
        notes.append(
            f"Not all were scored on the same samples: {each}. Accuracies of the two do not compare."
        )
    st.caption(" ".join(notes))


def asked_targets() -> list[Target]:
    """Let the user name the accuracies to compare at."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Compared at accuracies of", width="content")
        text = st.text_input(
            "accuracies", TARGETS, key="targets", bind="query-params", label_visibility="collapsed", width=180
        )
        st.caption("% (−1: one point below the baseline; 90: 90 % itself)", width="content")
    try:
        return parse_targets(text)
    except TargetError as error:
        st.warning(plain(str(error)))
        return parse_targets(TARGETS)


frame = open_frame()
frame.title("Which design is better?")
options = options_of(frame)
names = pick_designs(frame, options)
log, zoom = pick_view(frame, options)
designs = built_designs(frame, options, names)
if not designs:
    st.info("Choose one design or more above.")
    st.stop()
best_first = ranked(designs)
words = verdict(best_first)
st.markdown(words)
show_curves(frame, designs, log, zoom, words)
show_tables(best_first, asked_targets())
show_pair(frame, best_first)
