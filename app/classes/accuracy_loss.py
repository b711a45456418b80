"""Which classes lose accuracy at this ρ, in words and as a figure."""

import re
from collections.abc import Sequence

import numpy as np
import streamlit as st

from app.cache import paired_counts
from app.shared.charts import show
from app.shared.frame import Frame
from trecx.figures.by_class import (
    GAINS,
    LOSES,
    Panel,
    by_class_figure,
    kinds_of,
    largest_loss_first,
    signed,
)
from trecx.scores import IntArray
from trecx.threshold.class_changes import ClassChanges, changes_from_final, changes_of_pairs
from trecx.threshold.class_results import Estimates

FINAL, BASELINE = "final exit", "baseline"
MOST_CLASSES, MOST_NAMES = 30, 5
ROW, MARGINS = 24, 62  # pixels of height


def changes_at(frame: Frame, threshold: float, against: str) -> ClassChanges:
    """Return the changes per class at ρ vs the final exit alone, or vs the baseline."""
    table = frame.context.table
    if against == FINAL and table.n_exits == 2:  # known from the counts of the run
        return changes_from_final(table, threshold)
    reference = frame.store.baseline_of(frame.run) if against == BASELINE else None
    return changes_of_pairs(paired_counts(frame.run, reference, frame.store.name, frame.half), threshold)


def show_changes(frame: Frame, changes: ClassChanges, against: str, others: tuple[Panel, Panel]) -> None:
    """Show which classes lose accuracy, in words and as a figure.

    Args:
        frame: the selected run.
        changes: of accuracy per class.
        against: the reference of the changes.
        others: the exit rate and the cost of each class.
    """
    names, difference = frame.context.table.class_names, changes.by_class()
    order = largest_loss_first(difference)
    shown = order[:MOST_CLASSES]
    if against == FINAL and not np.nansum(others[0].estimates.value):
        answer = f"**No class loses accuracy**: no {frame.task.noun} exits early at this ρ."
    else:
        overall = changes.overall(frame.context.class_weights)
        mixed = frame.context.class_weights is not None
        answer = f"{overall_words(overall, against, mixed)}{class_words(names, difference)}"
    st.markdown(answer)
    panel = Panel(f"accuracy change vs {against} (pt)", "pt", 0.01, difference)
    show(
        by_class_figure(names, panel, *others, shown),
        "by_class",
        f"{answer.replace('*', '')} The figure also shows exit rate and mean cost of each class.",
        MARGINS + ROW * len(shown),
    )
    st.caption(_legend(frame, len(shown), len(order)))


def overall_words(overall: tuple[float, float, float], against: str, mixed: bool = False) -> str:
    """Return the change of the total accuracy as a clause: a loss or a gain, or not significant.

    Args:
        overall: change of accuracy, and the ends of its 95 % CI, −1..1.
        against: the reference of the change.
        mixed: whether a class mix is applied.

    >>> overall_words((-0.0123, -0.0164, -0.0081), "final exit")
    '**Accuracy falls by 1.23 pt overall** vs the final exit (95 % CI 0.81 to 1.64)'
    """
    value, low, high = (100 * number for number in overall)
    ends = f"{signed(low, 2)} to {signed(high, 2)}"
    change = f"**The overall accuracy change is not significant**: {signed(value, 2)} pt"
    if high < 0:
        change, ends = f"**Accuracy falls by {-value:.2f} pt overall**", f"{-high:.2f} to {-low:.2f}"
    elif low > 0:
        change, ends = f"**Accuracy rises by {value:.2f} pt overall**", f"{low:.2f} to {high:.2f}"
    return f"{change}{' in this class mix' if mixed else ''} vs the {against} (95 % CI {ends})"


def class_words(names: Sequence[str], difference: Estimates) -> str:
    """Return which classes lose and gain accuracy significantly, as what follows `overall_words`."""
    order = largest_loss_first(difference)
    kinds = kinds_of(difference)[order]
    losing, gaining = order[kinds == LOSES], order[kinds == GAINS][::-1]
    words = "; no single class loses significantly."
    if len(losing):
        verb = "loses" if len(losing) == 1 else "lose"
        found = _named(names, difference, losing)
        words = f". **{len(losing)} of {len(order)} classes {verb} significantly**: {found} pt."
    if len(gaining):
        verb = "gains" if len(gaining) == 1 else "gain"
        words += f" {len(gaining)} {verb} significantly: {_named(names, difference, gaining)} pt."
    return words


def _named(names: Sequence[str], difference: Estimates, classes: IntArray) -> str:
    named = [f"{plain(names[k])} {signed(100 * difference.value[k])}" for k in classes[:MOST_NAMES]]
    return ", ".join([*named, "…"] if len(classes) > MOST_NAMES else named)


def _legend(frame: Frame, n_shown: int, n_classes: int) -> str:
    parts = [
        "Lines: 95 % CI.",
        f"▼ significant loss, ▲ significant gain: the CI excludes 0 "
        f"({n_classes / 20:.1f} of {n_classes} classes expected by chance alone).",
    ]
    if n_shown < n_classes:
        parts.insert(
            0, f"Shown are the {n_shown} of {n_classes} classes that lose most; the table below has all."
        )
    if frame.context.class_weights is not None:
        parts.append("The class mix changes the overall accuracy, not the results within a class.")
    return " ".join(parts)


def plain(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    >>> plain("non_person")
    'non\\_person'
    """
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>-])", r"\\\1", text)
