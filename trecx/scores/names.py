"""Names of classes and samples: numbered by default, and always distinct."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np

from trecx.errors import ScoresError
from trecx.scores.name_hashes import repeated
from trecx.scores.packed_names import PackedNames

__all__ = [
    "MAX_CLASSES",
    "NumberedNames",
    "PackedNames",
    "check_class_count",
    "check_distinct",
    "check_writable",
    "listed",
    "numbered_classes",
]
MAX_CLASSES = 1_024  # a confusion matrix has a cell for every pair of them
_AT_ONCE = 100_000


class NumberedNames(Sequence[str]):
    """The names "0", "1", …, created on access, because ten million of them would take a gigabyte.

    >>> NumberedNames(3)[1], NumberedNames(3) == ("0", "1", "2")
    ('1', True)
    """

    def __init__(self, n: int) -> None:
        self._numbers = range(n)

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return map(str, self._numbers)

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[str, ...]: ...
    def __getitem__(self, position: int | slice) -> str | tuple[str, ...]:
        found = self._numbers[position]
        return str(found) if isinstance(found, int) else tuple(map(str, found))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, NumberedNames):
            return len(self) == len(other)
        return tuple(self) == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))


def numbered_classes(n: int, first: int = 0) -> tuple[str, ...]:
    """Return default names of n classes: "0", "1", …, or from another number on.

    Raises:
        ScoresError: there are more than `MAX_CLASSES`.
    """
    check_class_count(n)
    return tuple(map(str, range(first, first + n)))


def listed(names: Sequence[str], most: int = 12) -> str:
    """Return names separated by commas, and how many more there are.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def check_class_count(n: int) -> None:
    """Refuse more classes than a confusion matrix can have.

    Raises:
        ScoresError: there are more than `MAX_CLASSES`.
    """
    if n > MAX_CLASSES:
        raise ScoresError(
            f"there are {n:,} classes, but at most {MAX_CLASSES:,} are allowed; number classes 0, 1, 2, …"
        )


def check_writable(what: str, names: Sequence[str]) -> None:
    """Refuse a name that cannot be stored: half of a character (a lone surrogate).

    Raises:
        ScoresError: there is one; the message says which.
    """
    if isinstance(names, PackedNames):
        if not names.is_utf8():
            raise ScoresError(f"{what} must be complete characters, but their bytes are not UTF-8")
        return
    for first in range(0, len(names), _AT_ONCE):
        some = names[first : first + _AT_ONCE]
        try:
            "".join(some).encode()
        except UnicodeEncodeError as error:
            wrong = next(name for name in some if any("\ud800" <= letter <= "\udfff" for letter in name))
            raise ScoresError(f"{what} must be complete characters, but {wrong[:80]!r} is not") from error


def check_distinct(what: str, names: Sequence[str]) -> None:
    """Refuse a name that occurs twice.

    Equal names have equal hashes, so no set of all names is needed if all hashes differ.

    Raises:
        ScoresError: two names are the same; the message says which.
    """
    if isinstance(names, PackedNames):
        suspects: Iterable[str] = names.taken(repeated(names))
    else:
        hashes = np.sort(np.fromiter(map(hash, names), np.int64, len(names)))
        suspects = names if (hashes[1:] == hashes[:-1]).any() else ()
    for twice, times in Counter(suspects).most_common(1):
        if times > 1:
            raise ScoresError(f"{what} must be distinct, but {twice!r} occurs {times} times")
