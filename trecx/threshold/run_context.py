"""A run with the settings that its results depend on: class mix, device, inference rate and battery."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from trecx.device.energy import DeviceProfile, estimated_costs
from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.scores import FloatArray
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.choice import Choice, choose
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.int8_steps import int8_thresholds
from trecx.threshold.limits import Limits
from trecx.threshold.operating_point import OperatingPoint


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
    """

    task: str
    table: ExitTable
    baseline: ExitTable | None = None
    conditions: OperatingConditions = UNKNOWN_CONDITIONS
    device: DeviceProfile | None = None
    class_weights: FloatArray | None = None

    @cached_property
    def curve(self) -> BenefitCurve:
        """The benefit curve under the class mix."""
        return self.table.curve(self.class_weights)

    @cached_property
    def reference(self) -> dict[str, Any] | None:
        """The quantities of the baseline (`OperatingConditions.quantities`); None if it was not scored."""
        if self.baseline is None:
            return None
        costs = estimated_costs(self.device, self.task, self.baseline.exit_flops) if self.device else None
        point = self._weighted(self.baseline.operating_point(math.inf))
        return replace(self.conditions, costs=costs).quantities(point)

    def point(self, threshold: float) -> OperatingPoint:
        """Return the operating point at ρ under the class mix.

        Raises:
            ThresholdError: ρ is neither within 0..1 nor `inf`.
        """
        return self._weighted(self.table.operating_point(threshold))

    def choose(self, limits: Limits, int8: bool = False) -> Choice:
        """Return the best ρ within limits; `int8`: only among the values that differ on an int8 device.

        Raises:
            BudgetError: an input that a limit needs is unknown.
        """
        steps = self.curve.at(int8_thresholds()) if int8 else self.curve
        return choose(steps, limits, self.conditions, self.reference["accuracy"] if self.reference else None)

    def _weighted(self, point: OperatingPoint) -> OperatingPoint:
        return point if self.class_weights is None else point.weighted(self.class_weights)
