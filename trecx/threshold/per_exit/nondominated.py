"""The vectors of thresholds that no other one beats, collected while vectors come in parts."""

from typing import cast

import numpy as np

from trecx.scores import FloatArray, IntArray
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.per_exit.vectors import Vectors, ranked


class Nondominated:
    """Vectors for which no other one costs at most as much and is better, or costs less and is as good.

    Attributes:
        cost: mean cost per sample, increasing, of shape (n_points,).
        value: what is better if larger, strictly increasing, of shape (n_points,).
        correct: samples with a correct answer, of shape (n_points,).
        lost: samples that only the final exit gets right, of shape (n_points,).
        exit_counts: samples that stop at each exit, of shape (n_points, n_exits).
        thresholds: of shape (n_points, n_early); of equal vectors, the first that was added.
    """

    def __init__(self, exit_costs: IntArray | FloatArray, weighted: bool, by_lost: bool = False) -> None:
        """Start without vectors.

        Args:
            exit_costs: cost of stopping at each exit, of shape (n_exits,).
            weighted: whether samples have weights.
            by_lost: fewer lost samples are better, instead of more correct ones.
        """
        n_exits = len(exit_costs)
        self._exit_costs, self._by_lost, self._whole = exit_costs, by_lost, not weighted
        self._whole_cost = not weighted and np.issubdtype(np.asarray(exit_costs).dtype, np.integer)
        self.cost, self.value = np.empty(0), np.empty(0)
        self.correct: IntArray | FloatArray = np.empty(0, np.int64)
        self.lost: IntArray | FloatArray = np.empty(0, np.int64)
        self.exit_counts: IntArray | FloatArray = np.empty((0, n_exits), np.int64)
        self.thresholds = np.empty((0, n_exits - 1))

    def add(self, part: Vectors) -> None:
        """Take in the vectors of a part that are not beaten, and drop those that they beat."""
        cost = ranked(part.expected(self._exit_costs), float(max(self._exit_costs)), self._whole_cost)
        value = ranked(-part.lost if self._by_lost else part.correct, part.n_samples, self._whole)
        beaten_below = np.append(-np.inf, self.value)[np.searchsorted(self.cost, cost, side="right")]
        new = np.flatnonzero(value > beaten_below)
        if not len(new):
            return
        cost, value = np.append(self.cost, cost[new]), np.append(self.value, value[new])
        order = np.lexsort((-value, cost))
        best_before = np.maximum.accumulate(np.append(-np.inf, value[order][:-1]))
        kept = order[value[order] > best_before]
        self.cost, self.value = cost[kept], value[kept]
        self._take(part, kept, new)

    def vectors(self, joint: JointCounts) -> Vectors:
        """Return the vectors as a part by themselves.

        Args:
            joint: the samples that they were counted on.
        """
        thresholds = self.thresholds
        columns = self.exit_counts, self.correct, self.lost
        return Vectors(lambda at: thresholds[at], *columns, joint.exit_flops, joint.n_samples)

    def _take(self, part: Vectors, kept: IntArray, new: IntArray) -> None:
        """Keep the other columns of the rows `kept`, of the old ones followed by the `new` of a part."""
        self.correct = _joined(self.correct, part.correct[new], kept)
        self.lost = _joined(self.lost, part.lost[new], kept)
        self.exit_counts = _joined(self.exit_counts, part.exit_counts[new], kept)
        self.thresholds = np.concatenate([self.thresholds, part.thresholds_at(new)])[kept]


def _joined(old: IntArray | FloatArray, new: IntArray | FloatArray, kept: IntArray) -> IntArray | FloatArray:
    return cast("IntArray | FloatArray", np.concatenate([old, new])[kept])
