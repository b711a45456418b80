"""The best operating point within limits, if there is one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.errors import BudgetError
from trecx.scores import FloatArray, IntArray
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.limits import LIMITED, Limits, limit_title

ROUNDING = 1e-9  # relative tolerance of a limit, for rounding errors


RATE = "inferences_per_hour"  # limiting constraint if every better point has a duty cycle above 1


@dataclass(frozen=True)
class Candidate:
    """A step of a curve, compared with the limits.

    Attributes:
        threshold: ρ, the highest of its plateau; `inf`: no early exits.
        plateau: every ρ in (low, high] gives the same result.
        quantities: its known quantities, by name (`OperatingConditions.quantities`).
        slack: margin to each limit, by name and in the limit's unit; negative if the limit is not met.
        broken: names of the limits that are not met.
    """

    threshold: float
    plateau: tuple[float, float]
    quantities: dict[str, float]
    slack: dict[str, float]
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """The best point within limits, and its neighbours.

    Attributes:
        best: the best point; None if no ρ meets the limits.
        cheaper: the most accurate point that costs less than `best`. Without `best`: the most accurate point
            that meets the limits on cost, or the cheapest of all if none does.
        more_accurate: the cheapest point that is more accurate than `best`. Without `best`: the cheapest
            point that meets the limits on accuracy, or the most accurate of all if none does.
        binds: names of the limits that would have to be loosened to get a better point than `best`.
    """

    best: Candidate | None
    cheaper: Candidate | None
    more_accurate: Candidate | None
    binds: tuple[str, ...]


def choose(
    curve: BenefitCurve,
    limits: Limits,
    conditions: OperatingConditions = UNKNOWN_CONDITIONS,
    baseline_accuracy: float | None = None,
    kept: Mapping[str, npt.NDArray[np.bool_]] | None = None,
) -> Choice:
    """Return the best ρ within the limits.

    If a cost is limited, the best point is the most accurate one, and among equally accurate points the
    cheapest. If only accuracy is limited, it is the cheapest point. Points with a duty cycle above 1 are
    excluded.

    Args:
        curve: the candidates are its steps. `curve.at(int8_thresholds())` has the thresholds that differ on
            an int8 device; `table.curve(class_weights)` applies a class mix.
        limits: the limits.
        conditions: device, inference rate and battery; limits on energy, latency or battery need them.
        baseline_accuracy: accuracy of the network without early exits, on the same samples and class mix.
        kept: which steps meet a limit, by its name, of shape (n_steps,), where that is known from a test and
            not from the curve (`guarantee`).

    Raises:
        BudgetError: an input that a limit needs is unknown, or the inferences do not fit into an hour.
    """
    steps = _Steps(curve, limits, conditions, baseline_accuracy, kept or {})
    keeps_up = steps.quantities.get("busy", np.zeros(len(curve.thresholds))) <= 1
    if not keeps_up.any():
        raise BudgetError(
            f"{conditions.inferences_per_hour:,.0f} inferences do not fit into an hour: each takes at least "
            f"{steps.quantities['latency_ms'].min():,.1f} ms, even if all samples stop at the first exit; "
            "lower the number of inferences per hour"
        )
    meets = steps.keeps(limits.given) & keeps_up
    if not meets.any():
        on_cost, on_accuracy = (
            steps.keeps(names) & keeps_up for names in (limits.cost_limits, limits.accuracy_limits)
        )
        return Choice(
            None,
            steps.first(steps.most_accurate, on_cost) or steps.candidate(steps.cheapest[0]),
            steps.first(steps.cheapest, on_accuracy) or steps.first(steps.most_accurate, keeps_up),
            (),
        )
    ranking = steps.most_accurate if limits.cost_limits else steps.cheapest
    best = ranking[meets[ranking]][0]
    cheaper = steps.first(steps.most_accurate, keeps_up & (steps.cost < steps.cost[best]))
    more_accurate = steps.first(steps.cheapest, keeps_up & (steps.accuracy > steps.accuracy[best]))
    better = more_accurate if limits.cost_limits else cheaper
    binds = better.broken if better else ()
    if limits.cost_limits and not better and (steps.accuracy > steps.accuracy[best]).any():
        binds = (RATE,)
    return Choice(steps.candidate(best), cheaper, more_accurate, binds)


def reference_accuracy(limits: Limits, final: float, baseline: float | None) -> float | None:
    """Return the accuracy that `max_drop` is compared with, 0..1; None without that limit.

    Args:
        limits: the limits.
        final: accuracy of the final exit, on the same samples and class mix.
        baseline: that of the network without early exits; None if it was not scored.

    Raises:
        BudgetError: the drop is compared with a baseline, and none was scored.
    """
    if limits.max_drop is None:
        return None
    against = final if limits.against == "final" else baseline
    if against is None:
        raise BudgetError(
            "no baseline was scored on the same samples; compare the drop with the final exit instead"
        )
    return against


def margins(
    quantities: Mapping[str, FloatArray], limits: Limits, reference: float | None
) -> dict[str, FloatArray]:
    """Return the margin of points to each limit, by name and in the limit's unit; negative: not met.

    Args:
        quantities: of the points, by name (`OperatingConditions.quantities`), each of shape (n_points,).
        limits: the limits.
        reference: accuracy that `max_drop` is compared with (`reference_accuracy`).

    Raises:
        BudgetError: an input that a limit needs is unknown.
    """
    found = {}
    for name, limit in limits.given.items():
        quantity, needed = LIMITED[name]
        if quantity not in quantities:
            raise BudgetError(f"{limit_title(name)} needs {needed}")
        least = limit if reference is None or name != "max_drop" else reference - limit
        beyond = quantities[quantity] - least
        found[name] = beyond if name.startswith("min") or name == "max_drop" else -beyond
    return found


def met(slack: Mapping[str, FloatArray], limits: Limits) -> dict[str, npt.NDArray[np.bool_]]:
    """Return whether points meet each limit, by name, each of shape (n_points,); rounding errors are allowed.

    Args:
        slack: margins of the points (`margins`).
        limits: the limits.
    """
    return {name: margin >= -ROUNDING * max(limits.given[name], ROUNDING) for name, margin in slack.items()}


class _Steps:
    """The steps of a curve with their quantities, and two rankings: by accuracy and by cost."""

    def __init__(
        self,
        curve: BenefitCurve,
        limits: Limits,
        conditions: OperatingConditions,
        baseline_accuracy: float | None,
        kept: Mapping[str, npt.NDArray[np.bool_]],
    ) -> None:
        self.curve = curve
        self.quantities: dict[str, FloatArray] = conditions.quantities(curve)
        if curve.lost is not None:
            self.quantities["lost"] = curve.lost / curve.n_samples
        final = float(curve.accuracy[0])
        reference = reference_accuracy(limits, final, baseline_accuracy)
        self.slack = margins(self.quantities, limits, reference)
        self.kept = met(self.slack, limits) | dict(kept)
        self.accuracy = curve.accuracy.round(12)
        self.cost = curve.flops  # energy and latency also rise from exit to exit: they give the same ranking
        self.most_accurate = np.lexsort((self.cost, -self.accuracy))
        self.cheapest = np.argsort(self.cost, kind="stable")

    def keeps(self, names: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Return whether each step meets these limits, of shape (n_steps,)."""
        kept = np.full(len(self.curve.thresholds), True)
        for name in names:
            kept &= self.kept[name]
        return kept

    def first(self, ranking: IntArray, among: npt.NDArray[np.bool_]) -> Candidate | None:
        """Return the first step of a ranking that is in `among`; None if there is none."""
        found = ranking[among[ranking]]
        return self.candidate(found[0]) if len(found) else None

    def candidate(self, step: int) -> Candidate:
        """Return a step as a `Candidate`."""
        plateau = self.curve.plateau(step)
        return Candidate(
            plateau[1],
            plateau,
            {name: float(values[step]) for name, values in self.quantities.items()},
            {name: float(slack[step]) for name, slack in self.slack.items()},
            tuple(name for name, kept in self.kept.items() if not kept[step]),
        )
