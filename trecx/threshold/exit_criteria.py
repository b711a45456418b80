"""Exit criteria: three ways to compute a confidence from a softmax."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from trecx.errors import ScoresError, unknown_name
from trecx.scores import ExitScores, FloatArray

LARGEST, ENTROPY, MARGIN = "largest", "entropy", "margin"
CRITERIA = {LARGEST: "maximum softmax probability", ENTROPY: "entropy", MARGIN: "margin"}


def by_criterion(scores: ExitScores, criterion: str) -> ExitScores:
    """Return the scores with the confidence of a criterion, 0 (uniform softmax) to 1 (one class certain).

    Labels, predictions and FLOPs are unchanged, so curves and tables are computed as for any scores. A sample
    stops at an exit if its confidence is ≥ ρ. On the criterion's own scale, as firmware compares it, that is

    - `largest`: p₁ ≥ ρ, where p₁ is the maximum softmax probability (the paper, Eq. 1);
    - `entropy`: H ≤ (1 − ρ) ln C nats (`entropy_limit`), where H = −Σ p ln p over C classes: the confidence
      is 1 − H / ln C (BranchyNet stops where H is below a threshold);
    - `margin`: p₁ − p₂ ≥ ρ, where p₂ is the second largest probability (Big/Little networks).

    With two classes, all three rank the samples alike; they differ with three classes or more.

    Raises:
        ScoresError: only the maximum softmax probability is stored, and the criterion needs all of them.
        UnknownNameError: there is no such criterion.

    Source: Teerapittayanon, McDanel and Kung, "BranchyNet: fast inference via early exiting from deep neural
    networks", ICPR 2016; Park et al., "Big/Little deep neural network for ultra low power inference",
    CODES+ISSS 2015.
    """
    if criterion not in CRITERIA:
        unknown_name("criterion", criterion, CRITERIA)
    if criterion == LARGEST:
        confidence = scores.confidence
    elif scores.probabilities is None:
        raise ScoresError(
            f"only the largest probability is stored for these scores, but {CRITERIA[criterion]} needs the "
            f"probability of every class; import the scores of all classes, or use the {CRITERIA[LARGEST]}"
        )
    else:
        confidence = _by_exit(_MEASURES[criterion], scores.probabilities)
    return replace(scores, probabilities=None, confidence=confidence)


def entropy_limit(threshold: float, n_classes: int) -> float:
    """Return the largest entropy, in nats, at which the `entropy` confidence still reaches ρ.

    >>> round(entropy_limit(0.9, 12), 4)
    0.2485
    """
    return (1 - threshold) * math.log(n_classes)


def rule(criterion: str, threshold: float, n_classes: int) -> str:
    """Return the condition for an early exit at ρ as text, on the criterion's own scale.

    >>> rule("margin", 0.5, 12), rule("entropy", 0.9, 12)
    ('p₁ − p₂ ≥ 0.5000', 'H ≤ 0.2485 nats')
    """
    if math.isinf(threshold):
        return "no early exits"
    if criterion == ENTROPY:
        return f"H ≤ {entropy_limit(threshold, n_classes):.4f} nats"
    return f"{'p₁' if criterion == LARGEST else 'p₁ − p₂'} ≥ {threshold:.4f}"


def certainty(probabilities: npt.NDArray[np.float32]) -> FloatArray:
    """Return 1 − H / ln C of each row of (n_samples, n_classes); rounding may put it just outside 0..1."""
    p = probabilities.astype(np.float64)
    entropy = -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=1)
    score: FloatArray = 1 - entropy / math.log(p.shape[1])
    return score


def margin(probabilities: npt.NDArray[np.float32]) -> FloatArray:
    """Return the largest minus the second largest value of each row of (n_samples, n_classes)."""
    second, first = np.partition(probabilities, -2, axis=1)[:, -2:].T
    lead: FloatArray = first.astype(np.float64) - second
    return lead


_MEASURES = {ENTROPY: certainty, MARGIN: margin}


def _by_exit(
    measure: Callable[[npt.NDArray[np.float32]], FloatArray], probabilities: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return the measure of each sample at each exit; one exit at a time limits the memory.

    It is computed in float64 and rounded once, so that equal rows get equal values.
    """
    exits = [measure(probabilities[:, exit_]) for exit_ in range(probabilities.shape[1])]
    return np.clip(np.stack(exits, axis=1), 0, 1).astype(np.float32)
