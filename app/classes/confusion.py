"""The confusion matrix at this ρ, at one exit, or as the change vs the final exit."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from app.classes.confusion_cells import Confusion, cells_of, list_cells, open_cell, pick_cell
from app.shared.charts import show
from app.shared.frame import Frame
from trecx.figures.confusion import confusion_change_figure, confusion_figure
from trecx.scores import IntArray
from trecx.threshold.class_results import exit_confusion, most_confused

WHOLE, FINAL, CHANGE = "at this ρ", "final exit", "change vs final exit"
CHANGE_IN_OLD_LINKS = "what ρ changes"
MOST_CLASSES = 20  # more classes leave no room for numbers
FEW, CELL, LARGE_CELL, MARGINS = 4, 27, 70, 100  # classes; pixels of height


def show_confusions(frame: Frame, threshold: float) -> None:
    """Show the selected confusion matrix, its largest cells, and the button to the samples of a cell."""
    names = frame.context.table.class_names
    left, middle, right = st.columns([3, 0.7, 1.3], vertical_alignment="bottom")
    with left:
        confusion = _pick_confusion(frame, threshold)
    as_percent = middle.toggle(
        "in %" if confusion.before is None else "in pt",
        key="cells_in_percent",
        help="Share of the samples of the true class",
    )
    classes = _classes(confusion, right.toggle("most confused first", key="most_confused_first"))
    drawing, listing = st.columns([2, 1], gap="large")
    with drawing:
        height = MARGINS + len(classes) * (LARGE_CELL if len(classes) <= FEW else CELL)
        figure = _figure(names, confusion, classes, as_percent)
        click = show(figure, "confusion_matrix", _alt(confusion), height, clickable=True)
        st.caption(_legend(frame, confusion, len(classes)))
    with listing:
        list_cells(frame, confusion)
        cell = pick_cell(frame, confusion)
    if click:
        cell = int(classes[round(click["y"])]), int(classes[round(click["x"])])
    if cell:
        open_cell(frame, confusion, threshold, *cell)


def _pick_confusion(frame: Frame, threshold: float) -> Confusion:
    table = frame.context.table
    names, early = table.class_names, range(table.n_exits - 1)
    exits = {f"exit {k + 1}" if len(early) > 1 else "early exit": k for k in early}
    options = [WHOLE, *exits, FINAL, CHANGE]
    if st.query_params.get("confusion") == CHANGE_IN_OLD_LINKS:
        st.session_state["confusion"] = CHANGE
    chosen: str = st.segmented_control(
        "Predictions", options, default=WHOLE, required=True, key="confusion", bind="query-params"
    )
    if chosen in exits:
        alone = exit_confusion(table, exits[chosen])
        return Confusion(f"of the {chosen} alone", names, alone, str(exits[chosen] + 1))
    whole, final = (table.operating_point(rho).confusion.astype(np.int64) for rho in (threshold, math.inf))
    if chosen == FINAL:
        return Confusion("of the final exit alone", names, final, "final")
    if chosen == CHANGE:
        return Confusion(f"at ρ = {threshold:.3f} minus final exit", names, whole, "whole", final)
    return Confusion(f"at ρ = {threshold:.3f}", names, whole, "whole")


def _classes(confusion: Confusion, by_confusion: bool) -> IntArray:
    """Return the classes to draw, in order; of too many, those with the most wrong predictions."""
    order = most_confused(confusion.shown)[:MOST_CLASSES]
    return order if by_confusion else np.sort(order)


def _figure(names: Sequence[str], confusion: Confusion, classes: IntArray, as_percent: bool) -> go.Figure:
    if confusion.before is None:
        return confusion_figure(names, confusion.counts, classes, as_percent)
    return confusion_change_figure(names, confusion.counts, confusion.before, classes, as_percent)


def _alt(confusion: Confusion) -> str:
    largest = [f"{true} predicted as {other}: {n:,}" for true, other, n, _ in cells_of(confusion)[:3]]
    return (
        f"Confusion matrix {confusion.title}: rows are true classes, columns are predicted classes. "
        f"Largest {'errors' if confusion.before is None else 'changes'}: {'; '.join(largest) or 'none'}."
    )


def _legend(frame: Frame, confusion: Confusion, n_drawn: int) -> str:
    n_classes = len(confusion.class_names)
    if confusion.before is None:
        colours = "Blue: correct; orange: wrong. A darker cell is a larger share of its true class."
    else:
        colours = (
            "Predictions at this ρ minus those of the final exit. Green: better; yellow: worse. "
            "Correct predictions are framed."
        )
    parts = [colours, f"Click a cell to show its {frame.task.noun}s."]
    if n_drawn < n_classes:
        parts.insert(0, f"Shown are the {n_drawn} most confused of {n_classes} classes; the CSV has all.")
    return " ".join(parts)
