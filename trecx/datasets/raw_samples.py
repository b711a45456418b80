"""Raw samples as arrays: in memory, or decoded when they are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

RawSamples = npt.NDArray[np.int16] | npt.NDArray[np.uint8]
Item = TypeVar("Item")


class RawArray(Protocol):
    """Samples along the first axis: the part of the NumPy array interface that reading needs."""

    def __len__(self) -> int:
        """Return the number of samples."""

    def __getitem__(self, chosen: Any, /) -> RawSamples:
        """Return the samples of a slice or of an integer array of positions."""


class Found(NamedTuple):
    """One split as it was found in a folder, with a list of its faults.

    Attributes:
        names: one name per sample.
        labels: true class of each.
        faults: one message for each missing or damaged file.
        raw: the samples, not usable if there are faults.
    """

    names: Sequence[str]
    labels: Sequence[int]
    faults: Sequence[str]
    raw: RawArray


@dataclass(frozen=True)
class LazyArray(Generic[Item]):
    """Samples that are decoded each time they are read.

    Attributes:
        items: the source of each sample.
        read: decodes some of them, one row per sample.
    """

    items: Sequence[Item]
    read: Callable[[Sequence[Item]], RawSamples]

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.items)

    def __getitem__(self, chosen: Any, /) -> RawSamples:
        """Return the samples of a slice or of an integer array of positions, decoded now."""
        return self.read([self.items[position] for position in np.arange(len(self.items))[chosen]])


@dataclass(frozen=True)
class ChosenArray:
    """Selected samples of an array, in the given order.

    Attributes:
        whole: the array.
        positions: which of its samples, integers of shape (n_chosen,).
    """

    whole: RawArray
    positions: npt.NDArray[np.intp]

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.positions)

    def __getitem__(self, chosen: Any, /) -> RawSamples:
        """Return the samples of a slice or of an integer array of positions among the chosen."""
        return self.whole[self.positions[chosen]]
