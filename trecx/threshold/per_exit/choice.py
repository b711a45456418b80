"""The best vector of thresholds within limits, one threshold per early exit."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.errors import ThresholdError
from trecx.progress import Progress, silent
from trecx.scores import FloatArray, IntArray
from trecx.threshold.choice import RATE, Candidate, choose, margins, met, reference_accuracy
from trecx.threshold.guarantee.selection import baseline_accuracy
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits
from trecx.threshold.per_exit.front import is_exhaustive, method_text, n_vectors_of, tried_vectors
from trecx.threshold.per_exit.nondominated import Nondominated
from trecx.threshold.per_exit.vectors import Vectors, ranked

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PerExitPoint:
    """A vector of thresholds, compared with the limits.

    Attributes:
        thresholds: one per early exit; `inf`: no sample stops there.
        exit_counts: samples that stop at each exit; sums of weights under a class mix.
        quantities: its known quantities, by name (`OperatingConditions.quantities`).
        slack: margin to each limit, by name and in the limit's unit; negative if the limit is not met.
        broken: names of the limits that are not met.
    """

    thresholds: tuple[float, ...]
    exit_counts: tuple[float, ...]
    quantities: dict[str, float]
    slack: dict[str, float]
    broken: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PerExitChoice:
    """The best vector of thresholds within limits, and the best single ρ.

    Attributes:
        best: the best vector; None if none meets the limits.
        single: the best single ρ among the same candidates; None if none meets the limits.
        cheaper: the most accurate vector that costs less than `best`. Without `best`: the most accurate
            vector that meets the limits on cost, or the cheapest of all if none does.
        more_accurate: the cheapest vector that is more accurate than `best`. Without `best`: the cheapest
            vector that meets the limits on accuracy, or the most accurate of all if none does.
        binds: names of the limits that would have to be loosened to get a better vector than `best`.
        exhaustive: whether every vector was tried.
        n_vectors: how many vectors were compared; a search compares some of them more than once.
    """

    best: PerExitPoint | None
    single: Candidate | None
    cheaper: PerExitPoint | None
    more_accurate: PerExitPoint | None
    binds: tuple[str, ...]
    exhaustive: bool
    n_vectors: int

    @property
    def method(self) -> str:
        """How the vectors were found, in words."""
        return method_text(self.exhaustive, self.n_vectors)


def choose_per_exit(
    joint: JointCounts,
    limits: Limits,
    conditions: OperatingConditions = UNKNOWN_CONDITIONS,
    class_weights: FloatArray | None = None,
    progress: Progress = silent,
) -> PerExitChoice:
    """Return the best vector of thresholds within the limits, ranked as `choice.choose` ranks values of ρ.

    If a cost is limited, the best vector is the most accurate one, and among equally accurate ones the
    cheapest. If only accuracy is limited, it is the cheapest one, and among equally cheap ones the most
    accurate. Cost is energy if it is known (`ranked_costs`), else FLOPs: which vector is cheaper can depend
    on that, unlike with one ρ. Of vectors that are equal in both, it is the one with the largest thresholds,
    compared at the first exit, then at the second, and so on. Duty cycles above 1 are excluded.

    Args:
        joint: samples of a network with early exits; the candidates for each exit are its own
            (`int8_candidates`).
        limits: the limits.
        conditions: device, inference rate and battery; limits on energy, latency or battery need them.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: all 1.
        progress: called often.

    Raises:
        ThresholdError: the network has no early exits.
        BudgetError: an input that a limit needs is unknown, or the inferences do not fit into an hour.
    """
    checked_exits(joint)
    curve, baseline = joint.curve(class_weights), baseline_accuracy(joint, class_weights)
    single = choose(curve, limits, conditions, baseline)
    reference = reference_accuracy(limits, float(curve.accuracy[0]), baseline)
    costs = ranked_costs(joint, conditions)
    scan = _Scan(joint, limits, conditions, reference, costs, class_weights is not None)
    for part in tried_vectors(joint, costs, class_weights, limits.max_lost is not None, progress):
        scan.add(part)
    exhaustive = is_exhaustive(joint)
    n_vectors = n_vectors_of(joint) if exhaustive else scan.n_vectors
    return PerExitChoice(scan.best, single.best, *scan.around(), exhaustive, n_vectors)


def checked_exits(joint: JointCounts) -> None:
    """Check that there are early exits.

    Raises:
        ThresholdError: the network has no early exits.
    """
    if joint.n_exits < 2:
        raise ThresholdError("this run has no early exits, so it has no thresholds; choose another run")


def ranked_costs(joint: JointCounts, conditions: OperatingConditions) -> IntArray | FloatArray:
    """Return the costs that vectors are ranked by, of shape (n_exits,): µJ if they are known, else FLOPs."""
    return joint.exit_flops if conditions.costs is None else conditions.costs.energy_uj


@dataclass(frozen=True, eq=False)
class _Compared:
    """The vectors of a part, compared with the limits.

    Attributes:
        part: the vectors.
        quantities: by name, each of shape (n_vectors,).
        slack: margin to each limit, by name, likewise.
        kept: whether each limit is met, by name, likewise.
        cost: that is ranked, likewise.
        error: −accuracy, likewise.
    """

    part: Vectors
    quantities: dict[str, FloatArray]
    slack: dict[str, FloatArray]
    kept: dict[str, BoolArray]
    cost: FloatArray
    error: FloatArray

    @property
    def keeps_up(self) -> BoolArray:
        """Whether the duty cycle is at most 1, of shape (n_vectors,)."""
        return self.quantities["busy"] <= 1 if "busy" in self.quantities else np.full(len(self.cost), True)

    def meets(self, names: Iterable[str]) -> BoolArray:
        """Return whether each vector keeps up and meets these limits, of shape (n_vectors,)."""
        found: BoolArray = np.logical_and.reduce([self.keeps_up, *(self.kept[name] for name in names)])
        return found

    def first(self, eligible: BoolArray, accurate: bool) -> int | None:
        """Return the position of the best eligible vector: of equal ones the first; None if there is none.

        Args:
            eligible: of shape (n_vectors,).
            accurate: the most accurate, then the cheapest one; else the cheapest, then the most accurate.
        """
        rows = np.flatnonzero(eligible)
        if not len(rows):
            return None
        for key in (self.error, self.cost) if accurate else (self.cost, self.error):
            rows = rows[key[rows] == key[rows].min()]
        return int(rows[0])

    def point(self, at: int) -> PerExitPoint:
        """Return the vector at a position."""
        return PerExitPoint(
            tuple(self.part.thresholds_at(np.array([at]))[0].tolist()),
            tuple(self.part.exit_counts[at].tolist()),
            {name: float(values[at]) for name, values in self.quantities.items()},
            {name: float(values[at]) for name, values in self.slack.items()},
            tuple(name for name, kept in self.kept.items() if not kept[at]),
        )


class _Scan:
    """The best vectors so far by several rankings, while vectors come in parts."""

    def __init__(
        self,
        joint: JointCounts,
        limits: Limits,
        conditions: OperatingConditions,
        reference: float | None,
        exit_costs: IntArray | FloatArray,
        weighted: bool,
    ) -> None:
        self.joint, self.limits, self.conditions, self.reference = joint, limits, conditions, reference
        self.exit_costs, self.whole = exit_costs, not weighted
        self.whole_cost = self.whole and np.issubdtype(exit_costs.dtype, np.integer)
        self.front = Nondominated(exit_costs, weighted)
        self.n_vectors = 0
        self._leaders: dict[str, tuple[tuple[float, float], PerExitPoint]] = {}

    @property
    def best(self) -> PerExitPoint | None:
        """The best vector within all limits; None if none meets them."""
        return self._found("best")

    def add(self, part: Vectors) -> None:
        """Compare the vectors of a part with the best ones so far."""
        self.n_vectors += len(part.correct)
        self.front.add(part)
        seen, by_cost = self._compared(part), bool(self.limits.cost_limits)
        self._lead("best", seen, seen.meets(self.limits.given), accurate=by_cost)
        self._lead("on cost", seen, seen.meets(self.limits.cost_limits), accurate=True)
        self._lead("cheapest", seen, np.full(len(seen.cost), True), accurate=False)
        self._lead("on accuracy", seen, seen.meets(self.limits.accuracy_limits), accurate=False)
        self._lead("most accurate", seen, seen.keeps_up, accurate=True)

    def around(self) -> tuple[PerExitPoint | None, PerExitPoint | None, tuple[str, ...]]:
        """Return the next cheaper vector, the next more accurate one, and the limits that bind."""
        if "best" not in self._leaders:
            on_cost = self._found("on cost") or self._found("cheapest")
            return on_cost, self._found("on accuracy") or self._found("most accurate"), ()
        by_cost = bool(self.limits.cost_limits)
        error, cost = self._leaders["best"][0] if by_cost else self._leaders["best"][0][::-1]
        seen = self._compared(self.front.vectors(self.joint))
        at = seen.first(seen.keeps_up & (seen.cost < cost), accurate=True)
        above = seen.first(seen.keeps_up & (seen.error < error), accurate=False)
        cheaper, more_accurate = (None if each is None else seen.point(each) for each in (at, above))
        better = more_accurate if by_cost else cheaper
        binds = better.broken if better else ()
        if by_cost and not better and (seen.error < error).any():
            binds = (RATE,)
        return cheaper, more_accurate, binds

    def _found(self, name: str) -> PerExitPoint | None:
        return self._leaders[name][1] if name in self._leaders else None

    def _compared(self, part: Vectors) -> _Compared:
        quantities: dict[str, FloatArray] = self.conditions.quantities(part)
        quantities["lost"] = part.lost / part.n_samples
        slack = margins(quantities, self.limits, self.reference)
        cost = ranked(part.expected(self.exit_costs), float(max(self.exit_costs)), self.whole_cost)
        error = -ranked(part.accuracy, 1.0, self.whole)
        return _Compared(part, quantities, slack, met(slack, self.limits), cost, error)

    def _lead(self, name: str, seen: _Compared, eligible: BoolArray, accurate: bool) -> None:
        """Take in the best eligible vector of a part, if it is better than the best one so far."""
        at = seen.first(eligible, accurate)
        if at is None:
            return
        error, cost = float(seen.error[at]), float(seen.cost[at])
        key = (error, cost) if accurate else (cost, error)
        if name not in self._leaders or key < self._leaders[name][0]:
            self._leaders[name] = key, seen.point(at)
