"""The decision with one threshold per early exit, expressed as one ρ, so that everything else can show it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trecx.errors import ThresholdError
from trecx.scores import ExitScores
from trecx.scores.float32 import not_below
from trecx.threshold.benefit_curve import checked_threshold

AT = 1.0  # the ρ at which scores of `by_thresholds` give the decision


def by_thresholds(scores: ExitScores, per_exit: Sequence[float]) -> ExitScores:
    """Return scores whose confidence at an early exit is 1 if it reaches the exit's own threshold, else 0.

    With them, ρ = 1 (`AT`) stops each sample where the thresholds do: at the first exit k with
    confidence ≥ per_exit[k]. So tables, operating points and pages need no other arithmetic.

    Args:
        scores: of a network; its confidence may be of any exit criterion.
        per_exit: one threshold per early exit, each 0..1 or `inf` (never stops there).

    Raises:
        ThresholdError: there is not one threshold per early exit, or one is neither within 0..1 nor `inf`.
    """
    thresholds = checked_thresholds(per_exit, scores.n_exits - 1)
    reached = scores.confidence[:, :-1] >= not_below(np.array(thresholds))
    final = np.ones((scores.n_samples, 1), np.float32)
    return replace(scores, probabilities=None, confidence=np.hstack([reached.astype(np.float32), final]))


def checked_thresholds(per_exit: Sequence[float], n_early: int) -> tuple[float, ...]:
    """Return one threshold per early exit as floats.

    Raises:
        ThresholdError: there is not one per early exit, or one is neither within 0..1 nor `inf`.

    >>> checked_thresholds([0.5, np.inf], 2)
    (0.5, inf)
    """
    if len(per_exit) != n_early:
        exits = "1 early exit" if n_early == 1 else f"{n_early} early exits"
        raise ThresholdError(f"give one threshold for each of the {exits}, got {len(per_exit)}")
    return tuple(checked_threshold(value) for value in per_exit)
