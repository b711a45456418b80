"""A table of scores with one row per sample: its columns, and where an error is in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from trecx.errors import ScoresError
from trecx.scores.names import numbered_classes

TRACE = ["confidence", "prediction"]
_COLUMN = re.compile(r"exit([1-9][0-9]{0,2})_(.+)", re.DOTALL)
_NAMED = 8  # columns listed in a message
_ROWS_AT_ONCE = 8192


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Attributes:
        exits: for each exit 1, 2, …, the names of its columns: the classes, or `TRACE`.
        trace: whether each exit has only prediction and confidence.
        sample: whether samples have names.
    """

    exits: Mapping[int, Sequence[str]]
    trace: bool
    sample: bool

    @property
    def cells(self) -> list[str]:
        """The columns that hold names or classes."""
        predictions = [f"exit{k}_prediction" for k in self.exits] if self.trace else []
        return ["label", *["sample"] * self.sample, *predictions]

    @property
    def numbers(self) -> list[str]:
        """The columns that hold probabilities or confidence."""
        return [
            f"exit{k}_{kind}"
            for k, kinds in self.exits.items()
            for kind in kinds
            if not self.trace or kind == "confidence"
        ]


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """The content of a CSV or Parquet file.

    Attributes:
        columns: the columns of the table.
        cells: texts or whole numbers by column.
        numbers: float32 by column.
        first_row: number of the first sample's row.
        said: metadata in the file (`metadata.KEYS`).
        remarks: how the table was read, in words.
    """

    columns: Columns
    cells: Mapping[str, "pd.Series[Any]"]
    numbers: Mapping[str, npt.NDArray[np.float32]]
    first_row: int
    said: Mapping[str, Any]
    remarks: tuple[str, ...] = ()

    def fields(self, class_names: tuple[str, ...], usual: tuple[str, ...]) -> dict[str, Any]:
        """Return the arguments of `ExitScores`, except exit FLOPs.

        Args:
            class_names: in order; override those in the file.
            usual: class names to use if there are no others and they fit.

        Raises:
            ScoresError: a cell is not a class, or a sample's name occurs twice; the message names the row.
        """
        exits, kinds = self.columns.exits, tuple(next(iter(self.columns.exits.values())))
        names = class_names or tuple(self.said.get("class_names", ()))
        if not self.columns.trace and names and sorted(names) != sorted(kinds):
            raise ScoresError(f"--classes names {list(names)}, but the columns are named {list(kinds)}")
        names = names or (self._names_for(usual) if self.columns.trace else kinds)
        found: dict[str, Any] = {"class_names": names, "labels": self._classes("label", names)}
        if self.columns.sample:
            found["sample_names"] = self.cells["sample"].tolist()
        if self.columns.trace:
            predictions = [self._classes(f"exit{k}_prediction", names) for k in exits]
            found["predictions"] = np.stack(predictions, axis=1)
            found["confidence"] = np.stack([self.numbers[f"exit{k}_confidence"] for k in exits], axis=1)
            return found
        probabilities = np.empty((len(found["labels"]), len(exits), len(names)), np.float32)
        places = {f"exit{k}_{name}": (k - 1, c) for k in exits for c, name in enumerate(names)}
        for first in range(0, len(probabilities), _ROWS_AT_ONCE):  # the processor's cache holds these
            part = slice(first, first + _ROWS_AT_ONCE)
            for column, (exit_, position) in places.items():
                probabilities[part, exit_, position] = self.numbers[column][part]
        return found | {"probabilities": probabilities}

    def _names_for(self, usual: tuple[str, ...]) -> tuple[str, ...]:
        """Return class names for a trace without any: the usual ones, numbers, or the names in the cells."""
        classes = [name for name in self.columns.cells if name != "sample"]
        said = {_text(value) for column in classes for value in self.cells[column].unique()}
        if said <= set(usual) or said <= set(map(str, range(len(usual)))):
            return usual
        if all(_is_number(value) for value in said):
            return numbered_classes(max(map(int, said)) + 1)
        return tuple(sorted(said))

    def _classes(self, column: str, names: tuple[str, ...]) -> npt.NDArray[np.int64]:
        """Return class numbers of cells that hold a class name or a number."""
        codes, values = _coded(self.cells[column])
        numbers = {name: k for k, name in enumerate(names)}
        known = np.array([_class_of(_text(value), numbers) for value in values], np.int64)
        found: npt.NDArray[np.int64] = known[codes]
        if (found < 0).any():
            sample = int((found < 0).argmax())
            raise ScoresError(
                f"row {self.first_row + sample}, column {column}: {self.cells[column].iloc[sample]!r} "
                f"is not a class; known classes: {', '.join(names)}"
            )
        return found


def _coded(cells: "pd.Series[Any]") -> tuple[npt.NDArray[np.intp], Sequence[object]]:
    """Return cells as positions in a list of their distinct values."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return np.asarray(cells.cat.codes, np.intp), list(cells.cat.categories)
    codes, values = pd.factorize(cells)
    return codes, list(values)


def find_columns(names: Sequence[str], class_names: Sequence[str]) -> Columns:
    """Return the columns of a table, from their names.

    Args:
        names: of all columns.
        class_names: if known; without them, `exit1_prediction` is not a class.

    Raises:
        ScoresError: a name occurs twice, or there is no label or no exit; the message names the columns.
    """
    if len(set(names)) < len(names):
        raise ScoresError(
            f"the file has two columns {next(n for n in names if list(names).count(n) > 1)!r}; rename one"
        )
    if "label" not in names:
        raise ScoresError(f"the file has no column 'label'; its columns are {list(names)[:_NAMED]}")
    exits: dict[int, list[str]] = {}
    for column in names:
        match = _COLUMN.fullmatch(column)
        if match:
            exits.setdefault(int(match[1]), []).append(match[2])
    if sorted(exits) != list(range(1, len(exits) + 1)) or not exits:
        raise ScoresError(
            "the file needs columns exit1_…, exit2_… without a gap: exit{k}_{class} for every class, or "
            f"exit{{k}}_prediction and exit{{k}}_confidence; its columns are {list(names)[:_NAMED]}"
        )
    first = sorted(exits[1])
    for k, kinds in exits.items():
        if sorted(kinds) != first:
            raise ScoresError(
                f"exit{k} has the columns {sorted(kinds)}, but exit1 has {first}; all exits need the same"
            )
    trace = first == TRACE and sorted(class_names) != TRACE
    return Columns(dict(sorted(exits.items())), trace, "sample" in names)


def _text(value: object) -> str:
    whole = isinstance(value, bool | np.bool_) or (isinstance(value, float) and value.is_integer())
    return str(int(value)) if whole else str(value)  # type: ignore[call-overload]


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


def _class_of(text: str, numbers: Mapping[str, int]) -> int:
    number = numbers.get(text, int(text) if _is_number(text) else -1)
    return number if number < len(numbers) else -1
