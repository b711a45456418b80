"""Results of every vector of thresholds, one threshold per early exit, up to three early exits."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trecx.progress import Progress, silent
from trecx.scores import FloatArray, IntArray
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.per_exit.levels import Levels
from trecx.threshold.per_exit.vectors import Vectors
from trecx.threshold.per_exit.weights import in_samples, row_weights

MAX_EXHAUSTIVE = 3  # early exits


def every_vector(
    joint: JointCounts, class_weights: FloatArray | None = None, progress: Progress = silent
) -> Iterator[Vectors]:
    """Yield every vector of thresholds, in parts that have the same threshold at the first of three exits.

    Vectors between which no sample moves have the same results; the one with the largest thresholds stands
    for them. So all (n_candidates + 1) ** n_early vectors are covered. They come in decreasing order of
    thresholds, by the first exit, then the second, then the third.

    A part needs no loop over its vectors: samples that pass the first exit are counted by how far their
    confidence reaches at the second and at the third, and cumulative sums over both are the counts of all
    pairs of thresholds. From one part to the next, the samples between both thresholds leave these counts.

    Args:
        joint: samples of a network with one to three early exits.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: all 1.
        progress: called after each part.

    Raises:
        ValueError: there are no early exits, or more than three.
    """
    n_early = joint.n_exits - 1
    if not 1 <= n_early <= MAX_EXHAUSTIVE:
        raise ValueError(f"joint must have 1 to {MAX_EXHAUSTIVE} early exits, got {n_early}")
    exits = [Levels.never(len(joint.counts))] * (MAX_EXHAUSTIVE - n_early)
    exits += [Levels.of(joint, exit_) for exit_ in range(n_early)]
    sums = _Sums(joint, exits, class_weights)
    first = exits[0]
    rows = np.argsort(first.ranks, kind="stable")
    ends = np.searchsorted(first.ranks[rows], np.arange(len(first.thresholds)), side="right")
    for done, level in enumerate(range(len(first.thresholds) - 1, -1, -1), 1):
        if done > 1:
            sums.remove(rows[ends[level] : ends[level + 1]])
        yield sums.vectors(level)
        progress("every vector of thresholds", done, len(first.thresholds))


class _Sums:
    """Counts of the samples that pass the first exit, by their ranks at the second and at the third.

    Their cumulative sums over both ranks are totals for all pairs of levels: of samples that pass the
    second exit, that pass the third, that are answered correctly, and that are lost.
    """

    def __init__(self, joint: JointCounts, exits: list[Levels], class_weights: FloatArray | None) -> None:
        self.joint, self.exits = joint, exits
        self.weights, self.unit = row_weights(joint, class_weights)
        self.second, self.third = exits[1].ranks, exits[2].ranks
        lost = joint.correct[:, -1:] & ~joint.correct
        self.correct, self.lost = self._changes(joint.correct), self._changes(lost)
        self.cells = np.zeros((4, len(exits[1].thresholds), len(exits[2].thresholds)), np.int64)
        self.at_first = np.array([self.weights @ value[0] for value in (self.correct, self.lost)])
        self.passed = 0
        self._add(np.arange(len(self.weights)), 1)

    def remove(self, rows: IntArray) -> None:
        """Leave out rows that stop at the first exit from now on."""
        self._add(rows, -1)

    def vectors(self, level: int) -> Vectors:
        """Return all vectors with one level at the first exit, with the largest thresholds first."""
        sums = self.cells.cumsum(axis=1)
        np.cumsum(sums, axis=2, out=sums)
        second, third, correct, lost = sums[:, ::-1, ::-1].reshape(4, -1)
        passed = [np.full_like(second, self.passed), second, third]
        left = np.array([np.full_like(second, self.weights.sum()), *passed[-self.n_early :]])
        counts = np.vstack([left[:-1] - left[1:], left[-1:]]).T
        by_exit = [self.exits[0].thresholds[level : level + 1], *(e.thresholds for e in self.exits[1:])]

        def thresholds_at(positions: IntArray) -> FloatArray:
            levels = np.unravel_index(positions, [len(thresholds) for thresholds in by_exit])
            columns = [each[::-1][at] for each, at in zip(by_exit, levels, strict=True)]
            return np.column_stack(columns[-self.n_early :])

        return Vectors(
            thresholds_at,
            in_samples(counts, self.unit),
            in_samples(correct + self.at_first[0], self.unit),
            in_samples(lost + self.at_first[1], self.unit),
            self.joint.exit_flops,
            self.joint.n_samples,
        )

    @property
    def n_early(self) -> int:
        return self.joint.n_exits - 1

    def _changes(self, values: npt.NDArray[np.bool_]) -> IntArray:
        """Return a property's value at the first of four exits, and its change from exit to exit.

        Of shape (4, n_rows). Exits that the network does not have are those before its own, with the value 0.
        """
        own = values.T.astype(np.int64)
        missing = np.zeros((MAX_EXHAUSTIVE + 1 - len(own), own.shape[1]), np.int64)
        return np.diff(np.vstack([missing, own]), axis=0, prepend=0)

    def _add(self, rows: IntArray, sign: int) -> None:
        weights, second, third = sign * self.weights[rows], self.second[rows], self.third[rows]
        self.passed += int(weights.sum())
        np.add.at(self.cells[0, :, 0], second, weights)
        np.add.at(self.cells[1], (second, third), weights)
        for cells, value in ((self.cells[2], self.correct), (self.cells[3], self.lost)):
            cells[0, 0] += weights @ value[1, rows]
            np.add.at(cells[:, 0], second, weights * value[2, rows])
            np.add.at(cells, (second, third), weights * value[3, rows])
