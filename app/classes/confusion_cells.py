"""The cells of a confusion matrix as a list, and the button to the samples of a cell."""

from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np
import pandas as pd
import streamlit as st

from app.shared.frame import Frame
from trecx.figures.by_class import signed
from trecx.files.spreadsheet import csv_text
from trecx.scores import IntArray

MOST_ROWS, ROW, NAME_WIDTH, NUMBER_WIDTH = 5, 35, 78, 58  # pixels


class Confusion(NamedTuple):
    """A confusion matrix, or its change vs the final exit's.

    Attributes:
        title: name of the matrix, for texts and files.
        class_names: one name per class.
        counts: samples by (true class, predicted class), of shape (n_classes, n_classes).
        at: where the predictions are made, as the Samples page names it: whole, final, or an exit from 1.
        before: the final exit's matrix if the change vs it is shown; else None.
    """

    title: str
    class_names: Sequence[str]
    counts: IntArray
    at: str
    before: IntArray | None = None

    @property
    def shown(self) -> IntArray:
        """The counts or changes shown, of shape (n_classes, n_classes)."""
        return self.counts if self.before is None else self.counts - self.before

    def samples(self, true: int, answer: int) -> tuple[str, int]:
        """Return where the samples of a cell are, and how many; those of a decrease are at the final exit."""
        if self.before is not None and self.shown[true, answer] < 0:
            return "final", int(self.before[true, answer])
        return self.at, int(self.counts[true, answer])


def cells_of(confusion: Confusion) -> list[tuple[str, str, int, float]]:
    """Return true class, predicted class, count and % of the true class of each cell that is not 0.

    The largest are first. Correct predictions are left out, unless changes are shown.
    """
    wanted = confusion.shown != 0
    if confusion.before is None:
        np.fill_diagonal(wanted, False)
    true, answer = np.nonzero(wanted)
    count = confusion.shown[true, answer]
    percent = 100 * count / confusion.counts.sum(axis=1)[true]
    names = confusion.class_names
    return [
        (names[true[k]], names[answer[k]], int(count[k]), float(percent[k]))
        for k in np.argsort(-np.abs(count), kind="stable")
    ]


def list_cells(frame: Frame, confusion: Confusion) -> None:
    """Show the cells as a table, with a download of the whole matrix."""
    noun = f"{frame.task.noun}s"
    cells = pd.DataFrame(cells_of(confusion), columns=["true class", "predicted", noun, "%"])
    if len(cells):
        _draw_list(cells, noun, changes=confusion.before is not None)
    else:
        st.info(
            "Every prediction is correct." if confusion.before is None else "No prediction changes at this ρ."
        )
    name = f"confusion_{frame.run.run_id}_{confusion.title}.csv".replace(" ", "_")
    text = confusion_csv(confusion)
    st.download_button(
        "Download CSV of all cells", text, name, "text/csv", on_click="ignore", key="confusion_csv"
    )


def confusion_csv(confusion: Confusion) -> str:
    """Return all cells as CSV: one row per true class, one column per predicted class."""
    rows = zip(confusion.class_names, confusion.shown.tolist(), strict=True)
    return csv_text(["true class", *confusion.class_names], [[name, *counts] for name, counts in rows])


def _draw_list(cells: pd.DataFrame, noun: str, changes: bool) -> None:
    spelled: dict[str, Any] = {noun: "{:,}", "%": "{:.1f}"}
    if changes:
        spelled = {noun: lambda count: signed(count, 0), "%": signed}
    config: dict[str, Any] = {
        "true class": st.column_config.TextColumn(width=NAME_WIDTH),
        "predicted": st.column_config.TextColumn(width=NAME_WIDTH),
        noun: st.column_config.NumberColumn(width=NUMBER_WIDTH),
        "%": st.column_config.NumberColumn(
            "pt" if changes else "%", width=NUMBER_WIDTH, help="Share of the samples of the true class"
        ),
    }
    height = ROW * (1 + min(len(cells), MOST_ROWS)) + 2
    styled = cells.style.format(spelled)
    st.dataframe(styled, hide_index=True, height=height, column_config=config, key="cell_list")


def pick_cell(frame: Frame, confusion: Confusion) -> tuple[int, int] | None:
    """Let the user select a cell; return it when its button is pressed."""
    names = confusion.class_names
    left, right = st.columns(2)
    true = left.selectbox("True class", range(len(names)), format_func=names.__getitem__, key="cell_true")
    answer = right.selectbox(
        "Predicted class", range(len(names)), format_func=names.__getitem__, key="cell_answer"
    )
    at, n_samples = confusion.samples(true, answer)
    early = "early exit" if frame.run.n_exits == 2 else f"exit {at}"
    where = {"whole": "at this ρ", "final": "final exit"}.get(at, early)
    counted = f"{n_samples:,} {frame.task.noun}{'s' * (n_samples != 1)}"
    if frame.half:  # the page Samples shows all samples
        counted = f"{frame.task.noun}s of both halves"
    label = f"Show {counted} ({where})"
    return (true, answer) if st.button(label, disabled=not n_samples, key="open_cell") else None


def open_cell(frame: Frame, confusion: Confusion, threshold: float, true: int, answer: int) -> NoReturn:
    """Open the Samples page with the samples of one cell.

    Args:
        frame: the selected run.
        confusion: the matrix of the cell.
        threshold: ρ.
        true: index of the true class.
        answer: index of the predicted class.
    """
    names, (at, _) = confusion.class_names, confusion.samples(true, answer)
    cell = {"true": names[true], "predicted": names[answer], "at": at}
    st.switch_page("views/samples.py", query_params={"run": frame.run.run_id, "rho": str(threshold), **cell})
