"""The best thresholds per exit within the limits of the page Tune, as the browser shows them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from app.cache import guaranteed_thresholds, joint_counts, thresholds_per_exit
from app.live.guaranteed_answer import loss_amount
from app.live.quantities import numbers
from app.live.wish import Wish
from trecx.datasets.tasks import task_of
from trecx.errors import BudgetError, TrecxError
from trecx.threshold.choice import Candidate
from trecx.threshold.guarantee.selection import GuaranteedChoice
from trecx.threshold.guarantee.texts import shown_bound
from trecx.threshold.int8_steps import STEPS
from trecx.threshold.per_exit.choice import PerExitChoice, PerExitPoint
from trecx.threshold.per_exit.vectors import VectorCounts

USE = "Use these thresholds"


def vectors_answer(wish: Wish) -> dict[str, Any] | None:
    """Return the best thresholds per exit within the limits.

    None: no limit is set, or the limits cannot be used, which the answer for one ρ says.

    Args:
        wish: the limits; its candidates are k/256.
    """
    if not wish.given:
        return None
    try:
        return _guaranteed(wish) if wish.guarantee else _as_measured(wish)
    except BudgetError:
        return None
    except TrecxError as error:
        return {"met": False, "head": "One per exit:", "text": f"{error}.", "jumps": []}


def _as_measured(wish: Wish) -> dict[str, Any]:
    found = thresholds_per_exit(wish)
    if found.best:
        points = {USE: found.best, "Cheaper": found.cheaper, "More accurate": found.more_accurate}
        return {
            "met": True,
            "head": f"One per exit: {_thresholds(found.best)} meet all limits{_where(wish)}:",
            "text": " ".join([*_numbers(found.best, found.single, wish), *_method(found)]),
            "jumps": list(_jumps(points, wish)),
        }
    points = {"Nearest in cost": found.cheaper, "Nearest in accuracy": found.more_accurate}
    if found.cheaper == found.more_accurate:
        points = {"Nearest": found.cheaper}
    missed = [f"{_thresholds(point)} ({_said(point, wish)})" for point in points.values() if point]
    return {
        "met": False,
        "head": f"One per exit: no thresholds meet these limits{_where(wish)}.",
        "text": f"Nearest: {' or '.join(missed)}.",
        "jumps": list(_jumps(points, wish)),
    }


def _guaranteed(wish: Wish) -> dict[str, Any]:
    found = guaranteed_thresholds(wish)
    chosen, best, probability = found.chosen, found.best, _probability(found.chosen)
    noun = task_of(wish.run.task, wish.run.noun).noun
    if best is None or chosen.bound is None:
        needed = found.samples_needed
        why = (
            f"about {needed:,} calibration {noun}s would be needed; there are "
            f"{found.n_design + chosen.n_calibration:,}."
            if needed
            else "not even the most accurate ones pass the test, or none that pass meets the other limits."
        )
        head = f"No thresholds per exit are guaranteed with {probability} probability:"
        return {"met": False, "head": head, "text": why, "jumps": []}
    bound = loss_amount(chosen.loss, shown_bound(chosen.bound, chosen.loss.limit))
    basis = (
        f"Bound {bound} ({chosen.loss.method}, {chosen.n_calibration:,} {noun}s; {found.n_design:,} others "
        "gave the candidates)."
    )
    return {
        "met": True,
        "head": f"One per exit: {_thresholds(best)} hold this with {probability} probability:",
        "text": " ".join([*_numbers(best, None, wish), basis]),
        "jumps": list(_jumps({USE: best}, wish)),
    }


def _numbers(best: PerExitPoint, single: Candidate | None, wish: Wish) -> Iterator[str]:
    """Yield the numbers of the chosen thresholds, of the best ρ, and of the half that is shown."""
    beside = f"; one ρ ({_step(single.threshold)}): {numbers(single, wish.limits)}" if single else ""
    yield f"{_said(best, wish)}{beside}."
    if wish.on_other_half:
        yield f"On the held-out half: {_said(_measured(best, wish), wish)}."


def _measured(best: PerExitPoint, wish: Wish) -> PerExitPoint:
    """Return the point on the samples that are shown."""
    joint = joint_counts(wish.run, wish.store_name, wish.criterion, wish.shown.half, True)
    curve = VectorCounts.at(joint, np.array([best.thresholds])).curve(wish.shown.class_weights)
    known = {name: float(values[1]) for name, values in wish.shown.conditions.quantities(curve).items()}
    if curve.lost is not None:
        known["lost"] = float(curve.lost[1]) / curve.n_samples
    return replace(best, quantities=known)


def _jumps(points: Mapping[str, PerExitPoint | None], wish: Wish) -> Iterator[dict[str, Any]]:
    for label, point in points.items():
        if point is None:
            continue
        thresholds = [None if math.isinf(value) else value for value in point.thresholds]  # as JSON has it
        yield {"label": label, "thresholds": thresholds, "title": _said(point, wish)}


def _thresholds(point: PerExitPoint) -> str:
    """Return thresholds as the fields of the handles show them."""
    return ", ".join("never" if math.isinf(value) else f"{value:.4f}" for value in point.thresholds)


def _said(point: PerExitPoint, wish: Wish) -> str:
    """Return the numbers of a point; a vector of thresholds has no ρ and no plateau."""
    nowhere = (math.nan, math.nan)
    return numbers(Candidate(math.nan, nowhere, point.quantities, point.slack, point.broken), wish.limits)


def _step(threshold: float) -> str:
    return "∞" if math.isinf(threshold) else f"{round(threshold * STEPS)}/{STEPS}"


def _where(wish: Wish) -> str:
    return " on the calibration half" if wish.calibration else ""


def _probability(chosen: GuaranteedChoice) -> str:
    return f"{100 * chosen.guarantee.probability:.6g} %"


def _method(found: PerExitChoice) -> list[str]:
    """Return that the thresholds were searched, unless all vectors were compared."""
    return [] if found.exhaustive else [f"{found.method[:1].upper()}{found.method[1:]}."]
