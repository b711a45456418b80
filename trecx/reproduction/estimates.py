"""Numbers with their 95 % CI: over the samples of one run, or over the seeds of several runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, FloatArray
from trecx.threshold.benefit_curve import (
    BenefitCurve,
    TradeoffPoint,
    benefit_curve,
    reached_confidence,
    tradeoff_points,
)
from trecx.threshold.intervals import Z95, wilson_interval

N_POINTS = 101
T95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)  # Student's t for 1, 2, … degrees of freedom


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % CI.

    Attributes:
        value: of the one run, or the mean over the seeds.
        low: lower end of the interval.
        high: upper end of the interval.
        spread: standard deviation over seeds (ddof 1); None for a single run.
        n_runs: number of runs.
    """

    value: float
    low: float
    high: float
    spread: float | None = None
    n_runs: int = 1

    @property
    def margin(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    def scaled(self, factor: float) -> "Estimate":
        """Return the estimate in another unit."""
        spread = None if self.spread is None else self.spread * factor
        return Estimate(self.value * factor, self.low * factor, self.high * factor, spread, self.n_runs)


def over_seeds(values: Sequence[float]) -> Estimate:
    """Return the mean of one value per seed with Student's interval; the test samples are fixed.

    >>> over_seeds([1.0, 2.0, 3.0]).value, over_seeds([1.0, 2.0, 3.0]).spread
    (2.0, 1.0)
    """
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1))
    margin = T95[min(len(values) - 1, len(T95)) - 1] * spread / len(values) ** 0.5
    return Estimate(mean, mean - margin, mean + margin, spread, len(values))


def estimate(per_sample: Sequence[npt.NDArray[np.bool_] | FloatArray]) -> Estimate:
    """Return the mean of a quantity of each sample, with its 95 % CI over samples or over seeds.

    Args:
        per_sample: for each run, an array of shape (n_samples,).
    """
    if len(per_sample) > 1:
        return over_seeds([float(values.mean(dtype=np.float64)) for values in per_sample])
    values = per_sample[0].astype(np.float64)
    mean, margin = float(values.mean()), Z95 * float(values.std()) / len(values) ** 0.5
    return Estimate(mean, mean - margin, mean + margin)


def standalone(runs: Sequence[ExitScores], exit_: int) -> Estimate:
    """Return the accuracy of an exit if all samples stop there, 0..1 (Table 2).

    One run has Wilson's interval. Several seeds have Student's interval of the mean, widened by Wilson's,
    because the paper's test samples are others.
    """
    if len(runs) == 1:
        share = float(runs[0].standalone_accuracy[exit_])
        return Estimate(share, *wilson_interval(share, runs[0].n_samples))
    mean = estimate([scores.correct[:, exit_] for scores in runs])
    low, high = wilson_interval(mean.value, runs[0].n_samples)
    margin = float(np.hypot(mean.margin, (high - low) / 2))
    return replace(mean, low=mean.value - margin, high=mean.value + margin)


def final_gain(pairs: Sequence[tuple[ExitScores, ExitScores]]) -> Estimate:
    """Return the difference in accuracy of the final exits, first minus second, paired by sample."""
    return estimate([_gain(one.correct[:, -1], other.correct[:, -1]) for one, other in pairs])


def gain_at_equal_flops(pairs: Sequence[tuple[ExitScores, ExitScores]]) -> Estimate:
    """Return how much more accurate the first is, averaged over FLOPs budgets that both can meet.

    For each budget, the most accurate step of the benefit curve that costs no more is used. There are 101
    budgets, evenly spaced from the more expensive first exit to the more expensive final exit.
    """
    differences = []
    for one, other in pairs:
        budgets = np.linspace(
            max(one.exit_flops[0], other.exit_flops[0]),
            max(one.exit_flops[-1], other.exit_flops[-1]),
            N_POINTS,
        )
        both = [correct_at(scores, bought(benefit_curve(scores), budgets)) for scores in (one, other)]
        differences.append(_gain(*both).mean(axis=1))
    return estimate(differences)


def bought(curve: BenefitCurve, budgets: FloatArray) -> FloatArray:
    """Return ρ of the most accurate step that costs no more than each budget, of shape (n_budgets,).

    Args:
        curve: every step of it is a candidate; of equally accurate ones the cheapest is taken.
        budgets: FLOPs per sample, none below the first exit's.
    """
    accuracy, n_steps = curve.accuracy[::-1], np.arange(len(curve.accuracy))
    before = np.append(-1.0, np.maximum.accumulate(accuracy)[:-1])
    best_so_far = np.maximum.accumulate(np.where(accuracy > before, n_steps, 0))
    affordable = np.searchsorted(curve.flops[::-1], budgets, side="right") - 1
    return curve.thresholds[::-1][best_so_far[affordable]]


def correct_at(scores: ExitScores, thresholds: FloatArray) -> npt.NDArray[np.bool_]:
    """Return whether each sample's prediction is correct at each ρ, of shape (n_samples, n_thresholds)."""
    reached = reached_confidence(scores).astype(np.float64)
    taken = (reached[:, :, None] < thresholds).sum(axis=1)
    return np.take_along_axis(scores.correct, taken, axis=1)


def saved_flops(
    pairs: Sequence[tuple[ExitScores, ExitScores]],
    drop: float,
    grid: int | None = None,
    base_accuracy: float | None = None,
) -> tuple[Estimate, list[TradeoffPoint]]:
    """Return the share of the baseline's FLOPs saved at a trade-off point, and the point of each run.

    The interval of a single run: at the point, the difference in accuracy from the baseline has a 95 % CI of
    ± h (samples paired); the ends are the trade-off points of `drop` ± h.

    Args:
        pairs: a network with exits and its baseline, on the same samples.
        drop: accuracy drop from the baseline, 0..1.
        grid: number of evenly spaced ρ that are the candidates, instead of every step.
        base_accuracy: 0..1, instead of the baseline's own.
    """
    points, ends = [], (0.0, 0.0)
    for scores, baseline in pairs:
        exact_curve = benefit_curve(scores)
        curve = exact_curve.on_grid(grid) if grid else exact_curve
        base = float(baseline.standalone_accuracy[-1]) if base_accuracy is None else base_accuracy
        point = tradeoff_points(curve, base, [drop])[0]
        gain = _gain(correct_at(scores, np.array([point.threshold]))[:, 0], baseline.correct[:, -1])
        margin = Z95 * float(gain.std()) / len(gain) ** 0.5
        dear, cheap = tradeoff_points(curve, base, [drop - margin, drop + margin])
        ends = (dear.flops, cheap.flops)
        points.append(point)
    costs = [baseline.exit_flops[-1] for _, baseline in pairs]
    saved = [1 - point.flops / cost for point, cost in zip(points, costs, strict=True)]
    if len(saved) > 1:
        return over_seeds(saved), points
    return Estimate(saved[0], 1 - ends[0] / costs[0], 1 - ends[1] / costs[0]), points


def _gain(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> FloatArray:
    return one.astype(np.float64) - other
