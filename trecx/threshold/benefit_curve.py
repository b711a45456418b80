"""The exact benefit curve of an early-exit network, and its trade-off points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from trecx.errors import ScoresError, ThresholdError
from trecx.scores import ExitScores, FloatArray, IntArray
from trecx.scores.sample_blocks import each_block
from trecx.threshold.exit_order import ExitOrder, exit_order, largest_so_far
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.outcomes import OUTCOMES, outcomes

DROPS = (0.0, 0.01, 0.02, 0.03)
REACHED = 0.0025  # accuracy; a trade-off point further below its target than this does not count


@dataclass(frozen=True, eq=False)
class BenefitCurve:
    """Total accuracy against expected cost as ρ falls from infinity (paper, Eq. 2 and 3, Figure 4).

    A step holds for every ρ above the next step's threshold, up to and including its own. Counts are
    integers, or, under a class mix, sums of weights that also add up to the number of samples.

    Attributes:
        thresholds: ρ of each step, decreasing, `inf` (no early exits) first, of shape (n_steps,).
        exit_counts: samples that stop at each exit, of shape (n_steps, n_exits).
        correct: samples with a correct prediction, of shape (n_steps,).
        exit_flops: exit FLOPs, of shape (n_exits,).
        lost: samples that only the final exit predicts correctly, of shape (n_steps,); None if they were not
            counted (`JointCounts.curve`).
    """

    thresholds: FloatArray
    exit_counts: IntArray | FloatArray
    correct: IntArray | FloatArray
    exit_flops: IntArray
    lost: IntArray | FloatArray | None = None

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return round(float(self.exit_counts[0].sum()))

    @cached_property
    def accuracy(self) -> FloatArray:
        """Total accuracy (Eq. 2) of each step, 0..1, of shape (n_steps,)."""
        return self.correct / self.n_samples

    @cached_property
    def exit_rate(self) -> FloatArray:
        """Share of samples that stop before the final exit, 0..1, of shape (n_steps,)."""
        early: IntArray | FloatArray = self.exit_counts[:, :-1].sum(axis=1)
        return early / self.n_samples

    @cached_property
    def flops(self) -> FloatArray:
        """Expected FLOPs per sample of each step (mean of Eq. 3), of shape (n_steps,)."""
        return self.expected(self.exit_flops)

    def expected(self, exit_costs: IntArray | FloatArray) -> FloatArray:
        """Return the mean cost per sample of each step, given the cost of stopping at each exit.

        Args:
            exit_costs: FLOPs, µJ, ms or anything else by exit, of shape (n_exits,).
        """
        return (self.exit_counts @ exit_costs) / self.n_samples

    def plateau(self, step: int) -> tuple[float, float]:
        """Return (low, high): every ρ in (low, high] has the same exit counts as this step.

        Neighbouring steps are part of the plateau if no sample moves between them: on a grid of thresholds,
        in a table of bins, or if only classes with weight 0 move.
        """
        others = np.flatnonzero((self.exit_counts != self.exit_counts[step]).any(axis=1))
        first = others[others < step].max(initial=-1) + 1
        below = self.thresholds[others[others > step]]
        return float(below.max(initial=0.0)), float(self.thresholds[first])

    def at(self, thresholds: Sequence[float] | FloatArray) -> "BenefitCurve":
        """Return the steps that hold at the given thresholds, labelled with these thresholds.

        Raises:
            ThresholdError: one is neither within 0..1 nor `inf`.
        """
        wanted = np.array([checked_threshold(value) for value in thresholds])
        step = self.steps_at(wanted)
        lost = None if self.lost is None else self.lost[step]
        return BenefitCurve(wanted, self.exit_counts[step], self.correct[step], self.exit_flops, lost)

    def steps_at(self, thresholds: Sequence[float] | FloatArray) -> IntArray:
        """Return the index of the step that holds at each threshold, of the thresholds' shape."""
        return np.searchsorted(-self.thresholds, -np.asarray(thresholds), side="right") - 1

    def on_grid(self, n_points: int) -> "BenefitCurve":
        """Return the points of `n_points` evenly spaced thresholds from 0 to 1 (101: the paper's plots)."""
        return self.at(np.linspace(0, 1, n_points))


@dataclass(frozen=True)
class TradeoffPoint:
    """The point whose accuracy is closest to the baseline's minus `drop` (paper, Table 1)."""

    drop: float
    threshold: float
    accuracy: float
    exit_rate: float
    flops: float


def checked_threshold(value: float) -> float:
    """Return ρ as a float.

    Raises:
        ThresholdError: it is neither within 0..1 nor `inf`.
    """
    threshold = float(value)
    if 0 <= threshold <= 1 or threshold == math.inf:
        return threshold
    raise ThresholdError(f"the threshold ρ must lie within 0..1, or inf (no early exits), got {value}")


def reached_confidence(scores: ExitScores) -> npt.NDArray[np.float32]:
    """Return the largest confidence over exits 1..k for each early exit k, of shape (n_samples, n_exits - 1).

    A sample stops at the first exit where this is ≥ ρ.
    """
    return largest_so_far(scores.confidence[:, :-1])


