"""A table of scores with one row per sample, and what its columns are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from trecx.errors import ScoresError
from trecx.importing.class_column import NUMBERS, class_column, class_text, kind_of
from trecx.importing.class_matching import ClassNames
from trecx.importing.raw_scores import RawScores, ReadOptions
from trecx.importing.table_columns import Columns

_ROWS_AT_ONCE = 8192


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """The content of a CSV, Parquet or JSON lines file.

    Attributes:
        columns: the columns of the table.
        cells: texts or whole numbers by column.
        numbers: float32 by column.
        first_row: number of the first sample's row.
        said: metadata in the file (`metadata.KEYS`).
        remarks: how the table was read, in words.
        unnamed: whether the columns of the scores only count the classes, as they come from lists.
    """

    columns: Columns
    cells: Mapping[str, "pd.Series[Any]"]
    numbers: Mapping[str, npt.NDArray[np.float32]]
    first_row: int
    said: Mapping[str, Any]
    remarks: tuple[str, ...] = ()
    unnamed: bool = False

    def raw(self, options: ReadOptions) -> RawScores:
        """Return the scores in the table.

        Raises:
            ScoresError: the class names given are not those of the columns, or a cell is no class.
        """
        given = options.class_names or tuple(self.said.get("class_names", ()))
        exits = self.columns.exits
        if self.columns.trace:
            predictions = [self._classes(kinds["prediction"]) for kinds in exits.values()]
            confidence = np.stack([self.numbers[kinds["confidence"]] for kinds in exits.values()], axis=1)
            return self._made(confidence, ClassNames(given), predictions)
        kinds = tuple(next(iter(exits.values())))
        order, names = _order(kinds, given)
        if self.unnamed and not given:
            names = ClassNames()
        values = np.empty((len(self.cells["label"]), len(exits), len(order)), np.float32)
        for first in range(0, len(values), _ROWS_AT_ONCE):  # the processor's cache holds these
            part = slice(first, first + _ROWS_AT_ONCE)
            for k, columns in exits.items():
                for position, kind in enumerate(order):
                    values[part, k - 1, position] = self.numbers[columns[kind]][part]
        return self._made(values, names, [])

    def _made(
        self, values: npt.NDArray[np.float32], classes: ClassNames, predictions: Sequence[Any]
    ) -> RawScores:
        ending = "confidence" if self.columns.trace else "…"
        kind = "columns" if ending == "…" else "column"
        return RawScores(
            self._classes("label"),
            values,
            lambda sample, exit_: f"row {self.first_row + sample}, {kind} exit{exit_ + 1}_{ending}",
            classes,
            predictions,
            self.cells["sample"].tolist() if self.columns.sample else (),
            self.said,
            self.remarks,
            self.first_row,
        )

    def _classes(self, column: str) -> Any:
        return class_column(
            f"column {column}",
            self.cells[column],
            lambda sample: f"row {self.first_row + sample}, column {column}",
        )


def _order(kinds: tuple[str, ...], given: tuple[str, ...]) -> tuple[tuple[str, ...], ClassNames]:
    """Return the columns' kinds in the order of the classes, and the names of the classes."""
    if len(kinds) == 1:  # one sigmoid: whose name the column has is seen later
        return kinds, ClassNames(given or (class_text(kinds[0]),), given=bool(given))
    if not given:
        numeric = kind_of([class_text(kind) for kind in kinds]) == NUMBERS
        kinds = tuple(sorted(kinds, key=lambda kind: int(class_text(kind)))) if numeric else kinds
        return kinds, ClassNames(tuple(map(class_text, kinds)) if numeric else kinds, given=False)
    for text in (str, class_text, _folded):
        found = {text(kind): kind for kind in kinds}
        if len(found) == len(kinds) and sorted(map(text, given)) == sorted(found):
            return tuple(found[text(name)] for name in given), ClassNames(given)
    numbers = {class_text(kind): kind for kind in kinds}
    if len(given) == len(kinds) == len(numbers) and kind_of(list(numbers)) == NUMBERS:
        return tuple(numbers[text] for text in sorted(numbers, key=int)), ClassNames(given)
    raise ScoresError(
        f"--classes names {list(given)}, but the columns are named {list(kinds)}; give the same names"
    )


def _folded(text: str) -> str:
    return class_text(text).casefold()
