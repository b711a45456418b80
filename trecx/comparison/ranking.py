"""The number that ranks designs: mean FLOPs saving at 0 to 3 pt below the baseline's accuracy."""

from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.oracle import Oracle

LAST_POINTS = 0.03  # of accuracy, below the baseline's


@dataclass(frozen=True)
class Rank:
    """Mean saving of a run at 0 to 3 pt below the baseline's accuracy, and the oracle's.

    Attributes:
        saving: mean share of the baseline's FLOPs that is not spent, 0..1.
        oracle_saving: the same for the oracle with the same exits, 0..1.
        shortfall: the baseline's accuracy minus the run's best one, 0..1; 0 if that is not lower.
    """

    saving: float
    oracle_saving: float
    shortfall: float

    @property
    def oracle_share(self) -> float | None:
        """The saving as a share of the oracle's, 0..1; None if even the oracle saves nothing."""
        return self.saving / self.oracle_saving if self.oracle_saving > 0 else None


def rank(curve: BenefitCurve, bound: Oracle, baseline_accuracy: float, baseline_flops: float) -> Rank:
    """Return the run's rank: its mean saving over target accuracies at 0 to 3 pt below the baseline's.

    The saving at a target is max(0, 1 - FLOPs / baseline_flops) at the cheapest step that is at least as
    accurate; if there is none, or it costs more than the baseline, the saving is 0. All targets have the same
    weight.

    Args:
        curve: any of its steps can be chosen, so a dip in accuracy does not lower the rank.
        bound: the oracle of the same samples and exits.
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
    """Return the saving, integrated over targets; each step covers those that no cheaper step reaches."""
    order = np.argsort(curve.flops, kind="stable")
    reached = np.maximum.accumulate(curve.accuracy[order]).clip(*targets)
    served = np.diff(reached, prepend=targets[0])
    return float(served @ _saved(curve.flops[order], baseline_flops))


def _saving_below_line(bound: Oracle, targets: tuple[float, float], baseline_flops: float) -> float:
    """Return the saving, integrated over targets, where the least cost is linear between points."""
    accuracy, first = np.unique(bound.accuracy, return_index=True)
    flops = bound.flops[first]
    low, high = targets[0], min(targets[1], float(accuracy[-1]))
    if high <= low:
        return 0.0
    dearest = np.interp(baseline_flops, flops, accuracy)  # the saving is 0 from here on
    corners = np.unique(np.clip([low, high, dearest, *accuracy], low, high))
    return float(np.trapezoid(_saved(np.interp(corners, accuracy, flops), baseline_flops), corners))


def _saved(flops: FloatArray, baseline_flops: float) -> FloatArray:
    return np.maximum(0.0, 1 - flops / baseline_flops)
