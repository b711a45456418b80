"""The limits on the page Tune, from the browser or the address, and the best ρ within them as text."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from trecx.errors import TrecxError
from trecx.threshold.choice import RATE, Candidate, Choice
from trecx.threshold.int8_steps import STEPS
from trecx.threshold.limits import AGAINST, LIMITED, Limits
from trecx.threshold.run_context import RunContext
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
}


def parse_limits(text: str) -> dict[str, Any]:
    """Return the limits in an address, "max_energy_uj:4600,min_accuracy:0.91"; invalid parts are ignored."""
    found: dict[str, Any] = {}
    for part in text.split(","):
        name, _, value = part.partition(":")
        if name == "against" and value in AGAINST:
            found[name] = value
        elif name in SPOKEN:
            try:
                number = float(value)
            except ValueError:
                continue
            if math.isfinite(number):  # JSON has no other numbers
                found[name] = number
    return found


def limits_text(limits: Mapping[str, Any]) -> str:
    """Return limits as text for the address."""
    return ",".join(f"{name}:{value}" for name, value in limits.items())


def answer(context: RunContext, wish: Mapping[str, Any], int8: bool) -> dict[str, Any] | None:
    """Return the best ρ within the limits as the browser shows it; None if no limit is set."""
    asked = {name: value for name, value in wish.items() if name in SPOKEN or name == "against"}
    if not asked.keys() & SPOKEN.keys():
        return None
    try:
        limits = Limits(**asked)
        choice = context.choose(limits, int8)
    except TrecxError as error:
        return {"met": False, "head": "These limits cannot be used:", "text": f"{error}.", "jumps": []}
    return _met(choice, choice.best, limits, int8) if choice.best else _unmet(choice, limits, int8)


def _met(choice: Choice, best: Candidate, limits: Limits, int8: bool) -> dict[str, Any]:
    around = {"Cheaper": choice.cheaper, "More accurate": choice.more_accurate}
    return {
        "met": True,
        "head": f"{_rho(best, int8)} meets all limits:",
        "text": f"{_numbers(best, limits)}. {' '.join(_slack(choice, best))}",
        "jumps": list(_jumps({"Use this ρ": best} | around, limits)),
    }


def _unmet(choice: Choice, limits: Limits, int8: bool) -> dict[str, Any]:
    nearest = {"Nearest in cost": choice.cheaper, "Nearest in accuracy": choice.more_accurate}
    if choice.cheaper == choice.more_accurate:
        nearest = {"Nearest": choice.cheaper}
    missed = [
        f"{_rho(candidate, int8)} ({_numbers(candidate, limits)}; {_misses(candidate)})"
        for candidate in nearest.values()
        if candidate
    ]
    return {
        "met": False,
        "head": "No ρ meets these limits.",
        "text": "Nearest: " + " or ".join(missed) + ".",
        "jumps": list(_jumps(nearest, limits)),
    }


def _jumps(points: Mapping[str, Candidate | None], limits: Limits) -> Iterator[dict[str, Any]]:
    for label, candidate in points.items():
        if candidate:
            threshold = None if math.isinf(candidate.threshold) else candidate.threshold  # as JSON has it
            yield {"label": label, "threshold": threshold, "title": _numbers(candidate, limits)}


def _rho(candidate: Candidate, int8: bool) -> str:
    low, high = candidate.plateau
    if high > 1:
        return "ρ = ∞ (no early exit)"
    if int8:
        return f"ρ = {round(high * STEPS)}/{STEPS}"
    return f"ρ = {threshold_text(low, high)}"


def _numbers(candidate: Candidate, limits: Limits) -> str:
    costs = {LIMITED[name][0]: _quantity(candidate, name) for name in limits.cost_limits}
    costs.setdefault("flops", _quantity(candidate, "max_flops"))
    return ", ".join([*costs.values(), f"{100 * candidate.quantities['accuracy']:.1f} %"])


def _quantity(candidate: Candidate, limit: str) -> str:
    return _amount(candidate.quantities[LIMITED[limit][0]], limit)


def _amount(value: float, limit: str) -> str:
    """Return a quantity with its unit; a value below 1 has two more decimals."""
    _, unit, scale, digits = SPOKEN[limit]
    digits += 2 if 0 < scale * value < 1 and scale != 100 else 0
    return f"{scale * value:,.{digits}f} {unit}"


def _slack(choice: Choice, best: Candidate) -> Iterator[str]:
    if choice.binds == (RATE,):
        yield "Limited by inferences per minute: at a higher accuracy, the device cannot keep up."
        return
    if choice.binds:
        yield f"Limited by {' and '.join(SPOKEN[name][0] for name in choice.binds)}."
    else:
        yield "No limit is reached: no other ρ is better."
    for name, slack in best.slack.items():
        if name not in choice.binds:
            yield f"{SPOKEN[name][0].capitalize()} margin {_amount(slack, name)}."


def _misses(candidate: Candidate) -> str:
    parts = []
    for name in candidate.broken:
        off = "too high" if name.startswith("max") and name != "max_drop" else "too low"
        parts.append(f"{SPOKEN[name][0]} {_amount(abs(candidate.slack[name]), name)} {off}")
    return " and ".join(parts)
