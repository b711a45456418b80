"""Cells of a column as positions in a list of their distinct values, collected part by part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from trecx.scores.sample_blocks import blocks

Codes = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class DistinctCells:
    """Cells of a column.

    Attributes:
        codes: position of each cell's value, of shape (n_samples,), in a small integer type.
        distinct: the values; some may have no cell.
    """

    codes: Codes
    distinct: Sequence[Any]


@dataclass(frozen=True, eq=False)
class CellCollector:
    """Collects the cells of a column from successive parts of a file; few bytes of each cell are kept."""

    _positions: dict[Any, int] = field(default_factory=dict)
    _codes: list[Codes] = field(default_factory=list)

    def add(self, codes: Codes, values: Iterable[Any]) -> None:
        """Add the cells of the next part.

        Args:
            codes: position of each cell's value, of shape (n_cells,).
            values: distinct values of this part.
        """
        positions = [self._positions.setdefault(value, len(self._positions)) for value in values]
        moved = np.array(positions, np.min_scalar_type(len(self._positions)))
        self._codes.append(moved[codes])

    @property
    def cells(self) -> DistinctCells:
        """All cells so far."""
        return DistinctCells(np.concatenate(self._codes), list(self._positions))


def distinct_cells(cells: "pd.Series[Any] | npt.NDArray[Any]") -> DistinctCells:
    """Return cells as positions in a list of their distinct values.

    Args:
        cells: texts, numbers or booleans, of shape (n_samples,).
    """
    collector = CellCollector()
    for part in blocks(len(cells)):
        some = cells[part]
        if isinstance(some, np.ndarray) and some.dtype.kind == "U":
            some = some.astype(object)
        collector.add(*pd.factorize(some, use_na_sentinel=False))
    return collector.cells