def benefit_curve(scores: ExitScores) -> BenefitCurve:
    """Return every step of the benefit curve, from one sort and cumulative sums; ties form one step."""
    order = exit_order(scores)
    ties = each_block(lambda part: _ties(order, part, scores.n_exits), len(order.keys))
    sums = np.array([sums for _, sums in ties], np.int64).reshape(-1, max(scores.n_exits, 2))
    before = sums.cumsum(axis=0) - sums
    n_steps = sums[:, 0].sum() + 1
    thresholds, correct = np.empty(n_steps), np.empty(n_steps, np.int64)
    exit_counts = np.empty((scores.n_exits, n_steps), np.int64)
    thresholds[0], exit_counts[:, 0], exit_counts[-1, 0] = np.inf, 0, scores.n_samples
    correct[0] = order.final_correct

    def fill(part: slice, last: IntArray, sums_before: IntArray) -> None:
        first, gained, *passed = sums_before.tolist()
        rows = slice(first + 1, first + 1 + len(last))
        thresholds[rows] = order.confidence(part, last)
        order.gained(part, last, order.final_correct + gained, out=correct[rows])
        left_by = exit_counts[:, rows]
        np.add(last, part.start + 1, out=left_by[-2])
        for exit_ in range(scores.n_exits - 2):  # the remaining ones stop at the last early exit
            np.add(order.stopped(part, exit_).take(last), passed[exit_], out=left_by[exit_])
            left_by[-2] -= left_by[exit_]
        np.subtract(scores.n_samples, left_by[-2], out=left_by[-1])
        for exit_ in range(scores.n_exits - 2, 0, -1):
            left_by[exit_] -= left_by[exit_ - 1]

    each_block(fill, len(order.keys), [last for last, _ in ties], before)
    return BenefitCurve(thresholds, exit_counts.T, correct, scores.exit_flops)


def _ties(order: ExitOrder, part: slice, n_exits: int) -> tuple[IntArray, list[int]]:
    """Return the last keys of ties in a block, and the block's totals.

    These are steps, correct predictions, and samples that stop at each early exit but the last.
    """
    last = order.last_of_ties(part)
    left = (order.n_stopping(part, exit_) for exit_ in range(n_exits - 2))
    return last, [len(last), order.gain(part), *left]


def exit_counts_from_passed(passed: IntArray | FloatArray, n_samples: int) -> IntArray | FloatArray:
    """Return samples that stop at each exit, with a row for `inf` before the others.

    Args:
        passed: samples that stop at exit k or before, of shape (n_steps, n_exits - 1).
        n_samples: number of samples.
    """
    left_by = np.full((len(passed) + 1, passed.shape[1] + 2), n_samples, passed.dtype)
    left_by[:, 0] = 0
    left_by[0, 1:-1] = 0
    left_by[1:, 1:-1] = passed
    return np.diff(left_by, axis=1)


def operating_point(scores: ExitScores, threshold: float) -> OperatingPoint:
    """Return the operating point at ρ.

    Raises:
        ThresholdError: ρ is neither within 0..1 nor `inf`.
    """
    threshold = checked_threshold(threshold)
    reached = reached_confidence(scores).astype(np.float64)
    taken = (reached < threshold).sum(axis=1)
    rows = np.arange(scores.n_samples)
    outcome = outcomes(scores.correct)[rows, taken]
    return OperatingPoint(
        threshold,
        (reached[reached < threshold].max(initial=0.0), reached[reached >= threshold].min(initial=np.inf)),
        _by_class(scores.labels, taken, scores.n_classes, scores.n_exits),
        _by_class(scores.labels, scores.predictions[rows, taken], scores.n_classes, scores.n_classes),
        _by_class(scores.labels, outcome, scores.n_classes, len(OUTCOMES)),
        scores.exit_flops,
    )


def _by_class(labels: IntArray, values: IntArray, n_classes: int, n_values: int) -> IntArray:
    """Return samples by (true class, value), of shape (n_classes, n_values)."""
    counts = np.bincount(labels * n_values + values, minlength=n_classes * n_values)
    return counts.reshape(n_classes, n_values)


def tradeoff_points(
    curve: BenefitCurve, baseline_accuracy: float, drops: Sequence[float] = DROPS
) -> list[TradeoffPoint]:
    """Return, for each drop, the point whose accuracy is closest to `baseline_accuracy - drop`.

    Among equally close points, it is the one with the fewest FLOPs (paper, Table 1).

    Raises:
        ScoresError: `baseline_accuracy` is not within 0..1.
    """
    if not 0 <= baseline_accuracy <= 1:
        raise ScoresError(
            f"the baseline accuracy must lie within 0..1 (0.922 for 92.2 %), got {baseline_accuracy}"
        )
    points = []
    for drop in drops:
        distance = np.abs(curve.accuracy - (baseline_accuracy - drop)).round(12)
        best = np.lexsort((curve.flops, distance))[0]
        numbers = (curve.thresholds, curve.accuracy, curve.exit_rate, curve.flops)
        points.append(TradeoffPoint(drop, *(float(column[best]) for column in numbers)))
    return points


def break_even_exit_rate(exit_flops: Sequence[int], baseline_flops: float) -> float | None:
    """Return the exit rate above which a network with one early exit costs less than its baseline.

    None if there is no such rate: with several early exits, or if even the final exit costs no more.

    >>> round(break_even_exit_rate([7_090_284, 18_189_688], 15_692_716), 3)  # vww/trecx, published
    0.225
    """
    if len(exit_flops) != 2 or exit_flops[1] <= baseline_flops:
        return None
    early, final = exit_flops
    return (final - baseline_flops) / (final - early)
