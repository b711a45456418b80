"""The best operating point within limits, or the statement that there is none."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.errors import BudgetError
from trecx.scores import FloatArray, IntArray
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.limits import LIMITED, Limits, limit_title

ROUNDING = 1e-9  # relative: what a limit may be missed by, as sums and differences are rounded


RATE = "inferences_per_hour"  # binds where what is better would take more than all the time there is


@dataclass(frozen=True)
class Candidate:
    """A step of a curve, compared with the limits.

    Attributes:
        threshold: ρ, the highest of its plateau; `inf`: nobody leaves early.
        plateau: every ρ in (low, high] does the same.
        quantities: what is known of it, by name (`OperatingConditions.quantities`).
        slack: how far each limit is from binding, by name and in the limit's unit; negative where it is
            broken.
        broken: the limits that it breaks, by name.
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
        best: the point to take; None where no ρ meets the limits.
        cheaper: the most accurate point that costs less than `best`. Without `best`: the most accurate point
            that keeps to the limits on cost, or the cheapest of all if none does.
        more_accurate: the cheapest point that is more accurate than `best`. Without `best`: the cheapest
            point that keeps to the limits on accuracy, or the most accurate of all if none does.
        binds: the limits that would have to be loosened to do better than `best`, by name.
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
) -> Choice:
    """Return the best ρ within the limits.

    Where cost is limited, the best is the most accurate point, and of those the cheapest. Where only accuracy
    is, it is the cheapest point. A point at which the device cannot keep up is never one.

    Args:
        curve: every step is looked at. `curve.at(int8_thresholds())` is what an int8 device can do;
            `table.curve(class_weights)` is what happens under a class mix.
        limits: the limits.
        conditions: where the network runs; limits on energy, latency or battery need it.
        baseline_accuracy: accuracy of the network without exits over the same samples, under the same mix.

    Raises:
        BudgetError: what a limit needs is not known, or there are more inferences than an hour can hold.
    """
    steps = _Steps(curve, limits, conditions, baseline_accuracy)
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


class _Steps:
    """The steps of a curve with every limited quantity, and their two rankings."""

    def __init__(
        self,
        curve: BenefitCurve,
        limits: Limits,
        conditions: OperatingConditions,
        baseline_accuracy: float | None,
    ) -> None:
        self.curve = curve
        self.quantities: dict[str, FloatArray] = conditions.quantities(curve)
        self.slack = {
            name: self._slack(limits, name, limit, baseline_accuracy) for name, limit in limits.given.items()
        }
        self.kept = {
            name: slack >= -ROUNDING * max(limits.given[name], ROUNDING) for name, slack in self.slack.items()
        }
        self.accuracy = curve.accuracy.round(12)
        self.cost = curve.flops  # as energy and latency also rise from exit to exit, they rank steps alike
        self.most_accurate = np.lexsort((self.cost, -self.accuracy))
        self.cheapest = np.argsort(self.cost, kind="stable")

    def _slack(self, limits: Limits, name: str, limit: float, baseline_accuracy: float | None) -> FloatArray:
        quantity, needed = LIMITED[name]
        if quantity not in self.quantities:
            raise BudgetError(f"{limit_title(name)} needs {needed}")
        if name == "max_drop":
            against = self.curve.accuracy[0] if limits.against == "final" else baseline_accuracy
            if against is None:
                raise BudgetError(
                    "no baseline was scored on the same samples; compare the drop with the final exit instead"
                )
            limit = against - limit
        beyond = self.quantities[quantity] - limit
        return beyond if name.startswith("min") or name == "max_drop" else -beyond

    def keeps(self, names: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Whether each step keeps to these limits."""
        kept = np.full(len(self.curve.thresholds), True)
        for name in names:
            kept &= self.kept[name]
        return kept

    def first(self, ranking: IntArray, among: npt.NDArray[np.bool_]) -> Candidate | None:
        """Return the first of a ranking that is among these steps."""
        found = ranking[among[ranking]]
        return self.candidate(found[0]) if len(found) else None

    def candidate(self, step: int) -> Candidate:
        """Return a step as it is told."""
        plateau = self.curve.plateau(step)
        return Candidate(
            plateau[1],
            plateau,
            {name: float(values[step]) for name, values in self.quantities.items()},
            {name: float(slack[step]) for name, slack in self.slack.items()},
            tuple(name for name, kept in self.kept.items() if not kept[step]),
        )
