"""Whether two designs truly differ, over samples that both have answered."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from app.cache import paired
from app.compare.designs import weights_over
from app.shared.charts import show
from app.shared.frame import Frame
from app.shared.plain_text import plain
from trecx.comparison.design import Design
from trecx.comparison.paired_difference import PairedDifference
from trecx.datasets.tasks import task_of
from trecx.errors import TrecxError
from trecx.figures import difference_figure

HEIGHT = 300


def show_pair(frame: Frame, designs: Sequence[Design]) -> None:
    """Let the user take two of the designs, and show their paired difference."""
    st.markdown("**Do two of them truly differ?**")
    if len(designs) < 2:
        st.caption("Choose a second design above to see.")
        return
    one, other = _pick(designs)
    if one.name == other.name:
        st.info("These are one and the same; take another one of the two.")
        return
    first, second = one.runs[0], other.runs[0]
    if first.sample_set_id != second.sample_set_id:
        st.info(
            f"They cannot be paired, since they did not answer the same samples: {one.name} was scored on "
            f"{first.dataset} ({first.n_samples:,}), {other.name} on {second.dataset} ({second.n_samples:,})."
        )
        return
    weights = weights_over(frame, one.situations[0].table)
    mix = None if weights is None else tuple(weights.tolist())
    try:
        found = paired(tuple(one.runs), tuple(other.runs), frame.store.name, mix)
    except TrecxError as error:
        st.error(plain(str(error)))
        return
    words = in_words(found, one.name, other.name, task_of(first.task).noun)
    st.markdown(words)
    show(difference_figure(found, one.name, other.name), "paired difference", words.replace("*", ""), HEIGHT)
    st.caption(_conditions(one, other))


def _pick(designs: Sequence[Design]) -> tuple[Design, Design]:
    by_name = {design.name: design for design in designs}
    names, first = list(by_name), designs[0]
    partners = [
        design for design in designs[1:] if design.runs[0].sample_set_id == first.runs[0].sample_set_id
    ]
    second = next((design for design in partners if len(design.exit_flops) > 1), [*partners, designs[1]][0])
    with st.container(horizontal=True, vertical_alignment="center"):
        one = _select(names, 0, "one")
        st.caption("beside", width="content")
        other = _select(names, names.index(second.name), "other")
    return by_name[one], by_name[other]


def _select(names: Sequence[str], index: int, key: str) -> str:
    chosen: str = st.selectbox(
        key, names, index, key=key, bind="query-params", label_visibility="collapsed", width=360
    )
    return chosen


def in_words(found: PairedDifference, one: str, other: str, noun: str) -> str:
    """Return what the difference is on average, and where it is more than luck."""
    mean, low, high = (100 * value for value in found.mean)
    interval = f"(95 % interval {low:+.1f} to {high:+.1f}; {found.n_samples:,} {noun}s)".replace("-", "−")
    if low > 0 or high < 0:
        better, worse = (one, other) if mean > 0 else (other, one)
        average = f"**{better}** is {abs(mean):.1f} points more accurate than {worse} on average {interval}."
    else:
        average = f"On average over these FLOPs, {one} and {other} cannot be told apart {interval}."
    pieces = {
        name: [_where(start, end) for start, end, sign in found.sure() if sign == wanted]
        for name, wanted in ((one, 1), (other, -1))
    }
    sure = [f"{name} is more accurate {', '.join(where)} MFLOPs" for name, where in pieces.items() if where]
    if not sure:
        return f"{average} Nowhere does the interval exclude 0."
    return f"{average} Beyond luck, {'; '.join(sure)}."


def _where(start: float, end: float) -> str:
    low, high = f"{start / 1e6:.3g}", f"{end / 1e6:.3g}"
    return f"at {low}" if low == high else f"from {low} to {high}"


def _conditions(one: Design, other: Design) -> str:
    told = [
        "Bootstrap over samples, 1,000 draws, both designs together; each FLOPs has an interval of its own."
    ]
    if len(one.runs) + len(other.runs) > 2:
        told.append("Seeds are averaged, and taken as they are.")
    for design in (one, other):
        if len(design.exit_flops) == 1:
            spent = np.mean([run.exit_flops[0] for run in design.runs]) / 1e6
            told.append(
                f"{design.name} has one exit: its one accuracy counts everywhere, at {spent:.3f} MFLOPs."
            )
    return " ".join(told)
