"""Who pays: which classes lose accuracy at this ρ, in one sentence and one picture."""

import re
from collections.abc import Sequence

import numpy as np
import streamlit as st

from app.cache import paired_counts
from app.shared.charts import show
from app.shared.frame import Frame
from trecx.figures.by_class import GAINS, PAYS, Panel, by_class_figure, kinds_of, payers_first, signed
from trecx.scores import IntArray
from trecx.threshold.class_changes import ClassChanges, changes_from_final, changes_of_pairs
from trecx.threshold.class_results import Estimates

FINAL, BASELINE = "final exit", "baseline"
MOST_CLASSES, MOST_NAMES = 30, 5
ROW, MARGINS = 24, 62  # pixels of height


def changes_at(frame: Frame, threshold: float, against: str) -> ClassChanges:
    """Return what ρ changes in each class against the final exit alone, or against the baseline."""
    table = frame.context.table
    if against == FINAL and table.n_exits == 2:  # follows from counts that are there already
        return changes_from_final(table, threshold)
    reference = frame.store.baseline_of(frame.run) if against == BASELINE else None
    return changes_of_pairs(paired_counts(frame.run, reference, frame.store.name), threshold)


def show_payers(frame: Frame, changes: ClassChanges, against: str, beside: tuple[Panel, Panel]) -> None:
    """Answer the page's question in words, then draw the answer.

    Args:
        frame: what is looked at.
        changes: of accuracy within each class.
        against: what they are changes from.
        beside: the exit rate and the cost of each class.
    """
    names, difference = frame.context.table.class_names, changes.by_class()
    order = payers_first(difference)
    shown = order[:MOST_CLASSES]
    if against == FINAL and not np.nansum(beside[0].estimates.value):
        answer = f"**Nobody pays**: no {frame.task.noun} leaves early, so every answer is the final exit's."
    else:
        answer = f"{_answer(names, difference, order)} {_overall(frame, changes, against)}"
    st.markdown(answer)
    panel = Panel(f"accuracy less that of the {against} (points)", "points", 0.01, difference)
    show(
        by_class_figure(names, panel, *beside, shown),
        "by_class",
        f"{answer.replace('*', '')} Beside it the exit rate and the cost of each class.",
        MARGINS + ROW * len(shown),
    )
    st.caption(_legend(frame, len(shown), len(order)))


def _answer(names: Sequence[str], difference: Estimates, order: IntArray) -> str:
    kinds = kinds_of(difference)[order]
    payers, gainers = order[kinds == PAYS], order[kinds == GAINS][::-1]
    if len(payers):
        verb = "pays" if len(payers) == 1 else "pay"
        answer = (
            f"**{len(payers)} of {len(order)} classes {verb}**: {_named(names, difference, payers)} points."
        )
    else:
        answer = "**No class pays** more than chance could explain."
    if len(gainers):
        verb = "gains" if len(gainers) == 1 else "gain"
        answer += f" {len(gainers)} {verb}: {_named(names, difference, gainers)} points."
    return answer


def _named(names: Sequence[str], difference: Estimates, classes: IntArray) -> str:
    named = [f"{plain(names[k])} {signed(100 * difference.value[k])}" for k in classes[:MOST_NAMES]]
    return ", ".join([*named, "…"] if len(classes) > MOST_NAMES else named)


def _overall(frame: Frame, changes: ClassChanges, against: str) -> str:
    weights = frame.context.class_weights
    everything = f"All {frame.task.noun}s" + ("" if weights is None else " in this class mix")
    value, low, high = (signed(100 * number, 2) for number in changes.overall(weights))
    return f"{everything} against the {against}: {value} points ({low} to {high})."


def _legend(frame: Frame, n_shown: int, n_classes: int) -> str:
    parts = [
        "Lines: 95 % intervals.",
        f"▼ pays, ▲ gains: its interval leaves out 0; of {n_classes}, {n_classes / 20:.1f} do by chance.",
    ]
    if n_shown < n_classes:
        parts.insert(0, f"The {n_shown} of {n_classes} classes that lose most; the table below has all.")
    if frame.context.class_weights is not None:
        parts.append("The class mix changes overall numbers, not what holds within a class.")
    return " ".join(parts)


def plain(text: str) -> str:
    r"""Return text whose signs mean nothing to Markdown.

    >>> plain("non_person")
    'non\\_person'
    """
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>-])", r"\\\1", text)
