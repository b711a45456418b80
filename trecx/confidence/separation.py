"""AUROC: how well confidence separates correct from wrong predictions."""

from dataclasses import dataclass

import numpy as np

from trecx.confidence.distribution import ExitConfidence
from trecx.scores import FloatArray
from trecx.threshold.intervals import Z95


@dataclass(frozen=True)
class Separation:
    """AUROC, the probability that a correct prediction is more confident than a wrong one, with its 95 % CI.

    0.5: confidence is uninformative; 1: at some ρ, all correct and no wrong predictions exit early.
    """

    auroc: float
    low: float
    high: float


def separation(seen: ExitConfidence) -> Separation | None:
    """Return the AUROC of the confidence; None if all predictions are correct, or all wrong.

    A pair of equal confidence counts one half. The interval is DeLong's, with one more prediction on each
    side that is tied with all of the other side: so it has a width even if the sides are fully separated, and
    is valid for few wrong predictions.

    Source: DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver
    operating characteristic curves", Biometrics 44 (1988); all of it from counts by distinct confidence.
    """
    if seen.correct.all() or not seen.correct.any():
        return None
    _, where = np.unique(seen.confidence, return_inverse=True)
    n_distinct = int(where.max()) + 1
    sides = [seen.weights * side for side in (seen.correct, ~seen.correct)]
    right, wrong = (np.bincount(where, side, n_distinct).astype(np.float64) for side in sides)
    above_wrong = (np.cumsum(wrong) - wrong / 2) / wrong.sum()
    below_right = 1 - (np.cumsum(right) - right / 2) / right.sum()
    auroc = float(right @ above_wrong / right.sum())
    n_right, n_wrong = (float(side.sum() ** 2 / (side @ side)) for side in sides)
    variance = _variance(above_wrong, right, n_right) + _variance(below_right, wrong, n_wrong)
    reach = Z95 * variance**0.5
    return Separation(min(auroc, 1.0), max(auroc - reach, 0.0), min(auroc + reach, 1.0))


def _variance(pairs_won: FloatArray, weights: FloatArray, n: float) -> float:
    """Return the variance of the mean share of pairs won, with one more prediction that is tied with all.

    Args:
        pairs_won: share of the other side's predictions that are ordered correctly vs this one, 0..1.
        weights: weight of each prediction.
        n: the effective number of predictions.
    """
    share = np.append(n * weights / weights.sum(), 1) / (n + 1)
    won = np.append(pairs_won, 0.5)
    return float(share @ (won - share @ won) ** 2 / n)
