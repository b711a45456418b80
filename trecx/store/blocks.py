"""Columns in the database: each row holds one quantity of one block of samples."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from trecx.scores.sample_blocks import in_parallel
from trecx.store.columns import SAMPLES_A_BLOCK, Column, DamageError, checksum, packed, unpacked

Key = tuple[str | int, ...]  # quantity, exit if there are exits, block
KeyedColumn = tuple[Key, Callable[[], Column]]  # a key, and a function that returns its values
STORED_AS = ("dtype", "n_values", "checksum", "content")  # the columns of the table after the key
_AT_ONCE = 16  # columns that are in memory before they are written


def block_slices(n_samples: int) -> list[slice]:
    """Return the samples of each block.

    >>> block_slices(65_537)
    [slice(0, 65536, None), slice(65536, 65537, None)]
    """
    firsts = range(0, n_samples, SAMPLES_A_BLOCK)
    return [slice(first, min(first + SAMPLES_A_BLOCK, n_samples)) for first in firsts]


def column_rows(owner: int, columns: Iterable[KeyedColumn]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of columns, some at a time; they are compressed on several cores.

    Args:
        owner: number of the run or sample set that has them.
        columns: the key of each, and a function that returns its values.
    """

    def row(column: KeyedColumn) -> tuple[Any, ...]:
        key, values_of = column
        values = values_of()
        dtype, content = values.dtype.newbyteorder("<").str, packed(values)
        return owner, *key, dtype, values.size, checksum(content, *key, dtype, values.size), content

    some: list[KeyedColumn] = []
    for column in columns:
        some.append(column)
        if len(some) == _AT_ONCE:
            yield list(in_parallel(row, some))
            some = []
    if some:
        yield list(in_parallel(row, some))


def read_columns(
    rows: Iterable[Sequence[Any]], sizes: Mapping[Key, int | None], place: Callable[[Key, Column], object]
) -> None:
    """Read columns on several cores, in any order.

    Args:
        rows: the key of each, then `dtype`, `n_values`, `checksum` and `content`.
        sizes: for each key that must be there, its number of values, or None if that is not known.
        place: called with the key and the values of each, of shape (n_values,).

    Raises:
        DamageError: one is missing, or is not what was written.
    """

    def read(row: Sequence[Any]) -> Key:
        *parts, dtype, n_values, found, content = row
        key = tuple(parts)
        right = isinstance(content, bytes) and found == checksum(content, *key, dtype, n_values)
        if not right or sizes.get(key, n_values) not in (None, n_values):
            raise DamageError(f"{_words(key)} is damaged")
        if key in sizes:
            place(key, unpacked(content, dtype, n_values))
        return key

    there = set(in_parallel(read, rows))
    missing = next((key for key in sizes if key not in there), None)
    if missing is not None:
        raise DamageError(f"{_words(missing)} is missing")


def _words(key: Key) -> str:
    quantity, *exit_, block = key
    where = f", exit {int(exit_[0]) + 1}" if exit_ else ""
    return f"{quantity}{where}, block {int(block) + 1}"
