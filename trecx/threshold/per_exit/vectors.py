"""Results of many vectors of thresholds at once, one threshold per early exit."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from trecx.scores import FloatArray, IntArray
from trecx.threshold.joint_counts import JointCounts

DIGITS = 10  # of a sum of weights or of costs that are no whole numbers; smaller differences are rounding
_AT_ONCE = 2**22  # pairs of a vector and a row that are looked at together


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors of thresholds with their results; also an `ExitUse`, so that conditions apply to them.

    Attributes:
        thresholds_at: returns the thresholds of some of the vectors, of shape (n_found, n_early), given their
            positions, of shape (n_found,).
        exit_counts: samples that stop at each exit, of shape (n_vectors, n_exits); sums of weights under a
            class mix.
        correct: samples with a correct answer, of shape (n_vectors,), likewise.
        lost: samples that only the final exit gets right, of shape (n_vectors,), likewise.
        exit_flops: exit FLOPs, of shape (n_exits,).
        n_samples: number of samples.
    """

    thresholds_at: Callable[[IntArray], FloatArray]
    exit_counts: IntArray | FloatArray
    correct: IntArray | FloatArray
    lost: IntArray | FloatArray
    exit_flops: IntArray
    n_samples: int

    @cached_property
    def accuracy(self) -> FloatArray:
        """Total accuracy, 0..1, of shape (n_vectors,)."""
        return self.correct / self.n_samples

    @cached_property
    def exit_rate(self) -> FloatArray:
        """Share of samples that stop before the final exit, 0..1, of shape (n_vectors,)."""
        return 1 - self.exit_counts[:, -1] / self.n_samples

    @cached_property
    def flops(self) -> FloatArray:
        """Expected FLOPs per sample, of shape (n_vectors,)."""
        return self.expected(self.exit_flops)

    def expected(self, exit_costs: IntArray | FloatArray) -> FloatArray:
        """Return the mean cost per sample, of shape (n_vectors,).

        Args:
            exit_costs: FLOPs, µJ, ms or anything else by exit, of shape (n_exits,).
        """
        return (self.exit_counts @ exit_costs) / self.n_samples


def ranked(values: IntArray | FloatArray, largest: float, exact: bool) -> FloatArray:
    """Return values in which equal ones are equal to the last bit, of the same shape.

    Args:
        values: 0..largest.
        largest: the largest value that is possible.
        exact: whether they are whole numbers divided by the same number, which need no rounding.

    >>> ranked(np.array([0.1 + 0.2, 0.3]), 1.0, exact=False).tolist()
    [0.3, 0.3]
    """
    found: FloatArray = np.asarray(values if exact else np.round(values / largest, DIGITS) * largest, float)
    return found


@dataclass(frozen=True, eq=False)
class VectorCounts(JointCounts):
    """Counts of samples whose candidates are vectors of thresholds, instead of values of one ρ.

    Everything that is chosen or tested among candidates for ρ works with them. A candidate's ρ is its label
    only: n/n for the first vector, (n − 1)/n for the second, and so on.

    Attributes:
        vectors: thresholds of each candidate in their order, each a candidate of the samples or `inf`, of
            shape (n_vectors, n_early).
        reached: `steps` that a sample has to exceed to stop, of shape (n_vectors + 1, n_early); the first row
            is that of `inf`.
    """

    vectors: FloatArray
    reached: IntArray

    @classmethod
    def at(cls, joint: JointCounts, vectors: FloatArray) -> "VectorCounts":
        """Return the counts of the same samples at these vectors.

        Args:
            joint: the samples.
            vectors: thresholds, each one of `joint.thresholds` or `inf`, of shape (n_vectors, n_early).
        """
        never = np.full((1, vectors.shape[1]), np.inf)
        return cls(
            np.arange(1, len(vectors) + 1) / max(len(vectors), 1),
            joint.steps,
            joint.classes,
            joint.correct,
            joint.baseline_correct,
            joint.counts,
            joint.exit_flops,
            joint.class_names,
            vectors,
            np.searchsorted(joint.thresholds, np.vstack([never, vectors])),
        )

    def by_candidate(self, values: npt.NDArray[np.bool_]) -> IntArray:
        """Return how many samples have a property of the exit at which they stop, by vector and class.

        Args:
            values: whether a row has it if it stops at each exit, of shape (n_rows, n_exits).

        Returns:
            Counts for `inf`, then for each vector, of shape (n_vectors + 1, n_classes).
        """
        of_class = np.zeros((len(self.counts), len(self.class_names)))
        of_class[np.arange(len(self.counts)), self.classes] = self.counts
        size = max(_AT_ONCE // len(self.counts), 1)
        parts = [
            self._having(values, self.reached[first : first + size]) @ of_class
            for first in range(0, len(self.reached), size)
        ]
        return np.vstack(parts).round().astype(np.int64)

    def step(self, label: float) -> int:
        """Return the step of the curve that a label stands for; 0 for `inf`."""
        return int(np.flatnonzero(self.decreasing == label)[0])

    def _having(self, values: npt.NDArray[np.bool_], reached: IntArray) -> FloatArray:
        """Return 1 where a row has the property at a vector, else 0, of shape (len(reached), n_rows)."""
        found = np.broadcast_to(values[:, -1], (len(reached), len(values)))
        for exit_ in range(self.n_exits - 2, -1, -1):
            stops = self.steps[:, exit_] > reached[:, exit_, None]
            found = np.where(stops, values[:, exit_], found)
        return found.astype(np.float64)
