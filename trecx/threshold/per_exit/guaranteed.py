"""The best vector of thresholds whose loss stays within a limit with a stated probability."""

from dataclasses import dataclass

import numpy as np

from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.progress import Progress, silent
from trecx.scores import FloatArray, IntArray
from trecx.threshold.choice import Candidate
from trecx.threshold.class_mix import class_weights
from trecx.threshold.guarantee.selection import Guarantee, GuaranteedChoice, guaranteed_choice
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits
from trecx.threshold.per_exit.choice import PerExitPoint, checked_exits, ranked_costs
from trecx.threshold.per_exit.front import Front, pareto_front
from trecx.threshold.per_exit.vectors import VectorCounts

MAX_CANDIDATES = 512  # vectors that are tested; a longer front is thinned out


@dataclass(frozen=True, eq=False)
class GuaranteedPerExit:
    """The best vector of thresholds that is guaranteed, and how it was found.

    Attributes:
        front: the front of the design samples.
        counts: the tested samples at the candidates, the most accurate and most costly vector first.
        chosen: the test of the candidates; a threshold in it is a candidate's label (`VectorCounts`), and its
            calibration samples are the tested ones.
        n_design: number of design samples.
    """

    front: Front
    counts: VectorCounts
    chosen: GuaranteedChoice
    n_design: int

    @property
    def best(self) -> PerExitPoint | None:
        """The best guaranteed vector, measured on the tested samples; None if there is none."""
        return self.point(self.chosen.best)

    @property
    def naive(self) -> PerExitPoint | None:
        """The best candidate within the limits on the tested samples, without a guarantee."""
        return self.point(self.chosen.naive.best)

    @property
    def passing(self) -> FloatArray:
        """The vectors that passed, of shape (n_passing, n_early): the limit holds for all together."""
        return self.counts.vectors[: len(self.chosen.passing)]

    @property
    def samples_needed(self) -> int | None:
        """About how many samples, design and tested ones, a first vector needs to pass; None: unknown."""
        tested = self.chosen.samples_needed
        return None if tested is None else 2 * tested

    def point(self, candidate: Candidate | None) -> PerExitPoint | None:
        """Return a candidate of `chosen` with its thresholds, measured on the tested samples."""
        if candidate is None:
            return None
        step = self.counts.step(candidate.threshold)
        never = np.full((1, self.counts.vectors.shape[1]), np.inf)
        return PerExitPoint(
            tuple(np.vstack([never, self.counts.vectors])[step].tolist()),
            tuple(self.counts.curve(self.chosen.loss.class_weights).exit_counts[step].tolist()),
            candidate.quantities,
            candidate.slack,
            candidate.broken,
        )


def guaranteed_per_exit(
    design: JointCounts,
    tested: JointCounts,
    limits: Limits,
    guarantee: Guarantee,
    conditions: OperatingConditions = UNKNOWN_CONDITIONS,
    class_shares: FloatArray | None = None,
    progress: Progress = silent,
) -> GuaranteedPerExit:
    """Return the best vector of thresholds whose loss is within the limit with the guarantee's probability.

    Vectors have no natural order, so the calibration samples are divided. The design samples give the
    candidates: their Pareto front, from the most accurate and most costly vector down. The other samples test
    them in this order as `guaranteed_choice` tests values of ρ; the first that is not rejected ends the
    sequence. Candidates and order depend on the design samples only, and the tested ones are independent of
    them. So for any design samples, the limit holds with the probability for all vectors that passed, however
    one of them is chosen; how good the front is changes the cost, and never the guarantee.

    Args:
        design: samples that give the candidates.
        tested: other samples, drawn as those of the field are.
        limits: exactly one of `max_lost`, `max_drop` and `min_accuracy`, which is guaranteed, and any limits
            on cost.
        guarantee: what is to hold.
        conditions: device, inference rate and battery; limits on energy, latency or battery need them.
        class_shares: share of each class in the field, of shape (n_classes,); None: as in the samples.
        progress: called often.

    Raises:
        ThresholdError: the network has no early exits.
        BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
        ClassMixError: the class mix has a class of which there are no design or no tested samples.

    Source: Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then test: calibrating predictive algorithms
    to achieve risk control" (2021), split fixed-sequence testing.
    """
    checked_exits(design)
    weights = [
        None if class_shares is None else class_weights(class_shares, joint.class_counts)
        for joint in (design, tested)
    ]
    by_lost = limits.max_lost is not None
    front = pareto_front(design, ranked_costs(design, conditions), weights[0], progress, by_lost)
    counts = VectorCounts.at(tested, front.thresholds[_thinned(front.cost)[::-1]])
    chosen = guaranteed_choice(counts, limits, guarantee, conditions, weights[1])
    return GuaranteedPerExit(front, counts, chosen, design.n_samples)


def _thinned(cost: FloatArray) -> IntArray:
    """Return the positions of at most `MAX_CANDIDATES` points of a front, increasing.

    Half of them are evenly spaced among the points, half in cost: where costly vectors are few, all stay.

    Args:
        cost: of each point, increasing.
    """
    if len(cost) <= MAX_CANDIDATES:
        return np.arange(len(cost))
    half = MAX_CANDIDATES // 2
    by_number = np.linspace(0, len(cost) - 1, half).round().astype(np.int64)
    by_cost = np.searchsorted(cost, np.linspace(cost[0], cost[-1], half))
    kept: IntArray = np.union1d(by_number, by_cost)
    return kept
