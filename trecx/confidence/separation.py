"""How well confidence tells right answers from wrong ones, which is what an early exit lives on."""

from dataclasses import dataclass

import numpy as np

from trecx.confidence.distribution import ExitConfidence
from trecx.scores import FloatArray
from trecx.threshold.intervals import Z95


@dataclass(frozen=True)
class Separation:
    """The chance that a right answer is more confident than a wrong one (AUROC), with its 95 % interval.

    0.5: confidence says nothing; 1: some ρ lets all right answers leave and no wrong one.
    """

    auroc: float
    low: float
    high: float


def separation(seen: ExitConfidence) -> Separation | None:
    """Return how well confidence tells right from wrong; None where all answers are right, or all wrong.

    A pair of equal confidence counts one half. The interval is DeLong's, with one more answer on each side
    that is tied with all of the other: so it has a width even where the sides are apart altogether, and
    holds where there are only a few wrong answers.

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
    """Return the variance of the mean share of pairs won, given one more answer that is tied with all.

    Args:
        pairs_won: share of the other side's answers that lie on the right side of this one, 0..1.
        weights: how much each counts.
        n: the effective number of answers.
    """
    share = np.append(n * weights / weights.sum(), 1) / (n + 1)
    won = np.append(pairs_won, 0.5)
    return float(share @ (won - share @ won) ** 2 / n)
