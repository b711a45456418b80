"""Names of many samples in one UTF-8 text: ten million Python strings would take almost a gigabyte."""

from collections.abc import Iterable, Iterator, Sequence
from operator import eq
from typing import overload

import numpy as np
import numpy.typing as npt

_AT_ONCE = 1 << 16


class PackedNames(Sequence[str]):
    """Names in one UTF-8 text, each created on access.

    Attributes:
        content: bytes of all names one after another, of shape (n_bytes,).
        ends: byte position after each name, from the start of `content`, of shape (n_names,).

    >>> names = PackedNames.of(["owl", "", "chat noir"])
    >>> names[2], names.ends.tolist(), names == ("owl", "", "chat noir")
    ('chat noir', [3, 3, 12], True)
    """

    def __init__(self, content: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> None:
        self.content, self.ends = content, ends

    @classmethod
    def of(cls, names: Sequence[str]) -> "PackedNames":
        """Return the names of a sequence, packed; each must be complete characters (`check_writable`)."""
        if isinstance(names, PackedNames):
            return names
        return cls.joined(
            _packed(names[first : first + _AT_ONCE]) for first in range(0, len(names), _AT_ONCE)
        )

    @classmethod
    def joined(cls, parts: Iterable["PackedNames"]) -> "PackedNames":
        """Return the names of all parts, in order; parts from a generator are not all kept in memory."""
        content, ends = bytearray(), bytearray()
        for part in parts:
            ends.extend((part.ends + len(content)).view(np.uint8).data)
            content.extend(np.ascontiguousarray(part.content).data)
        return cls(np.frombuffer(content, np.uint8), np.frombuffer(ends, np.int64))

    def part(self, part: slice) -> "PackedNames":
        """Return some successive names; their content is a view.

        Raises:
            ValueError: the names do not follow each other.
        """
        first, stop, step = part.indices(len(self))
        if step != 1:
            raise ValueError(f"part must have the step 1, got {part}")
        stop = max(first, stop)
        start = self._start(first)
        content = self.content[start : int(self.ends[stop - 1]) if stop > first else start]
        return PackedNames(content, self.ends[first:stop] - start)

    def starts(self) -> npt.NDArray[np.int64]:
        """Return the byte position before each name, of shape (n_names,)."""
        starts = np.zeros(len(self), np.int64)
        starts[1:] = self.ends[:-1]
        return starts

    def taken(self, positions: npt.NDArray[np.int64]) -> Iterator[str]:
        """Yield the names at some positions, of shape (n_positions,)."""
        return map(self._name, positions.tolist())

    def is_utf8(self) -> bool:
        """Whether each name is UTF-8."""
        for first in range(0, len(self), _AT_ONCE):
            some = self.part(slice(first, first + _AT_ONCE))
            if some.content.size == 0 or some.content.max() < 0x80:
                continue
            starts = some.starts()[some.ends > some.starts()]
            if (some.content[starts] & 0xC0 == 0x80).any():  # the rest of a character that began before
                return False
            try:
                some.content.tobytes().decode()
            except UnicodeDecodeError:
                return False
        return True

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), _AT_ONCE):
            yield from self.part(slice(first, first + _AT_ONCE))._unpacked()

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[str, ...]: ...
    def __getitem__(self, position: int | slice) -> str | tuple[str, ...]:
        if isinstance(position, slice):
            found = range(*position.indices(len(self)))
            if found.step == 1:
                return tuple(self.part(position))
            return tuple(map(self._name, found))
        return self._name(range(len(self))[position])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PackedNames):
            return np.array_equal(self.ends, other.ends) and np.array_equal(self.content, other.content)
        if isinstance(other, list | str) or not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _start(self, position: int) -> int:
        return int(self.ends[position - 1]) if position else 0

    def _name(self, position: int) -> str:
        return self.content[self._start(position) : int(self.ends[position])].tobytes().decode()

    def _unpacked(self) -> Iterator[str]:
        content, start = self.content.tobytes(), 0
        text = content.decode() if content.isascii() else None
        for end in self.ends.tolist():
            yield content[start:end].decode() if text is None else text[start:end]
            start = end


def _packed(names: Sequence[str]) -> PackedNames:
    content = "".join(names).encode()
    sized = names if content.isascii() else [name.encode() for name in names]
    lengths = np.fromiter(map(len, sized), np.int64, len(names))
    return PackedNames(np.frombuffer(content, np.uint8), np.cumsum(lengths))
