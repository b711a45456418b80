"""The costs of stopping at each exit: estimated, or measured by the user."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trecx.errors import EnergyError
from trecx.scores import FloatArray

Basis = Literal["instructions", "FLOPs"]
INSTRUCTIONS: Basis = "instructions"
FLOPS: Basis = "FLOPs"
BASES = (INSTRUCTIONS, FLOPS)  # of an estimate; the first is the default where it is known


@dataclass(frozen=True, eq=False)
class ExitCosts:
    """The cost of stopping at each exit.

    Attributes:
        energy_uj: µJ from the input to each exit's prediction, of shape (n_exits,).
        latency_ms: ms from the input to each exit's prediction, of shape (n_exits,); None if unknown.
        energy_band: factors (low, high) of this estimate's own band of µJ; the band of a point covers the
            other estimate, too (`OperatingConditions.bands`).
        latency_band: the same for ms.
        kind: "estimate" or "measured".
        source: source of the numbers, as text.
        basis: what an estimate is scaled by; None if the costs were measured.
        other: the estimate by the other basis; None if it is unknown or the costs were measured.
    """

    energy_uj: FloatArray
    latency_ms: FloatArray | None
    energy_band: tuple[float, float]
    latency_band: tuple[float, float]
    kind: Literal["estimate", "measured"]
    source: str
    basis: Basis | None = None
    other: "ExitCosts | None" = None

    @property
    def title(self) -> str:
        """What the costs are: "estimate by instructions", "estimate by FLOPs" or "measured"."""
        return costs_title(self.kind, self.basis)


def costs_title(kind: str, basis: str | None) -> str:
    """Return what costs are, in words.

    >>> costs_title("estimate", "FLOPs"), costs_title("measured", None)
    ('estimate by FLOPs', 'measured')
    """
    return f"{kind} by {basis}" if basis else kind


def measured_costs(energy_uj: Sequence[float], latency_ms: Sequence[float] | None, n_exits: int) -> ExitCosts:
    """Return costs by exit that the user measured.

    Args:
        energy_uj: µJ from the input to each exit's prediction, earlier exits included.
        latency_ms: ms from the input to each exit's prediction, or None.
        n_exits: number of exits of the network.

    Raises:
        EnergyError: there is not one number per exit, one is not positive, or they do not increase.
    """
    return ExitCosts(
        _checked("µJ", energy_uj, n_exits),
        None if latency_ms is None else _checked("ms", latency_ms, n_exits),
        (1.0, 1.0),
        (1.0, 1.0),
        "measured",
        "measured by you",
    )


def _checked(unit: str, values: Sequence[float], n_exits: int) -> FloatArray:
    costs = np.asarray(values, dtype=np.float64)
    if costs.shape != (n_exits,):
        raise EnergyError(f"give one number of {unit} per exit: {n_exits} exits, got {costs.size}")
    if not (np.isfinite(costs) & (costs > 0)).all():
        raise EnergyError(f"{unit} by exit must be numbers above 0, got {costs.tolist()}")
    if (np.diff(costs) <= 0).any():
        raise EnergyError(
            f"{unit} must increase from exit to exit, because each value includes the exits before it; "
            f"got {costs.tolist()}"
        )
    return costs
