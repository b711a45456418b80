"""The cheapest ρ whose loss stays within a limit with a stated probability: fixed-sequence testing."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.errors import BudgetError
from trecx.scores import FloatArray
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.choice import Candidate, Choice, choose
from trecx.threshold.guarantee.losses import Loss, guaranteed_limit
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits

PROBABILITIES = (0.9, 0.95, 0.99)
MOST_SAMPLES = 1e9  # a wish that needs more is not told a number


@dataclass(frozen=True)
class Guarantee:
    """What is to hold with a probability: the limit on accuracy or on lost samples.

    Attributes:
        probability: over the draw of the calibration samples, from 0.5 to below 1.
        each_class: whether the limit is to hold in each class.

    Raises:
        BudgetError: the probability is not within 0.5..1.
    """

    probability: float
    each_class: bool = False

    def __post_init__(self) -> None:
        if not 0.5 <= self.probability < 1:
            raise BudgetError(
                "the probability of a guarantee must be from 0.5 to below 1, such as 0.95, got "
                f"{self.probability:g}"
            )


@dataclass(frozen=True, eq=False)
class GuaranteedChoice:
    """The best ρ that is guaranteed, and how it was found.

    Attributes:
        guarantee: what was asked for.
        loss: the loss at `inf` and at each candidate.
        passing: candidates that passed, decreasing: for all of them together the limit holds with the
            probability; empty if nothing can be guaranteed.
        choice: the best of them within all limits.
        naive: the best candidate whose loss on these samples is within the limits, without a guarantee.
        bound: the smallest limit that the test at the chosen ρ alone would pass, at most the limit itself;
            None if no ρ is guaranteed.
        samples_needed: about how many calibration samples the first candidate needs to pass, if they are like
            these; None if some candidate passed, or if more samples do not help.
    """

    guarantee: Guarantee
    loss: Loss
    passing: FloatArray
    choice: Choice
    naive: Choice
    bound: float | None
    samples_needed: int | None

    @property
    def n_calibration(self) -> int:
        """Number of calibration samples."""
        return int(self.loss.class_counts.sum())

    @property
    def best(self) -> Candidate | None:
        """The best guaranteed point; None if there is none."""
        return self.choice.best

    def covers(self, threshold: float) -> bool:
        """Return whether the guarantee holds for this ρ: it is one of the candidates that passed."""
        return bool(np.isin(threshold, self.passing))


def guaranteed_choice(
    joint: JointCounts,
    limits: Limits,
    guarantee: Guarantee,
    conditions: OperatingConditions = UNKNOWN_CONDITIONS,
    class_weights: FloatArray | None = None,
) -> GuaranteedChoice:
    """Return the best ρ whose loss is within the limit with the probability of the guarantee.

    The candidates are fixed before the samples are seen, and tested in a fixed order from the largest ρ down,
    each at level 1 − probability; the first that is not rejected ends the sequence. With at least the
    probability, all candidates before it meet the limit, however one of them is chosen.

    Args:
        joint: the calibration samples.
        limits: exactly one of `max_lost`, `max_drop` and `min_accuracy`, which is guaranteed, and any limits
            on cost.
        guarantee: what is to hold.
        conditions: device, inference rate and battery; limits on energy, latency or battery need them.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: all 1.

    Raises:
        BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.

    Source: Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then test: calibrating predictive algorithms
    to achieve risk control" (2021), fixed-sequence testing.
    """
    loss = Loss.of(joint, limits, class_weights, guarantee.each_class)
    passes = passing(loss, guarantee.probability)
    choice, naive = guaranteed_and_naive(joint, loss, passes, limits, conditions)
    bound = None
    if choice.best is not None:
        best = int(np.flatnonzero(joint.decreasing == choice.best.threshold)[0])
        bound = min(loss.bound(best, guarantee.probability), loss.limit)
    return GuaranteedChoice(
        guarantee,
        loss,
        joint.decreasing[passes],
        choice,
        naive,
        bound,
        None if passes.any() else samples_needed(loss, guarantee.probability),
    )


def guaranteed_and_naive(
    joint: JointCounts,
    loss: Loss,
    passes: npt.NDArray[np.bool_],
    limits: Limits,
    conditions: OperatingConditions,
) -> tuple[Choice, Choice]:
    """Return the best choice among the candidates that pass, and the one whose measured loss is in the limit.

    Args:
        joint: the calibration samples.
        loss: at `inf` and at each candidate, under its class mix.
        passes: whether each of them passes (`passing`), of shape (n_candidates + 1,).
        limits: exactly one of `max_lost`, `max_drop` and `min_accuracy`, and any limits on cost.
        conditions: device, inference rate and battery.

    Raises:
        BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
    """
    name, curve = guaranteed_limit(limits), joint.curve(loss.class_weights)
    baseline = baseline_accuracy(joint, loss.class_weights)
    guaranteed, naive = (
        choose(curve, limits, conditions, baseline, kept={name: kept})
        for kept in (passes, loss.measured <= loss.limit + 1e-12)
    )
    return _among_candidates(guaranteed, curve), naive


def passing(loss: Loss, probability: float) -> npt.NDArray[np.bool_]:
    """Return which candidates pass: the unbroken run of rejections from the largest ρ on.

    `inf`, the first row of a loss, is no candidate and does not pass.

    Args:
        loss: the loss at `inf` and at each candidate, of which there are n_candidates.
        probability: of the guarantee, 0..1.

    Returns:
        Whether each passes, of shape (n_candidates + 1,).
    """
    rejected = loss.p_values(probability) <= 1 - probability
    rejected[0] = True
    unbroken = np.logical_and.accumulate(rejected)
    unbroken[0] = False
    return unbroken


def samples_needed(loss: Loss, probability: float, candidate: int = 1) -> int | None:
    """Return about how many calibration samples a candidate needs to pass, if they are like these.

    Args:
        loss: measured on the samples that are there.
        probability: of the guarantee, 0..1.
        candidate: its index; 1 is the largest ρ.

    Returns:
        The number of samples; None if the loss measured is not below the limit, so that more do not help.
    """
    n = int(loss.class_counts.sum())
    if loss.measured[candidate] >= loss.limit:
        return None

    def passes(factor: float) -> bool:
        return bool(loss.scaled(candidate, factor).p_values(probability)[0] <= 1 - probability)

    low, high = 1.0, 2.0
    while not passes(high):
        low, high = high, 2 * high
        if high * n > MOST_SAMPLES:
            return None
    while (high - low) * n > max(1.0, 0.001 * high * n):
        middle = (low + high) / 2
        low, high = (low, middle) if passes(middle) else (middle, high)
    return math.ceil(high * n)


def _among_candidates(choice: Choice, curve: BenefitCurve) -> Choice:
    """Return a choice whose best ρ is a candidate also where no sample exits early, as with `inf`."""
    if choice.best is None or math.isfinite(choice.best.threshold):
        return choice
    return replace(choice, best=replace(choice.best, threshold=float(curve.thresholds[1])))


def baseline_accuracy(joint: JointCounts, class_weights: FloatArray | None = None) -> float | None:
    """Return the baseline's accuracy under a class mix, 0..1; None without a baseline.

    Args:
        joint: the samples.
        class_weights: weight of one sample of each class, of shape (n_classes,); None: all 1.
    """
    if joint.baseline_correct is None:
        return None
    weights = np.ones(len(joint.class_names)) if class_weights is None else class_weights
    weighted = joint.counts * weights[joint.classes]
    return float(weighted[joint.baseline_correct].sum() / weighted.sum())
