"""The quantities of a point as the answers of the page Tune name them."""

import math

from trecx.threshold.choice import Candidate
from trecx.threshold.int8_steps import STEPS
from trecx.threshold.limits import LIMITED, Limits
from trecx.threshold.threshold_text import threshold_text

# Limit: its name, its unit, the factor to that unit, decimals.
SPOKEN = {
    "max_flops": ("computation", "MFLOPs", 1e-6, 2),
    "max_energy_uj": ("energy", "µJ", 1, 0),
    "max_mj_per_day": ("energy per day", "mJ per day", 1, 0),
    "min_battery_days": ("battery life", "days", 1, 1),
    "max_latency_ms": ("latency", "ms", 1, 1),
    "min_accuracy": ("accuracy", "pt", 100, 1),
    "max_drop": ("accuracy", "pt", 100, 1),
    "max_lost": ("samples lost", "pt", 100, 2),
}


def rho(candidate: Candidate, int8: bool) -> str:
    """Return ρ as text: a decimal of its plateau, k/256, or ∞."""
    low, high = candidate.plateau
    if high > 1:
        return "ρ = ∞ (no early exit)"
    if int8:
        return f"ρ = {round(high * STEPS)}/{STEPS}"
    return f"ρ = {threshold_text(low, high)}"


def numbers(candidate: Candidate, limits: Limits) -> str:
    """Return the limited costs, the FLOPs and the accuracy, and the samples lost if they are limited."""
    costs = {LIMITED[name][0]: quantity(candidate, name) for name in limits.cost_limits}
    costs.setdefault("flops", quantity(candidate, "max_flops"))
    lost = [f"{100 * candidate.quantities['lost']:.2f} % lost"] if limits.max_lost is not None else []
    return ", ".join([*costs.values(), f"{100 * candidate.quantities['accuracy']:.1f} %", *lost])


def quantity(candidate: Candidate, limit: str) -> str:
    """Return the quantity that a limit is about, with its unit."""
    return amount(candidate.quantities[LIMITED[limit][0]], limit)


def amount(value: float, limit: str) -> str:
    """Return a quantity with its unit; a value below 1 has two more decimals.

    >>> amount(4600, "max_energy_uj"), amount(52_000, "max_flops"), amount(0.0123, "max_drop")
    ('4,600 µJ', '0.0520 MFLOPs', '1.2 pt')
    """
    _, unit, scale, digits = SPOKEN[limit]
    digits += 2 if 0 < scale * value < 1 and scale != 100 else 0
    return f"{scale * value:,.{digits}f} {unit}"


def relative(value: float, other: float) -> str:
    """Return the change from one cost to another, such as "−1.3 %"; empty without a cost.

    >>> relative(3.58, 3.63), relative(1, 1), relative(math.nan, 1)
    ('−1.4 %', '±0.0 %', '')
    """
    change = 100 * (value / other - 1) if other else math.nan
    if math.isnan(change):
        return ""
    return "±0.0 %" if abs(change) < 0.05 else f"{change:+.1f} %".replace("-", "−")
