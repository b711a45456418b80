"""One number to rank early-exit networks by: what they save while accuracy hardly falls."""

from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.oracle import Oracle

LAST_POINTS = 0.03  # of accuracy, below the baseline's


@dataclass(frozen=True)
class Rank:
    """What a run saves on average over the last three points of accuracy, and what could be saved.

    Attributes:
        saving: mean share of the baseline's FLOPs that is saved, 0..1.
        oracle_saving: the same of the oracle over the same exits, 0..1.
        shortfall: how far the run's best accuracy stays below the baseline's, 0..1; 0 where it does not.
    """

    saving: float
    oracle_saving: float
    shortfall: float

    @property
    def oracle_share(self) -> float | None:
        """How much of the oracle's saving the run reaches, 0..1; None where even the oracle saves nothing."""
        return self.saving / self.oracle_saving if self.oracle_saving > 0 else None


def rank(curve: BenefitCurve, bound: Oracle, baseline_accuracy: float, baseline_flops: float) -> Rank:
    """Return the run's rank: the area between curve and baseline over the last three points of accuracy.

    A target is an accuracy from the baseline's less three points up to the baseline's. Its saving is
    max(0, 1 - FLOPs / baseline_flops) at the cheapest step that is at least as accurate; where no step is,
    or none costs less, the baseline runs and nothing is saved. The mean is over all targets alike.

    Args:
        curve: every step of it may be chosen, so a dip in accuracy takes nothing away.
        bound: the oracle over the same samples and exits.
        baseline_accuracy: 0..1.
        baseline_flops: FLOPs per sample.
    """
    targets = (baseline_accuracy - LAST_POINTS, baseline_accuracy)
    return Rank(
        _saving_of_steps(curve, targets, baseline_flops) / LAST_POINTS,
        _saving_below_line(bound, targets, baseline_flops) / LAST_POINTS,
        max(0.0, baseline_accuracy - float(curve.accuracy.max())),
    )


def _saving_of_steps(curve: BenefitCurve, targets: tuple[float, float], baseline_flops: float) -> float:
    """Return the saving, integrated over targets; each step serves those that no cheaper step reaches."""
    order = np.argsort(curve.flops, kind="stable")
    reached = np.maximum.accumulate(curve.accuracy[order]).clip(*targets)
    served = np.diff(reached, prepend=targets[0])
    return float(served @ _saved(curve.flops[order], baseline_flops))


def _saving_below_line(bound: Oracle, targets: tuple[float, float], baseline_flops: float) -> float:
    """Return the saving, integrated over targets, where what costs least lies on lines between points."""
    accuracy, first = np.unique(bound.accuracy, return_index=True)
    flops = bound.flops[first]
    low, high = targets[0], min(targets[1], float(accuracy[-1]))
    if high <= low:
        return 0.0
    dearest = np.interp(baseline_flops, flops, accuracy)  # from here on nothing is saved
    corners = np.unique(np.clip([low, high, dearest, *accuracy], low, high))
    return float(np.trapezoid(_saved(np.interp(corners, accuracy, flops), baseline_flops), corners))


def _saved(flops: FloatArray, baseline_flops: float) -> FloatArray:
    return np.maximum(0.0, 1 - flops / baseline_flops)
