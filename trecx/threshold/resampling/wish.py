"""What is asked of ρ, so that ρ can be chosen again on another draw of the samples."""

from dataclasses import dataclass

from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.scores import FloatArray
from trecx.threshold.choice import Choice, choose
from trecx.threshold.class_mix import class_weights
from trecx.threshold.guarantee.losses import Loss
from trecx.threshold.guarantee.selection import (
    Guarantee,
    baseline_accuracy,
    guaranteed_and_naive,
    passing,
)
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits


@dataclass(frozen=True, eq=False)
class Wish:
    """Limits on ρ, and what they are measured under.

    Attributes:
        limits: the limits; with a guarantee, exactly one of those on accuracy or on lost samples.
        conditions: device, inference rate and battery.
        class_shares: how often each class occurs in the field, on any scale, of shape (n_classes,); None: as
            in the samples.
    """

    limits: Limits
    conditions: OperatingConditions = UNKNOWN_CONDITIONS
    class_shares: FloatArray | None = None

    def weights(self, joint: JointCounts) -> FloatArray | None:
        """Return the weight of one sample of each class, of shape (n_classes,); None: all 1.

        Raises:
            ClassMixError: a class that occurs in the field has no sample.
        """
        return None if self.class_shares is None else class_weights(self.class_shares, joint.class_counts)

    def loss(self, joint: JointCounts, each_class: bool = False) -> Loss:
        """Return the loss of these samples at `inf` and at each candidate.

        Args:
            joint: the samples.
            each_class: whether the limit is to hold in each class.

        Raises:
            BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
            ClassMixError: a class that occurs in the field has no sample.
        """
        return Loss.of(joint, self.limits, self.weights(joint), each_class)

    def plain_threshold(self, joint: JointCounts) -> float | None:
        """Return the ρ that is best on these samples, without a guarantee; None if none meets the limits.

        Raises:
            BudgetError: an input that a limit needs is unknown.
            ClassMixError: a class that occurs in the field has no sample.
        """
        weights = self.weights(joint)
        baseline = baseline_accuracy(joint, weights)
        return _threshold(choose(joint.curve(weights), self.limits, self.conditions, baseline))

    def guaranteed_threshold(self, joint: JointCounts, guarantee: Guarantee) -> float | None:
        """Return the best ρ that is guaranteed (`guaranteed_choice`); None if there is none.

        Raises:
            BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
            ClassMixError: a class that occurs in the field has no sample.
        """
        return self.thresholds(joint, guarantee)[1]

    def thresholds(self, joint: JointCounts, guarantee: Guarantee) -> tuple[float | None, float | None]:
        """Return the ρ whose measured loss is within the limits, and the one that is guaranteed.

        Each is the best by the rule of `choose`, and None if there is none.

        Args:
            joint: the calibration samples.
            guarantee: what is to hold.

        Raises:
            BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
            ClassMixError: a class that occurs in the field has no sample.
        """
        loss = self.loss(joint, guarantee.each_class)
        passes = passing(loss, guarantee.probability)
        guaranteed, naive = guaranteed_and_naive(joint, loss, passes, self.limits, self.conditions)
        return _threshold(naive), _threshold(guaranteed)


def _threshold(choice: Choice) -> float | None:
    return None if choice.best is None else choice.best.threshold
