"""Mergeable counts from which the results at every ρ follow, for any number of samples."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.errors import ScoresError
from trecx.scores import ExitScores, FloatArray, IntArray
from trecx.scores.sample_blocks import blocks
from trecx.threshold.benefit_curve import BenefitCurve, checked_threshold, exit_counts_from_passed
from trecx.threshold.cumulative_counts import RunningCounts
from trecx.threshold.exit_order import largest_so_far
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.outcomes import OUTCOMES, outcomes

MAX_EXACT_EDGES = 20_000
START_COLUMNS = ("class", "prediction", "outcome", "count")
MOVE_COLUMNS = ("bin", "exit", "class", "prediction", "next", "outcome", "next_outcome", "count")


def _fixed_edges() -> FloatArray:
    """Return 4,096 edges: subdivisions of the k/256 steps of an int8 softmax, finer toward 1."""
    parts = np.repeat([4, 8, 32], [128, 96, 31])
    steps = [k / 256 + np.arange(n) / (n * 256) for k, n in enumerate(parts)]
    last = 1 - np.exp2(-8 - np.arange(16 * 114 - 1) / 114)
    return np.append(np.concatenate([*steps, last]), 1.0)


FIXED_EDGES = _fixed_edges()


@dataclass(frozen=True, eq=False)
class ExitTable:
    """Counts of samples at ρ = 0, and counts of how samples move from exit to exit as ρ rises.

    At ρ = 0 every sample stops at exit 1. Let m_k be its largest confidence over exits 1..k: as ρ rises
    above m_k, the sample moves from exit k to exit k + 1. So the counts at ρ are the start plus all moves
    whose bin is below ρ. A bin includes its own edge and ends before the next.

    Attributes:
        edges: increasing values of ρ at which the table is exact: every distinct m_k if there are at most
            20,000 of them, else `FIXED_EDGES`. Between two edges, ρ counts as the upper one.
        start: rows of `START_COLUMNS`, of shape (n_rows, 4).
        moves: rows of `MOVE_COLUMNS`, sorted by bin, of shape (n_rows, 8).
        exit_flops: exit FLOPs, of shape (n_exits,).
        class_names: one name per class.
    """

    edges: FloatArray
    start: IntArray
    moves: IntArray
    exit_flops: IntArray
    class_names: Sequence[str]

    @classmethod
    def of(cls, scores: ExitScores, exact_at: float | None = None) -> "ExitTable":
        """Count the samples of `scores`: each move is coded as one integer, and sorting groups equal ones.

        Args:
            scores: names and scores of all classes are not needed.
            exact_at: a ρ at which the counts are exact in any case, and the plateau around it too.
        """
        edges, n_early, n = _edges_of(scores), scores.n_exits - 1, scores.n_samples
        if exact_at is not None and np.array_equal(edges, FIXED_EDGES):
            edges = _edges_around(scores, exact_at)
        of_sample = (scores.n_classes, scores.n_classes, len(OUTCOMES))
        of_move = (len(edges), n_early, scores.n_classes, *of_sample[:2], len(OUTCOMES), len(OUTCOMES))
        starts, moves = np.empty(n, _kind(of_sample)), np.empty((n_early, n), _kind(of_move))
        for part in blocks(n):
            labels, predictions = scores.labels[part], scores.predictions[part].T
            outcome = outcomes(predictions.T == labels[:, None]).T
            starts[part] = _joined(of_sample, labels, predictions[0], outcome[0])
            for k, reached in enumerate(largest_so_far(scores.confidence[part, :-1]).T):
                answers = (predictions[k], predictions[k + 1], outcome[k], outcome[k + 1])
                moves[k, part] = _joined(of_move, _bins(edges, reached), k, labels, *answers)
        counted = _counted(of_sample, starts), _counted(of_move, moves.reshape(-1))
        return cls(edges, *counted, scores.exit_flops, scores.class_names)

    def __add__(self, other: "ExitTable") -> "ExitTable":
        """Return the table of both sets of samples together.

        Raises:
            ScoresError: the two differ in their classes or exit FLOPs.
        """
        if self.class_names != other.class_names or not np.array_equal(self.exit_flops, other.exit_flops):
            raise ScoresError("only tables with the same classes and the same exit FLOPs can be added")
        edges = np.union1d(self.edges, other.edges)
        if len(edges) > MAX_EXACT_EDGES or not (self.exact and other.exact):
            edges = FIXED_EDGES
        start = _added(np.concatenate([self.start, other.start]))
        moves = _added(np.concatenate([self.with_edges(edges).moves, other.with_edges(edges).moves]))
        return ExitTable(edges, start, moves, self.exit_flops, self.class_names)

    def with_edges(self, edges: FloatArray) -> "ExitTable":
        """Return the same counts with other edges, exact at each edge that both tables have.

        Args:
            edges: increasing; the first is not above this table's first edge.
        """
        moves = self.moves.copy()
        moves[:, 0] = _bins(edges, self.edges[moves[:, 0]])
        return ExitTable(edges, self.start, _added(moves), self.exit_flops, self.class_names)

    @property
    def exact(self) -> bool:
        """Whether the counts are exact at every ρ, not only at the edges."""
        return not np.array_equal(self.edges, FIXED_EDGES)

    def exact_at(self, threshold: float) -> bool:
        """Whether the counts are exact at ρ."""
        return self.exact or threshold == math.inf or bool(np.isin(threshold, self.edges))

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.start[:, -1].sum())

    @property
    def class_counts(self) -> IntArray:
        """Samples of each class, of shape (n_classes,)."""
        counts = np.zeros(len(self.class_names), np.int64)
        np.add.at(counts, self.start[:, 0], self.start[:, -1])
        return counts

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        return len(self.exit_flops)

    @property
    def standalone_accuracy(self) -> FloatArray:
        """Accuracy of each exit if all samples stopped there, 0..1, of shape (n_exits,) (paper, Table 2)."""
        correct = np.zeros(self.n_exits, np.int64)
        class_, prediction, _, count = self.start.T
        correct[0] = count[prediction == class_].sum()
        _, exit_, class_, _, next_, _, _, count = self.moves.T
        np.add.at(correct, exit_ + 1, count * (next_ == class_))
        return correct / self.n_samples

    def operating_point(self, threshold: float) -> OperatingPoint:
        """Return the operating point at ρ: the start plus the moves below ρ.

        Raises:
            ThresholdError: ρ is neither within 0..1 nor `inf`.
        """
        threshold = checked_threshold(threshold)
        bin_ = int(self.edges.searchsorted(threshold))
        plateau = (
            float(self.edges[bin_ - 1]) if bin_ else 0.0,
            float(self.edges[bin_]) if bin_ < len(self.edges) else math.inf,
        )
        counts = self._running_counts.after(int(self._first_moves[bin_]))
        return OperatingPoint(threshold, plateau, *counts, self.exit_flops)

    @cached_property
    def _running_counts(self) -> RunningCounts:
        return RunningCounts(self.start, self.moves, len(self.class_names), self.n_exits)

    @cached_property
    def _first_moves(self) -> IntArray:
        """Index of the first move of each bin, then the number of moves, of shape (n_edges + 1,)."""
        return np.searchsorted(np.ascontiguousarray(self.moves[:, 0]), np.arange(len(self.edges) + 1))

    def curve(self, class_weights: FloatArray | None = None) -> BenefitCurve:
        """Return the benefit curve with a step at every edge.

        Args:
            class_weights: weight of one sample of each class (`class_mix.class_weights`); None: all 1.
        """
        n_edges, n_early = len(self.edges), self.n_exits - 1
        bin_, exit_, class_, prediction, next_, _, _, count = self.moves.T
        if class_weights is not None:
            count = count * class_weights[class_]
        moved = np.zeros((n_edges, n_early), count.dtype)
        np.add.at(moved, (bin_, exit_), count)
        gain = np.zeros(n_edges, count.dtype)
        np.add.at(gain, bin_, count * ((next_ == class_).astype(np.int64) - (prediction == class_)))
        right = self.start[self.start[:, 0] == self.start[:, 1]]
        start_correct = right[:, 3] if class_weights is None else right[:, 3] * class_weights[right[:, 0]]
        final_correct = start_correct.sum() + gain.sum()
        return BenefitCurve(
            np.append(np.inf, self.edges[::-1]),
            exit_counts_from_passed(np.cumsum(moved[::-1], axis=0), self.n_samples),
            np.append(final_correct, final_correct - np.cumsum(gain[::-1])),
            self.exit_flops,
        )


def _edges_of(scores: ExitScores) -> FloatArray:
    """Return every distinct largest confidence over exits 1..k, or `FIXED_EDGES` if there are too many."""
    edges = np.empty(0, np.float32)
    for part in blocks(scores.n_samples):
        edges = np.union1d(edges, largest_so_far(scores.confidence[part, :-1]))
        if len(edges) > MAX_EXACT_EDGES:
            return FIXED_EDGES
    return edges.astype(np.float64)


def _edges_around(scores: ExitScores, threshold: float) -> FloatArray:
    """Return `FIXED_EDGES` with the confidences next to ρ in place of those between them."""
    below, above = -np.inf, np.inf
    for part in blocks(scores.n_samples):
        reached = largest_so_far(scores.confidence[part, :-1]).astype(np.float64)
        below = max(below, reached.max(initial=-np.inf, where=reached < threshold))
        above = min(above, reached.min(initial=np.inf, where=reached >= threshold))
    outside = FIXED_EDGES[(FIXED_EDGES < below) | (FIXED_EDGES > above)]
    return np.sort(np.append(outside, [edge for edge in (below, above) if math.isfinite(edge)]))


def _bins(edges: FloatArray, values: npt.NDArray[np.floating[Any]]) -> IntArray:
    """Return the index of the last edge ≤ each value; sorting first makes the search much faster."""
    order = np.argsort(values)
    bins = np.empty(len(values), np.int64)
    bins[order] = np.searchsorted(edges, values[order].astype(np.float64), side="right") - 1
    return bins


def _kind(sizes: Sequence[int]) -> np.dtype[Any]:
    """Return the smallest integer type that can code every row of columns below `sizes`."""
    return np.min_scalar_type(math.prod(sizes))


def _joined(sizes: Sequence[int], *columns: IntArray | npt.NDArray[np.int8] | int) -> IntArray:
    """Return one integer per row, in the order of the rows; each column is below its size."""
    keys: Any = np.int64(0)
    for size, column in zip(sizes, columns, strict=True):
        keys = keys * size + column
    joined: IntArray = keys
    return joined


def _counted(
    sizes: Sequence[int], keys: npt.NDArray[np.integer[Any]], counts: IntArray | None = None
) -> IntArray:
    """Return the distinct rows in order, each with the sum of its counts (default 1); may sort `keys`."""
    if counts is None:
        keys.sort()
    else:
        order = np.argsort(keys)
        keys, counts = keys[order], counts[order]
    new = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    first = np.flatnonzero(new)
    sums = np.diff(np.append(first, len(keys))) if counts is None else np.add.reduceat(counts, first)
    return np.column_stack([*np.unravel_index(keys[first].astype(np.int64), sizes), sums])


def _added(rows: IntArray) -> IntArray:
    """Return the distinct rows in order, with the sums of their counts, which are the last column."""
    sizes = (rows[:, :-1].max(axis=0, initial=0) + 1).tolist()
    return _counted(sizes, _joined(sizes, *rows[:, :-1].T), rows[:, -1])
