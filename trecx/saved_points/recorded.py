"""Guarantee, split and saving of a point: as records, and from them."""

import numpy as np

from trecx.datasets.halves import Half, Split
from trecx.device.exit_costs import FLOPS, INSTRUCTIONS
from trecx.saved_points.record import PointRecord, RecordedGuarantee, RecordedSplit
from trecx.threshold.energy_saving import EnergySaving
from trecx.threshold.guarantee.losses import LOSS_OF
from trecx.threshold.guarantee.selection import Guarantee, GuaranteedChoice
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits
from trecx.threshold.run_context import RunContext


def recorded_split(split: Split, half: Half) -> RecordedSplit:
    """Return the record of a split.

    Args:
        split: of the samples of a run.
        half: that the numbers are measured on.
    """
    calibration = int(split.calibration.sum())
    return RecordedSplit(
        half.name, split.seed, split.kept_together, calibration, len(split.calibration) - calibration
    )


def recorded_guarantee(chosen: GuaranteedChoice, threshold: float) -> RecordedGuarantee | None:
    """Return the record of a guarantee; None if it does not hold for this ρ.

    Args:
        chosen: the candidates that passed.
        threshold: ρ as it takes effect on the device (`Rule.effective`); one of these candidates, or not.
    """
    if not chosen.covers(threshold):
        return None
    loss, guarantee = chosen.loss, chosen.guarantee
    candidate = 1 + int(np.flatnonzero(chosen.passing == threshold)[0])  # the first one is `inf`
    return RecordedGuarantee(
        guarantee.probability,
        loss.kind,
        loss.limit,
        loss.against,
        guarantee.each_class,
        loss.method,
        chosen.n_calibration,
        min(loss.bound(candidate, guarantee.probability), loss.limit),  # found by bisection
        _naive_threshold(chosen),
    )


def guaranteed_again(
    context: RunContext, joint: JointCounts, recorded: RecordedGuarantee, threshold: float
) -> RecordedGuarantee | None:
    """Return a guarantee as it is computed today; None if it does not hold for ρ any more.

    Args:
        context: of the point, with its class mix.
        joint: the calibration samples, counted at the candidates of the rule.
        recorded: the guarantee as it was saved.
        threshold: ρ as it takes effect on the device.

    Raises:
        BudgetError: there is no baseline any more that the guarantee compares with.
    """
    asked = Guarantee(recorded.probability, recorded.each_class)
    return recorded_guarantee(context.guaranteed(joint, limits_of(recorded), asked), threshold)


def limits_of(recorded: RecordedGuarantee) -> Limits:
    """Return the limit that a recorded guarantee is about."""
    if recorded.loss == "lost":
        return Limits(max_lost=recorded.limit)
    if recorded.loss == "error":
        return Limits(min_accuracy=1 - recorded.limit)
    return Limits(max_drop=recorded.limit, against="final" if recorded.against == "final" else "baseline")


def recorded_saving(record: PointRecord) -> EnergySaving | None:
    """Return the saving of energy that was recorded; None if it is unknown."""
    numbers, basis = record.numbers, record.setting.costs_basis
    if numbers.get("energy_saving") is None:
        return None
    other = FLOPS if basis == INSTRUCTIONS else INSTRUCTIONS
    return EnergySaving(basis, numbers["energy_saving"], other, numbers["other_energy_saving"])


def _naive_threshold(chosen: GuaranteedChoice) -> float | None:
    naive = chosen.naive.best
    if naive is None or naive.slack.keys() - LOSS_OF.keys():
        return None  # limits on cost are not recorded, so their ρ could not be found again
    return naive.threshold
