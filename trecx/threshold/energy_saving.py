"""The saving of energy at an operating point, by the chosen estimate and by the other one."""

from dataclasses import dataclass

from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.run_context import RunContext

MUCH = 0.03  # 3 pt: estimates whose savings differ by more are both shown


@dataclass(frozen=True)
class EnergySaving:
    """The share of the reference's energy that is not spent, by each estimate that is known.

    Attributes:
        basis: of the chosen estimate; None if the costs were measured.
        saving: by the chosen estimate; negative if early exits cost more.
        other_basis: of the other estimate; None if there is none.
        other_saving: by the other estimate; None if there is none.
    """

    basis: str | None
    saving: float
    other_basis: str | None = None
    other_saving: float | None = None

    @property
    def differs(self) -> bool:
        """Whether the two estimates differ by more than 3 pt.

        >>> EnergySaving("instructions", 0.17, "FLOPs", 0.28).differs
        True
        """
        return self.other_saving is not None and abs(self.saving - self.other_saving) > MUCH

    @property
    def text(self) -> str:
        """The relative change of energy in words; both estimates if they differ by more than 3 pt.

        >>> EnergySaving("instructions", 0.17, "FLOPs", 0.28).text
        '−17.0 % by instructions, −28.0 % by FLOPs'
        >>> EnergySaving("instructions", 0.17, "FLOPs", 0.18).text
        '−17.0 % by instructions'
        """
        parts = [_change(self.saving, self.basis)]
        if self.differs and self.other_saving is not None:
            parts.append(_change(self.other_saving, self.other_basis))
        return ", ".join(parts)


def _change(saving: float, basis: str | None) -> str:
    change = f"{round(-100 * saving, 1) + 0.0:+.1f} %".replace("-", "−")  # + 0.0: no "−0.0 %"
    return f"{change} by {basis}" if basis else change


def energy_saving(context: RunContext, point: OperatingPoint) -> EnergySaving | None:
    """Return the saving of energy at a point, against the baseline, or else against the final exit.

    Args:
        context: the run with its device.
        point: a point of the run under the context's class mix.

    Returns:
        None if the energy of the run or of the reference is unknown.
    """
    saving, costs = _saving(context, point), context.conditions.costs
    if saving is None or costs is None:
        return None
    other = context.by_other_estimate
    if other is None or costs.other is None:
        return EnergySaving(costs.basis, saving)
    return EnergySaving(costs.basis, saving, costs.other.basis, _saving(other, point))


def _saving(context: RunContext, point: OperatingPoint) -> float | None:
    costs, before = context.conditions.costs, context.without_early_exits.get("energy_uj")
    if costs is None or before is None:
        return None
    return float(1 - point.expected(costs.energy_uj) / before)
