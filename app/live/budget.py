"""The best ρ within the limits of the page Tune, as the browser shows it."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from app.cache import calibration_context, calibration_counts, guaranteed_choice, joint_counts
from app.live.guaranteed_answer import guaranteed, not_guaranteed
from app.live.quantities import SPOKEN, amount, numbers, rho
from app.live.wish import Wish
from trecx.errors import TrecxError
from trecx.threshold.choice import RATE, Candidate, Choice
from trecx.threshold.resampling.threshold_interval import ThresholdInterval


def answer(wish: Wish, interval: ThresholdInterval | None = None) -> dict[str, Any] | None:
    """Return the best ρ within the limits; None if no limit is set.

    Args:
        wish: the limits.
        interval: the ρ that 95 % of draws of the samples choose; None: it is not known yet.
    """
    if not wish.given:
        return None
    try:
        return _guaranteed(wish, interval) if wish.guarantee else _as_measured(wish, interval)
    except TrecxError as error:
        return {"met": False, "head": "These limits cannot be used:", "text": f"{error}.", "jumps": []}


def naive_choice(wish: Wish) -> Choice:
    """Return the best ρ whose loss on the calibration samples is within the limits.

    Raises:
        BudgetError: an input that a limit needs is unknown.
    """
    joint = calibration_counts(wish) if wish.limits.max_lost is not None else None
    return calibration_context(wish).choose(wish.limits, wish.int8, joint)


def _guaranteed(wish: Wish, interval: ThresholdInterval | None) -> dict[str, Any]:
    chosen = guaranteed_choice(wish)
    best, naive = chosen.best, chosen.naive.best
    words = guaranteed(chosen, wish) if best else not_guaranteed(chosen, wish)
    parts = [words.text, _interval(interval, wish), _on_other_half(wish, best)]
    points = {"Use this ρ": best, "Use the naive ρ": naive}
    if best is None and len(chosen.passing):
        points = {"Cheapest guaranteed": chosen.choice.more_accurate, "Use the naive ρ": naive}
    elif best and naive and best.threshold == naive.threshold:
        points = {"Use this ρ": best}
    return {
        "met": best is not None,
        "head": words.head,
        "text": " ".join(filter(None, parts)),
        "jumps": list(_jumps(points, wish)),
    }


def _as_measured(wish: Wish, interval: ThresholdInterval | None) -> dict[str, Any]:
    choice = naive_choice(wish)
    return _met(choice, choice.best, wish, interval) if choice.best else _unmet(choice, wish)


def _met(choice: Choice, best: Candidate, wish: Wish, interval: ThresholdInterval | None) -> dict[str, Any]:
    around = {"Cheaper": choice.cheaper, "More accurate": choice.more_accurate}
    parts = [f"{numbers(best, wish.limits)}.", *_slack(choice, best), _interval(interval, wish)]
    return {
        "met": True,
        "head": f"{rho(best, wish.int8)} meets all limits{_where(wish)}:",
        "text": " ".join(filter(None, [*parts, _on_other_half(wish, best)])),
        "jumps": list(_jumps({"Use this ρ": best} | around, wish)),
    }


def _unmet(choice: Choice, wish: Wish) -> dict[str, Any]:
    nearest = {"Nearest in cost": choice.cheaper, "Nearest in accuracy": choice.more_accurate}
    if choice.cheaper == choice.more_accurate:
        nearest = {"Nearest": choice.cheaper}
    missed = [
        f"{rho(candidate, wish.int8)} ({numbers(candidate, wish.limits)}; {_misses(candidate)})"
        for candidate in nearest.values()
        if candidate
    ]
    return {
        "met": False,
        "head": f"No ρ meets these limits{_where(wish)}.",
        "text": "Nearest: " + " or ".join(missed) + ".",
        "jumps": list(_jumps(nearest, wish)),
    }


def _jumps(points: Mapping[str, Candidate | None], wish: Wish) -> Iterator[dict[str, Any]]:
    for label, candidate in points.items():
        if candidate:
            threshold = None if math.isinf(candidate.threshold) else candidate.threshold  # as JSON has it
            yield {"label": label, "threshold": threshold, "title": numbers(candidate, wish.limits)}


def _where(wish: Wish) -> str:
    return " on the calibration half" if wish.calibration else ""


def _on_other_half(wish: Wish, best: Candidate | None) -> str:
    """Return the numbers at the chosen ρ on the half that is shown, if ρ is chosen on the other one."""
    if best is None or not wish.on_other_half:
        return ""
    point, quantities = wish.shown.point(best.threshold), dict(best.quantities)
    quantities |= {
        name: value for name, value in wish.shown.conditions.quantities(point).items() if name in quantities
    }
    if wish.limits.max_lost is not None:
        quantities["lost"] = _lost(wish, best.threshold)
    here = Candidate(best.threshold, best.plateau, quantities, {}, ())
    return f"On the held-out half: {numbers(here, wish.limits)}."


def _lost(wish: Wish, threshold: float) -> float:
    """Return the share of the samples shown that are lost at a candidate."""
    joint = joint_counts(wish.run, wish.store_name, wish.criterion, wish.shown.half, wish.int8)
    curve = joint.curve(wish.shown.class_weights)
    lost = curve.at([threshold]).lost
    assert lost is not None  # a curve of joint counts has it
    return float(lost[0]) / curve.n_samples


def _interval(interval: ThresholdInterval | None, wish: Wish) -> str:
    """Return the interval of ρ as a sentence; empty if it is not known yet."""
    if interval is None:
        return ""
    if interval.low is None or interval.high is None:
        return f"None of {interval.n_draws:,} bootstrap draws has such a ρ."
    low, high = (_end(value, wish.int8) for value in (interval.low, interval.high))
    chosen = f"ρ = {low}" if low == high else f"ρ from {low} to {high}"
    none = f"; {interval.n_none / interval.n_draws:.0%} find none".replace("%", " %")
    return f"95 % of bootstrap draws choose {chosen}{none if interval.n_none else ''}."


def _end(threshold: float, int8: bool) -> str:
    if math.isinf(threshold):
        return "∞"
    return f"{round(threshold * 256)}/256" if int8 else f"{threshold:.3f}"


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
            yield f"{_subject(name)} margin {amount(slack, name)}."


def _subject(name: str) -> str:
    subject = SPOKEN[name][0]
    return f"{subject[:1].upper()}{subject[1:]}"


def _misses(candidate: Candidate) -> str:
    parts = []
    for name in candidate.broken:
        off = "too high" if name.startswith("max") and name != "max_drop" else "too low"
        parts.append(f"{SPOKEN[name][0]} {amount(abs(candidate.slack[name]), name)} {off}")
    return " and ".join(parts)
