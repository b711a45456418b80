"""Counts at any ρ, in a time that does not grow with the samples: cumulative sums at checkpoints."""

import numpy as np
import numpy.typing as npt

from trecx.scores import IntArray
from trecx.threshold.outcomes import OUTCOMES

ROWS_APART = 512
MAX_BYTES = 1 << 25  # of all checkpoints; the distance between them grows to stay below
Columns = npt.NDArray[np.int32]
_SIGNS = np.repeat([-1, 1], 3)  # a move takes a sample from three counts and adds it to three others


class RunningCounts:
    """The counts of an `ExitTable` after its first n moves, for any n.

    One row holds three counts: samples by (class, exit), by (class, prediction) and by (class, outcome).

    Args:
        start: rows of `exit_table.START_COLUMNS`.
        moves: rows of `exit_table.MOVE_COLUMNS`, sorted by bin.
        n_classes: number of classes.
        n_exits: number of exits, the final one included.
    """

    def __init__(self, start: IntArray, moves: IntArray, n_classes: int, n_exits: int) -> None:
        self._shapes = [(n_classes, width) for width in (n_exits, n_classes, len(OUTCOMES))]
        self._ends = np.cumsum([rows * columns for rows, columns in self._shapes]).tolist()
        self._count = moves[:, -1].copy()
        _, exit_, class_, prediction, next_, outcome, next_outcome, _ = moves.T.astype(np.int32, order="C")
        before = self._places(class_, exit_, prediction, outcome)
        self._moved = np.concatenate([before, self._places(class_, exit_ + 1, next_, next_outcome)])
        self._apart = max(ROWS_APART, len(moves) * self._ends[-1] * 8 // MAX_BYTES)
        first_class, first_prediction, first_outcome, _ = start.T.astype(np.int32)
        places = self._places(first_class, np.zeros_like(first_class), first_prediction, first_outcome)
        counts = np.zeros(self._ends[-1], np.int64)
        np.add.at(counts, places.ravel(), np.tile(start[:, -1], 3))
        self._checkpoints = [counts]
        for first in range(0, len(moves) - self._apart + 1, self._apart):
            counts = counts.copy()
            self._move(counts, slice(first, first + self._apart))
            self._checkpoints.append(counts)

    def after(self, n_moves: int) -> tuple[IntArray, IntArray, IntArray]:
        """Return samples by (class, exit), (class, prediction) and (class, outcome) after `n_moves` moves.

        Returns:
            Arrays of shape (n_classes, n_exits), (n_classes, n_classes) and (n_classes, 6).
        """
        checkpoint = n_moves // self._apart
        counts = self._checkpoints[checkpoint].copy()
        self._move(counts, slice(checkpoint * self._apart, n_moves))
        first, second, _ = self._ends
        exits, confusion, outcomes = self._shapes
        return (
            counts[:first].reshape(exits),
            counts[first:second].reshape(confusion),
            counts[second:].reshape(outcomes),
        )

    def _move(self, counts: IntArray, rows: slice) -> None:
        np.add.at(counts, self._moved[:, rows].ravel(), np.outer(_SIGNS, self._count[rows]).ravel())

    def _places(self, class_: Columns, *columns: Columns) -> npt.NDArray[np.int32]:
        """Return the index of each of the three counts of a sample in the row, of shape (3, n_rows)."""
        places = np.empty((len(columns), len(class_)), np.int32)
        for k, (column, (_, width)) in enumerate(zip(columns, self._shapes, strict=True)):
            places[k] = class_ * width
            places[k] += column
            places[k] += self._ends[k - 1] if k else 0
        return places
