"""The paired comparison of two designs on the same samples."""

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
from trecx.figures.by_class import signed

HEIGHT = 300
PAIRED = (
    "Accuracy difference of two designs at equal expected FLOPs. Both are scored on the same samples. "
    "Significant: the 95 % CI excludes 0."
)


def show_pair(frame: Frame, designs: Sequence[Design]) -> None:
    """Let the user select two of the designs, and show their accuracy difference."""
    st.markdown("**Paired comparison**", help=PAIRED)
    if len(designs) < 2:
        st.caption("Select a second design above to compare two.")
        return
    one, other = _pick(designs)
    if one.name == other.name:
        st.info("Both are the same design. Select two different designs.")
        return
    first, second = one.runs[0], other.runs[0]
    if first.sample_set_id != second.sample_set_id:
        st.info(
            f"These designs were not scored on the same samples: {one.name} on {first.dataset} "
            f"({first.n_samples:,}), {other.name} on {second.dataset} ({second.n_samples:,}). "
            "Select two designs with the same samples."
        )
        return
    weights = weights_over(frame, one.situations[0].table)
    mix = None if weights is None else tuple(weights.tolist())
    try:
        found = paired(tuple(one.runs), tuple(other.runs), frame.store.name, mix, frame.half)
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
        one = _select("First design", names, 0, "one")
        st.caption("vs", width="content")
        other = _select("Second design", names, names.index(second.name), "other")
    return by_name[one], by_name[other]


def _select(label: str, names: Sequence[str], index: int, key: str) -> str:
    chosen: str = st.selectbox(
        label, names, index, key=key, bind="query-params", label_visibility="collapsed", width=360
    )
    return chosen


def in_words(found: PairedDifference, one: str, other: str, noun: str) -> str:
    """Return the mean difference, whether it is significant, and at which FLOPs it is."""
    mean, low, high = (100 * value for value in found.mean)
    if low > 0 or high < 0:
        better, worse = (one, other) if mean > 0 else (other, one)
        ends = f"{low:.1f} to {high:.1f}" if mean > 0 else f"{-high:.1f} to {-low:.1f}"
        average = f"**{better}** is {abs(mean):.1f} pt more accurate than {worse} on average"
    else:
        ends = f"{signed(low)} to {signed(high)}"
        average = f"The mean difference between {one} and {other} is not significant: {signed(mean)} pt"
    average += f" (95 % CI {ends}; {found.n_samples:,} {noun}s)."
    pieces = {
        name: [_where(start, end) for start, end, sign in found.sure() if sign == wanted]
        for name, wanted in ((one, 1), (other, -1))
    }
    sure = [
        f"{name} is more accurate {' and '.join(where)} MFLOPs" for name, where in pieces.items() if where
    ]
    if not sure:
        return f"{average} The difference is not significant at any FLOPs."
    return f"{average} Significant: {'; '.join(sure)}."


def _where(start: float, end: float) -> str:
    low, high = f"{start / 1e6:.3g}", f"{end / 1e6:.3g}"
    return f"at {low}" if low == high else f"from {low} to {high}"


def _conditions(one: Design, other: Design) -> str:
    told = [
        "Paired bootstrap over samples, 1,000 replicates; the 95 % CI is for each FLOPs value separately."
    ]
    if len(one.runs) + len(other.runs) > 2:
        told.append("Accuracy is the mean over seeds; the CI does not include the variation between them.")
    for design in (one, other):
        if len(design.exit_flops) == 1:
            spent = np.mean([run.exit_flops[0] for run in design.runs]) / 1e6
            told.append(
                f"{design.name} has one exit, at {spent:.3f} MFLOPs; its accuracy is used at all FLOPs."
            )
    return " ".join(told)
