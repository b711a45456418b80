"""FLOPs that several confidence measures need for one accuracy, with bootstrap intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.comparison.bootstrap import Blocks, replicate_means
from trecx.scores import ExitScores, FloatArray
from trecx.threshold.benefit_curve import BenefitCurve, reached_confidence
from trecx.threshold.exit_table import ExitTable

N_STEPS = 400  # of a curve in a bootstrap replicate
_SLACK = 1e-6  # of accuracy: sums of a million samples in float32


@dataclass(frozen=True, eq=False)
class CostAtAccuracy:
    """The cheapest point of a curve with at least a given accuracy.

    Attributes:
        curve: the whole benefit curve.
        goal: the accuracy to reach, 0..1.
        threshold: ρ.
        accuracy: total accuracy there, 0..1.
        exit_rate: share of samples that stop before the final exit, 0..1.
        flops: expected FLOPs per sample.
        more: extra FLOPs vs the first way, with the ends of its 95 % bootstrap interval.
    """

    curve: BenefitCurve
    goal: float
    threshold: float
    accuracy: float
    exit_rate: float
    flops: float
    more: tuple[float, float, float]

    @property
    def sure(self) -> bool:
        """Whether its difference to the first way is significant: the interval excludes 0."""
        return self.more[1] > 0 or self.more[2] < 0


def reach(
    ways: Sequence[ExitScores],
    baseline_correct: npt.NDArray[np.bool_] | None = None,
    class_weights: FloatArray | None = None,
    seed: int = 0,
) -> list[CostAtAccuracy]:
    """Return the cost of each way at the accuracy of the baseline, or of the final exit if that is lower.

    Each of 1,000 bootstrap replicates draws the samples for all ways and the baseline together, and finds the
    accuracy to reach and the cheapest ρ again, so that the interval includes the choice of ρ.

    Args:
        ways: scores of one network with the same predictions, each with another confidence.
        baseline_correct: whether the baseline is correct, of shape (n_samples,); None: unknown.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: 1.
        seed: of the bootstrap.
    """
    labels = ways[0].labels
    weights = np.ones(len(labels)) if class_weights is None else class_weights[labels]
    curves = [ExitTable.of(way).curve(class_weights) for way in ways]
    baseline = ways[0].correct[:, -1] if baseline_correct is None else baseline_correct
    goal = min(float(weights @ baseline / weights.sum()), float(curves[0].accuracy[0]))
    steps = [_cheapest(curve, goal) for curve in curves]
    drawn = _drawn(ways, curves, baseline, weights, seed)
    found = []
    for curve, step, flops in zip(curves, steps, drawn.T, strict=True):
        more = float(curve.flops[step] - curves[0].flops[steps[0]])
        change = flops - drawn[:, 0]
        low, high = np.quantile(change[1:] - change[0], [0.025, 0.975])
        numbers = (curve.thresholds, curve.accuracy, curve.exit_rate, curve.flops)
        threshold, accuracy, exit_rate, cost = (float(column[step]) for column in numbers)
        interval = (more, more + float(low), more + float(high))
        found.append(CostAtAccuracy(curve, goal, threshold, accuracy, exit_rate, cost, interval))
    return found


def _cheapest(curve: BenefitCurve, goal: float) -> int:
    enough = curve.accuracy >= goal - 1e-12
    return int(np.where(enough, curve.flops, np.inf).argmin())


def _drawn(
    ways: Sequence[ExitScores],
    curves: Sequence[BenefitCurve],
    baseline_correct: npt.NDArray[np.bool_],
    weights: FloatArray,
    seed: int,
) -> FloatArray:
    """Return the FLOPs of each way on all samples, then in each replicate, of shape (1 + 1,000, n_ways)."""
    random = np.random.default_rng(seed)
    blocks = Blocks.of(weights, random)
    nowhere = np.zeros(len(weights), np.int64)
    thresholds = [_spread(curve) for curve in curves]
    columns = [blocks.sums(baseline_correct.astype(np.int64), nowhere, 1)]
    for way, some in zip(ways, thresholds, strict=True):
        columns += _moves(way, some, blocks)
    means = replicate_means(np.concatenate(columns, axis=1), blocks.total_weights, random)
    parts = np.split(means[:, 1:], np.cumsum([2 * len(some) for some in thresholds])[:-1], axis=1)
    found = []
    for part in parts:
        accuracy, flops = (np.cumsum(half, axis=1) for half in np.split(part, 2, axis=1))
        goal = np.minimum(means[:, :1], accuracy[:, -1:])
        found.append(np.where(accuracy >= goal - _SLACK, flops, np.inf).min(axis=1))
    return np.stack(found, axis=1)


def _spread(curve: BenefitCurve) -> FloatArray:
    """Return increasing thresholds of at most 400 steps, evenly spaced in FLOPs; the last is `inf`."""
    flops = curve.flops[::-1]
    steps = np.searchsorted(flops, np.linspace(flops[0], flops[-1], N_STEPS))
    chosen = curve.thresholds[::-1][np.unique(steps.clip(max=len(flops) - 1))]
    return np.union1d(chosen, [np.inf])


def _moves(way: ExitScores, thresholds: FloatArray, blocks: Blocks) -> list[FloatArray]:
    """Return by block the correct predictions and the FLOPs that each threshold adds.

    At the first threshold, all samples are at exit 1. Sums up to a threshold are the values at that ρ: a
    sample continues from exit k if ρ exceeds m_k.
    """
    n_steps = len(thresholds)
    first = np.zeros(way.n_samples, np.int64)
    reached = reached_confidence(way)
    right = blocks.sums(way.correct[:, 0].astype(np.int64), first, n_steps)
    flops = blocks.sums(np.full(way.n_samples, way.exit_flops[0]), first, n_steps)
    for exit_ in range(way.n_exits - 1):
        at = np.searchsorted(thresholds, reached[:, exit_].astype(np.float64), side="right")
        gain = way.correct[:, exit_ + 1].astype(np.int64) - way.correct[:, exit_]
        right += blocks.sums(gain, at, n_steps)
        spent = way.exit_flops[exit_ + 1] - way.exit_flops[exit_]
        flops += blocks.sums(np.full(way.n_samples, spent), at, n_steps)
    return [right, flops]
