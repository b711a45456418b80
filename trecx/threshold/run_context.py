"""A run with the settings that its results depend on: class mix, device, inference rate and battery."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from trecx.datasets.halves import Half
from trecx.device.energy import DeviceProfile, estimated_costs
from trecx.device.exit_costs import INSTRUCTIONS, ExitCosts
from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.progress import Progress, silent
from trecx.scores import FloatArray, IntArray
from trecx.threshold.benefit_curve import BenefitCurve, checked_threshold
from trecx.threshold.choice import Choice, choose
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.guarantee.selection import Guarantee, GuaranteedChoice, guaranteed_choice
from trecx.threshold.int8_steps import int8_thresholds
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.per_exit.choice import PerExitChoice, choose_per_exit
from trecx.threshold.per_exit.guaranteed import GuaranteedPerExit, guaranteed_per_exit


@dataclass(frozen=True, eq=False)
class RunContext:
    """A run's counts with class mix, device and operating conditions; pages and commands use the same.

    Attributes:
        task: the run's task.
        table: the run's counts.
        baseline: counts of the network without early exits on the same samples, if it was scored.
        conditions: costs by exit, inference rate and battery.
        device: the profile that costs are estimated from; None if they were measured or are unknown.
        class_weights: weight of one sample of each class, of shape (n_classes,); None: all 1.
        thresholds: the ρ that differ on the device, decreasing from `inf` to 0; None: every ρ.
        other_baseline: the precision of the baseline's scores if it is not the run's; else empty.
        baseline_instructions: instructions of the baseline, of shape (1,); None if they are unknown.
        half: the half of the samples that is counted; None: all samples.
    """

    task: str
    table: ExitTable
    baseline: ExitTable | None = None
    conditions: OperatingConditions = UNKNOWN_CONDITIONS
    device: DeviceProfile | None = None
    class_weights: FloatArray | None = None
    thresholds: FloatArray | None = None
    other_baseline: str = ""
    baseline_instructions: IntArray | None = None
    half: Half | None = None

    def on_device(self, thresholds: FloatArray | None) -> "RunContext":
        """Return this context with only these ρ, of shape (n_thresholds,), decreasing from `inf` to 0.

        An int8 softmax distinguishes no others (`int8_steps.int8_thresholds`). None: every ρ.
        """
        return replace(self, thresholds=thresholds)

    @cached_property
    def curve(self) -> BenefitCurve:
        """The benefit curve under the class mix: every step, or the points of the device's thresholds."""
        curve = self.table.curve(self.class_weights)
        return curve if self.thresholds is None else curve.at(self.thresholds)

    @cached_property
    def reference(self) -> dict[str, Any] | None:
        """The quantities of the baseline (`OperatingConditions.quantities`); None if it was not scored."""
        if self.baseline is None:
            return None
        point = self._weighted(self.baseline.operating_point(math.inf))
        return replace(self.conditions, costs=self._baseline_costs).quantities(point)

    @property
    def _baseline_costs(self) -> ExitCosts | None:
        """The baseline's costs, estimated as those of the run are; None if they cannot be."""
        counted, costs = self.baseline_instructions, self.conditions.costs
        if self.baseline is None or self.device is None or costs is None:
            return None
        if costs.basis == INSTRUCTIONS and counted is None:
            return None
        return estimated_costs(self.device, self.task, self.baseline.exit_flops, counted, costs.basis)

    @cached_property
    def by_other_estimate(self) -> "RunContext | None":
        """This context with the costs of the other estimate; None if there is none."""
        other = self.conditions.by_other_estimate
        return replace(self, conditions=other) if other else None

    @cached_property
    def without_early_exits(self) -> dict[str, Any]:
        """The quantities that a change is told against: the baseline's, or this run's with ρ = ∞."""
        return self.reference or self.conditions.quantities(self.point(math.inf))

    def point(self, threshold: float) -> OperatingPoint:
        """Return the operating point at ρ under the class mix.

        If only some ρ differ on the device, it is the point of the next one that is not below ρ, and its
        plateau is as wide as they make it.

        Raises:
            ThresholdError: ρ is neither within 0..1 nor `inf`.
        """
        threshold = checked_threshold(threshold)
        if self.thresholds is None:
            return self._weighted(self.table.operating_point(threshold))
        step = int(np.count_nonzero(self.thresholds >= threshold)) - 1
        point = self._weighted(self.table.operating_point(self.thresholds[step]))
        return replace(point, plateau=self.curve.plateau(step))

    def choose(self, limits: Limits, int8: bool = False, joint: JointCounts | None = None) -> Choice:
        """Return the best ρ within limits.

        Args:
            limits: the limits.
            int8: only among the values that differ on an int8 device.
            joint: counts of the same samples, whose candidates are chosen among; a limit on lost samples
                needs them.

        Raises:
            BudgetError: an input that a limit needs is unknown.
        """
        if joint is not None:
            curve = joint.curve(self._weights_for(joint))
        else:
            curve = self.on_device(int8_thresholds()).curve if int8 else self.curve
        return choose(curve, limits, self.conditions, self.reference["accuracy"] if self.reference else None)

    def guaranteed(self, joint: JointCounts, limits: Limits, guarantee: Guarantee) -> GuaranteedChoice:
        """Return the best ρ within limits, of which the one on accuracy or lost samples is guaranteed.

        Args:
            joint: the calibration samples: those of this context, or their calibration half.
            limits: exactly one of `max_lost`, `max_drop` and `min_accuracy`, and any limits on cost.
            guarantee: what is to hold.

        Raises:
            BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
        """
        return guaranteed_choice(joint, limits, guarantee, self.conditions, self._weights_for(joint))

    def choose_per_exit(
        self, joint: JointCounts, limits: Limits, progress: Progress = silent
    ) -> PerExitChoice:
        """Return the best thresholds, one per early exit, within limits.

        Args:
            joint: counts of the same samples, whose candidates are chosen among.
            limits: the limits.
            progress: called often.

        Raises:
            ThresholdError: the run has no early exits.
            BudgetError: an input that a limit needs is unknown.
        """
        return choose_per_exit(joint, limits, self.conditions, self._weights_for(joint), progress)

    def guaranteed_per_exit(
        self,
        design: JointCounts,
        tested: JointCounts,
        limits: Limits,
        guarantee: Guarantee,
        progress: Progress = silent,
    ) -> GuaranteedPerExit:
        """Return the best thresholds, one per early exit, whose accuracy or lost samples are guaranteed.

        Args:
            design: calibration samples that give the candidates.
            tested: the other calibration samples.
            limits: exactly one of `max_lost`, `max_drop` and `min_accuracy`, and any limits on cost.
            guarantee: what is to hold.
            progress: called often.

        Raises:
            ThresholdError: the run has no early exits.
            BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
        """
        shares = self.class_shares
        return guaranteed_per_exit(design, tested, limits, guarantee, self.conditions, shares, progress)

    @property
    def class_shares(self) -> FloatArray | None:
        """How often each class occurs in the field, on any scale, of shape (n_classes,); None: as tested."""
        return None if self.class_weights is None else self.class_weights * self.table.class_counts

    def _weights_for(self, joint: JointCounts) -> FloatArray | None:
        """Return the weights of this context's class mix for the samples of `joint`."""
        shares = self.class_shares
        return None if shares is None else class_weights(shares, joint.class_counts)

    def _weighted(self, point: OperatingPoint) -> OperatingPoint:
        return point if self.class_weights is None else point.weighted(self.class_weights)
