"""Where the scores of a table go: exits in order, and classes in the order of the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.errors import ScoresError
from trecx.importing.class_column import NUMBERS, class_text, kind_of
from trecx.importing.class_matching import ClassNames
from trecx.importing.table_columns import Columns, find_columns

_ROWS_AT_ONCE = 8192
Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class TableLayout:
    """The columns of a table, and the order of their scores.

    Attributes:
        columns: the columns of the table.
        order: what each exit's columns hold, in the order of the scores; of a trace, only the confidence.
        classes: names of the classes, in that order.
    """

    columns: Columns
    order: tuple[str, ...]
    classes: ClassNames

    def empty(self, n_rows: int) -> Values:
        """Return an array for the scores of some rows.

        Returns:
            Array of shape (n_rows, n_exits, n_classes), or, for a trace, (n_rows, n_exits), in Fortran order.
        """
        if self.columns.trace:
            return np.empty((n_rows, len(self.columns.exits)), np.float32, order="F")
        return np.empty((n_rows, len(self.columns.exits), len(self.order)), np.float32)

    def fill(self, values: Values, numbers: Mapping[str, Values]) -> None:
        """Write the scores of some rows into an array.

        Args:
            values: the array, as `empty` returns it.
            numbers: scores by column, each of shape (n_rows,).
        """
        for first in range(0, len(values), _ROWS_AT_ONCE):  # the processor's cache holds these
            part = slice(first, first + _ROWS_AT_ONCE)
            for k, columns in self.columns.exits.items():
                for position, kind in enumerate(self.order):
                    place = (part, k - 1) if self.columns.trace else (part, k - 1, position)
                    values[place] = numbers[columns[kind]][part]


def table_layout(names: Sequence[str], given: tuple[str, ...], unnamed: bool = False) -> TableLayout:
    """Return the layout of a table.

    Args:
        names: of all columns.
        given: one name per class, in the network's order, if the user or the file names them.
        unnamed: whether the columns of the scores only count the classes, as they come from lists.

    Raises:
        ScoresError: the columns are not those of a table of scores, or the class names given are not theirs.
    """
    columns = find_columns(names, given)
    if columns.trace:
        return TableLayout(columns, ("confidence",), ClassNames(given))
    order, classes = _order(tuple(columns.exits[1]), given)
    return TableLayout(columns, order, ClassNames() if unnamed and not given else classes)


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
