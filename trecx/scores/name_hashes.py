"""Hashes of packed names, many at once, and from them the names that occur twice."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from trecx.scores.packed_names import PackedNames

_AT_ONCE = 1 << 16
_WORD = 8  # bytes that are hashed at once
_LONG = 1024  # bytes; Python hashes longer names one by one
_FACTORS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_SHIFT = np.uint64(32)
Hashes = npt.NDArray[np.uint64]


def hashes_of(names: PackedNames) -> Hashes:
    """Return a hash of each name, of shape (n_names,); equal names have equal hashes."""
    found = np.empty(len(names), np.uint64)
    for first in range(0, len(names), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        found[part] = _hashes(names.part(part))
    return found


def repeated(names: PackedNames) -> npt.NDArray[np.int64]:
    """Return the positions of names whose hash occurs more than once, in order, of shape (n_positions,).

    These are all names that occur twice, and, very rarely, others.
    """
    hashes = hashes_of(names)
    in_order = np.sort(hashes)
    twice = in_order[1:][in_order[1:] == in_order[:-1]]
    return np.flatnonzero(np.isin(hashes, twice)) if len(twice) else np.empty(0, np.int64)


def first_repetition(names: Sequence[str]) -> tuple[int, int] | None:
    """Return the positions of the first name that occurred before, where it was first, and here.

    >>> first_repetition(["a", "b", "c", "b", "a"])
    (1, 3)
    """
    seen: dict[str, int] = {}
    suspects = repeated(names).tolist() if isinstance(names, PackedNames) else range(len(names))
    for position in suspects:
        first = seen.setdefault(names[position], position)
        if first != position:
            return first, position
    return None


def _hashes(names: PackedNames) -> Hashes:
    content = np.append(names.content, np.zeros(_WORD, np.uint8))
    words = np.ndarray((len(content) - _WORD + 1,), "<u8", content, strides=(1,))  # from every byte on
    starts = names.starts()
    lengths = names.ends - starts
    hashes = lengths.astype(np.uint64) + np.uint64(1)
    for active, offset in _positions(lengths):
        left = np.minimum(lengths[active] - offset, _WORD).astype(np.uint64)
        word = words[starts[active] + offset]
        word &= np.uint64(2**64 - 1) >> (np.uint64(64) - left * np.uint64(8))
        hashes[active] = _mixed(hashes[active], word)
    for position in np.flatnonzero(lengths > _LONG).tolist():
        data = content[starts[position] : names.ends[position]].tobytes()
        hashes[position] = np.uint64(hash(data) & 2**64 - 1)
    return hashes


def _positions(lengths: npt.NDArray[np.int64]) -> Iterator[tuple[npt.NDArray[np.int64], int]]:
    """Yield the names that have a byte at each multiple of a word, and that multiple."""
    active = np.flatnonzero((lengths > 0) & (lengths <= _LONG))
    offset = 0
    while len(active):
        yield active, offset
        offset += _WORD
        active = active[lengths[active] > offset]


def _mixed(hashes: Hashes, words: Hashes) -> Hashes:
    """Return hashes with one more word; products wrap."""
    mixed = (hashes ^ words) * _FACTORS[0]
    mixed ^= mixed >> _SHIFT
    mixed *= _FACTORS[1]
    return mixed ^ (mixed >> _SHIFT)
