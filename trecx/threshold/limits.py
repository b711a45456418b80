"""What somebody wants of an operating point."""

import math
from dataclasses import dataclass, fields
from typing import Literal

from trecx.errors import BudgetError

# Limit: the quantity that it limits (OperatingConditions.quantities), and what must be known for it.
LIMITED = {
    "max_flops": ("flops", ""),
    "max_energy_uj": ("energy_uj", "a device, or your own µJ by exit"),
    "max_mj_per_day": ("mj_per_day", "a device, or your own µJ by exit, and how many inferences an hour"),
    "min_battery_days": (
        "battery_days",
        "a device, or your own µJ by exit, a battery, and how many inferences an hour",
    ),
    "max_latency_ms": ("latency_ms", "a device, or your own ms by exit"),
    "min_accuracy": ("accuracy", ""),
    "max_drop": ("accuracy", ""),
}
AGAINST = ("baseline", "final")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits on an operating point, in any combination; None: no limit.

    Costs are means per inference.

    Attributes:
        max_flops: FLOPs per inference.
        max_energy_uj: µJ per inference.
        max_mj_per_day: mJ that a day of inferences takes, sleep not counted.
        min_battery_days: days that the battery lasts.
        max_latency_ms: ms per inference.
        min_accuracy: total accuracy, 0..1.
        max_drop: accuracy that may be lost, 0..1, against …
        against: … the baseline, or this network where it always runs to the end ("final").

    Raises:
        BudgetError: there is no limit, or an absurd one.
    """

    max_flops: float | None = None
    max_energy_uj: float | None = None
    max_mj_per_day: float | None = None
    min_battery_days: float | None = None
    max_latency_ms: float | None = None
    min_accuracy: float | None = None
    max_drop: float | None = None
    against: Literal["baseline", "final"] = "baseline"

    def __post_init__(self) -> None:
        if self.against not in AGAINST:
            raise BudgetError(f"a drop is held against the baseline or final, got {self.against!r}")
        if not self.given:
            raise BudgetError("ask for one limit at least, such as the most FLOPs or the least accuracy")
        for name, limit in self.given.items():
            on_accuracy = name in self.accuracy_limits
            if on_accuracy and not 0 <= limit <= 1:
                raise BudgetError(f"{words(name)} must lie within 0..1 (0.01 is one point), got {limit:g}")
            if not on_accuracy and not 0 < limit < math.inf:
                raise BudgetError(f"{words(name)} must be a number above 0, got {limit:g}")

    @property
    def given(self) -> dict[str, float]:
        """The limits that are set, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name in LIMITED}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def accuracy_limits(self) -> list[str]:
        """Names of the limits on accuracy that are set."""
        return [name for name in self.given if LIMITED[name][0] == "accuracy"]

    @property
    def cost_limits(self) -> list[str]:
        """Names of the limits on anything else that are set."""
        return [name for name in self.given if LIMITED[name][0] != "accuracy"]


def words(name: str) -> str:
    """Return a limit's name in words: "max energy (µJ)"."""
    return name.replace("_", " ").replace(" uj", " (µJ)").replace(" ms", " (ms)").replace("mj", "mJ")
