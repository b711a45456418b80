"""A column of classes: each cell is the name of a class or a whole number."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trecx.errors import ScoresError
from trecx.importing.distinct_cells import Codes, DistinctCells
from trecx.scores import IntArray
from trecx.scores.sample_blocks import blocks

NAMES, NUMBERS, MIXED = "names", "numbers", "names and numbers"
# 3, 3.0 and 3e0 are numbers; 03 is a name.
_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})(\.0*)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_LARGEST = 10**18


@dataclass(frozen=True, eq=False)
class ClassColumn:
    """Cells that hold classes, as positions in a list of their distinct texts.

    Attributes:
        name: of the column or array, as a message says it.
        codes: position of each cell's text, of shape (n_samples,), in a small integer type.
        texts: the distinct texts (`class_text`).
        place: says where a sample's cell is, such as "row 3, column label".
    """

    name: str
    codes: Codes
    texts: tuple[str, ...]
    place: Callable[[int], str]

    @property
    def kind(self) -> str:
        """Whether the cells hold `NAMES`, `NUMBERS` or both (`MIXED`)."""
        return kind_of(self.texts)

    @property
    def numbers(self) -> frozenset[int]:
        """The distinct numbers."""
        return frozenset(int(text) for text in self.texts if is_number(text))

    def first(self, text: str) -> str:
        """Say where a text occurs first."""
        return self.place(int(np.argmax(self.codes == self.texts.index(text))))

    def mapped(self, classes: Mapping[str, int], out: IntArray | None = None) -> IntArray:
        """Return the class of each cell; all texts must be known.

        Args:
            classes: class of each text.
            out: array for the result; None: a new one.

        Returns:
            Array of shape (n_samples,).
        """
        by_code = np.array([classes[text] for text in self.texts], np.int64)
        found = np.empty(len(self.codes), np.int64) if out is None else out
        for part in blocks(len(found)):
            found[part] = by_code[self.codes[part]]
        return found


def class_column(name: str, cells: DistinctCells, place: Callable[[int], str]) -> ClassColumn:
    """Return cells as a column of classes.

    Args:
        name: of the column or array.
        cells: texts, whole numbers (also as floats) or booleans.
        place: says where a sample's cell is.

    Raises:
        ScoresError: a cell is a number that is not whole, or an empty text; the message says where.
    """
    codes, values = cells.codes, cells.distinct
    used = pd.unique(codes).tolist()  # a category may have no cell
    texts = {code: _text(values[code]) for code in used}
    for code, text in texts.items():
        fraction = isinstance(values[code], float | np.floating) and not is_number(text)
        if not text or fraction:
            where = place(int(np.argmax(codes == code)))
            problem = f"{text} is not a whole number" if fraction else "the cell is empty"
            raise ScoresError(f"{where}: {problem}; write the name of a class or its number")
    distinct = {text: k for k, text in enumerate(dict.fromkeys(texts.values()))}
    moved = np.zeros(len(values), np.min_scalar_type(len(distinct)))
    moved[used] = [distinct[text] for text in texts.values()]
    return ClassColumn(name, moved[codes], tuple(distinct), place)


def class_text(text: str) -> str:
    """Return the text of a class, without blanks around it; a whole number in its shortest form.

    >>> [class_text(text) for text in (" owl ", "3.0", "3e0", "1.5", "03")]
    ['owl', '3', '3', '1.5', '03']
    """
    text = text.strip()
    if _WHOLE.fullmatch(text):
        value = float(text)
        if value.is_integer() and abs(value) < _LARGEST:
            plain = text.lstrip("+")
            return str(int(plain)) if plain.lstrip("-").isdecimal() else str(int(value))
    return text


def is_number(text: str) -> bool:
    """Whether the text of a class (`class_text`) is a whole number.

    >>> is_number("3"), is_number("-1"), is_number("03"), is_number("1.5")
    (True, True, False, False)
    """
    return re.fullmatch(r"0|-?[1-9][0-9]{0,17}", text, re.ASCII) is not None


def kind_of(texts: Sequence[str]) -> str:
    """Return whether texts are `NAMES`, `NUMBERS` or both (`MIXED`)."""
    whole = [is_number(text) for text in texts]
    return NUMBERS if all(whole) else MIXED if any(whole) else NAMES


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating):
        whole = float(value).is_integer() and abs(float(value)) < _LARGEST
        return str(int(value)) if whole else str(value)
    return class_text(str(value))
