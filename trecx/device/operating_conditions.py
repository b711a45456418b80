"""Device, inference rate and battery, and the quantities of an operating point under them."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

from trecx.device.battery import Battery, mj_per_day
from trecx.device.exit_costs import ExitCosts
from trecx.scores import FloatArray

MS_PER_HOUR = 3_600_000


class ExitUse(Protocol):
    """Accuracy, exit rate and costs at one ρ, or at every step of a benefit curve."""

    @property
    def accuracy(self) -> Any:
        """Total accuracy, 0..1."""

    @property
    def exit_rate(self) -> Any:
        """Share of samples that exit early, 0..1."""

    @property
    def flops(self) -> Any:
        """Expected FLOPs per sample."""

    def expected(self, exit_costs: FloatArray) -> Any:
        """Return the mean over the samples of a cost by exit, of shape (n_exits,)."""


@dataclass(frozen=True)
class OperatingConditions:
    """Costs by exit on the device, inference rate and battery; None: unknown."""

    costs: ExitCosts | None = None
    inferences_per_hour: float | None = None
    battery: Battery | None = None

    def quantities(self, at: ExitUse) -> dict[str, Any]:
        """Return the known quantities of an operating point, or of every step of a curve, by name.

        Always `accuracy`, `exit_rate` (0..1) and `flops`; then, if their inputs are known, `energy_uj` and
        `latency_ms` per inference, `busy` (duty cycle; above 1 the device is too slow), `mj_per_day` and
        `battery_days`. Costs are means over the samples. The values are numbers for a point, and arrays of
        shape (n_steps,) for a curve.

        Raises:
            EnergyError: the rate is not a number above 0.
        """
        known: dict[str, Any] = {"accuracy": at.accuracy, "exit_rate": at.exit_rate, "flops": at.flops}
        rate = self.inferences_per_hour
        if self.costs is None:
            return known
        known["energy_uj"] = at.expected(self.costs.energy_uj)
        if self.costs.latency_ms is not None:
            known["latency_ms"] = at.expected(self.costs.latency_ms)
        if rate is not None:
            known["mj_per_day"] = mj_per_day(known["energy_uj"], rate)
            if "latency_ms" in known:
                known["busy"] = known["latency_ms"] * rate / MS_PER_HOUR
            if self.battery is not None:
                known["battery_days"] = self.battery.days(known["energy_uj"], rate)
        return known

    @property
    def by_other_estimate(self) -> "OperatingConditions | None":
        """The same conditions with the costs of the other estimate; None if there is none."""
        other = self.costs.other if self.costs else None
        return replace(self, costs=other) if other else None

    def bands(self, at: ExitUse) -> dict[str, tuple[float, float]]:
        """Return the band (low, high) of each known cost of a point, by name.

        It covers the bands of both estimates, each evaluated at this point: exits differ in the ratio of the
        two, so no pair of factors would hold at every ρ.

        Args:
            at: the point.
        """
        own, other = self._own_bands(at), self.by_other_estimate
        bands = [own, *([other._own_bands(at)] if other else [])]
        return {
            name: (min(band[name][0] for band in bands), max(band[name][1] for band in bands)) for name in own
        }

    def _own_bands(self, at: ExitUse) -> dict[str, tuple[float, float]]:
        """Return the band of each known cost by this estimate alone."""
        if self.costs is None:
            return {}
        known = self.quantities(at)
        factors = {"energy_uj": self.costs.energy_band, "mj_per_day": self.costs.energy_band}
        factors |= {"latency_ms": self.costs.latency_band, "busy": self.costs.latency_band}
        found = {
            name: (known[name] * f[0], known[name] * f[1]) for name, f in factors.items() if name in known
        }
        if self.battery is not None and self.inferences_per_hour is not None:
            low, high = (self.battery.days(uj, self.inferences_per_hour) for uj in found["energy_uj"][::-1])
            found["battery_days"] = (low, high)
        return found


UNKNOWN_CONDITIONS = OperatingConditions()
