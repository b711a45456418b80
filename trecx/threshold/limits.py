"""Limits on an operating point: the most that it may cost, the least accuracy that it must have."""

import math
from dataclasses import dataclass, fields
from typing import Literal

from trecx.errors import BudgetError

# Limit: the quantity that it limits (OperatingConditions.quantities), and the inputs that it needs.
LIMITED = {
    "max_flops": ("flops", ""),
    "max_energy_uj": ("energy_uj", "a device, or measured µJ by exit"),
    "max_mj_per_day": ("mj_per_day", "a device, or measured µJ by exit, and the inferences per hour"),
    "min_battery_days": (
        "battery_days",
        "a device, or measured µJ by exit, a battery, and the inferences per hour",
    ),
    "max_latency_ms": ("latency_ms", "a device, or measured ms by exit"),
    "min_accuracy": ("accuracy", ""),
    "max_drop": ("accuracy", ""),
    "max_lost": ("lost", "the scores of each sample, not only their counts by ρ"),
}
ON_ACCURACY = ("accuracy", "lost")
AGAINST = ("baseline", "final")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits on an operating point, in any combination; None: no limit.

    Costs are means over all samples.

    Attributes:
        max_flops: FLOPs per inference.
        max_energy_uj: µJ per inference.
        max_mj_per_day: mJ per day spent on inferences; sleep is not included.
        min_battery_days: battery life in days.
        max_latency_ms: ms per inference.
        min_accuracy: total accuracy, 0..1.
        max_drop: largest loss of accuracy, 0..1, compared with `against`.
        max_lost: largest share of samples, 0..1, that are wrong at ρ and that the final exit gets right.
        against: "baseline", or "final": this network without early exits.

    Raises:
        BudgetError: no limit is given, or one is out of range.
    """

    max_flops: float | None = None
    max_energy_uj: float | None = None
    max_mj_per_day: float | None = None
    min_battery_days: float | None = None
    max_latency_ms: float | None = None
    min_accuracy: float | None = None
    max_drop: float | None = None
    max_lost: float | None = None
    against: Literal["baseline", "final"] = "baseline"

    def __post_init__(self) -> None:
        if self.against not in AGAINST:
            raise BudgetError(f"a drop is compared with 'baseline' or 'final', got {self.against!r}")
        if not self.given:
            raise BudgetError(
                "no limit is set; set at least one, such as a maximum of FLOPs or a minimum accuracy"
            )
        for name, limit in self.given.items():
            on_accuracy = name in self.accuracy_limits
            if on_accuracy and not 0 <= limit <= 1:
                raise BudgetError(f"{limit_title(name)} must lie within 0..1 (0.01 is 1 pt), got {limit:g}")
            if not on_accuracy and not 0 < limit < math.inf:
                raise BudgetError(f"{limit_title(name)} must be a number above 0, got {limit:g}")

    @property
    def given(self) -> dict[str, float]:
        """The limits that are set, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name in LIMITED}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def accuracy_limits(self) -> list[str]:
        """Names of the limits on accuracy or on lost samples that are set."""
        return [name for name in self.given if LIMITED[name][0] in ON_ACCURACY]

    @property
    def cost_limits(self) -> list[str]:
        """Names of the limits on anything else that are set."""
        return [name for name in self.given if LIMITED[name][0] not in ON_ACCURACY]


def limit_title(name: str) -> str:
    """Return a limit's name as users read it.

    >>> limit_title("max_energy_uj"), limit_title("min_battery_days")
    ('max energy (µJ)', 'min battery life (days)')
    """
    return _TITLES.get(name) or name.replace("_", " ")


_TITLES = {
    "max_flops": "max FLOPs",
    "max_energy_uj": "max energy (µJ)",
    "max_mj_per_day": "max mJ per day",
    "min_battery_days": "min battery life (days)",
    "max_latency_ms": "max latency (ms)",
    "max_drop": "max accuracy drop",
    "max_lost": "max samples lost",
}
