"""The 95 % band of the benefit curve: an interval of the accuracy at each ρ."""

from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray, IntArray
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.intervals import clopper_pearson
from trecx.threshold.joint_counts import JointCounts

N_DRAWS = 1000
TAIL = 0.025  # probability on either side of the interval
EXACT = "exact (Clopper–Pearson), pointwise"
BOOTSTRAP = f"bootstrap within classes, {N_DRAWS:,} draws, pointwise"
DRAWN_POINTS = 200  # of a curve that is drawn; its axis is not much wider in pixels


@dataclass(frozen=True, eq=False)
class AccuracyBand:
    """An interval of the accuracy at each ρ. It holds for one ρ at a time, not for the whole curve at once.

    Attributes:
        thresholds: ρ, decreasing from `inf`, of shape (n_points,).
        low: lower end of the accuracy's 95 % CI, 0..1, of shape (n_points,).
        high: upper end, likewise.
        method: how the interval was computed, in words.
    """

    thresholds: FloatArray
    low: FloatArray
    high: FloatArray
    method: str


def accuracy_band(joint: JointCounts, class_weights: FloatArray | None = None) -> AccuracyBand:
    """Return the 95 % CI of the accuracy at `inf` and at each candidate for ρ.

    Args:
        joint: the samples.
        class_weights: weight of one sample of each class, of shape (n_classes,); None: all 1.
    """
    correct = joint.by_candidate(joint.correct)
    return band_of_counts(joint.decreasing, correct, joint.class_counts, class_weights)


def drawn_band(
    table: ExitTable, curve: BenefitCurve, class_weights: FloatArray | None = None
) -> AccuracyBand:
    """Return the 95 % CI of the accuracy at 200 steps of a curve at most, evenly spaced in cost.

    Args:
        table: the counts of the curve.
        curve: the curve that is drawn, under the class mix.
        class_weights: weight of one sample of each class, of shape (n_classes,); None: all 1.
    """
    cost = curve.flops
    steps = np.searchsorted(-cost, -np.linspace(cost[0], cost[-1], DRAWN_POINTS)).clip(max=len(cost) - 1)
    thresholds = curve.thresholds[np.unique(np.append(steps, [0, len(cost) - 1]))]
    if class_weights is None:
        columns, counts = [curve.at(thresholds).correct], np.array([table.n_samples])
    else:
        each = np.eye(len(class_weights))
        columns, counts = [table.curve(only).at(thresholds).correct for only in each], table.class_counts
    return band_of_counts(thresholds, np.array(columns, np.float64).T, counts, class_weights)


def band_of_counts(
    thresholds: FloatArray,
    correct: IntArray | FloatArray,
    class_counts: IntArray,
    class_weights: FloatArray | None = None,
) -> AccuracyBand:
    """Return the 95 % CI of an accuracy at each ρ, given the correct samples of each class.

    Without a class mix it is exact: correct samples are binomial. Under a class mix, samples are drawn again
    within each class. At one ρ, such a draw of a class has a binomial number of correct samples, at whichever
    exits they stop, so these numbers are drawn, once for each number of correct samples that occurs.

    Args:
        thresholds: ρ, of shape (n_points,).
        correct: correct samples, of shape (n_points, n_classes).
        class_counts: all samples of each class, of shape (n_classes,).
        class_weights: weight of one sample of each class, of shape (n_classes,); None: all 1.

    Source: Clopper and Pearson, Biometrika 26 (1934); Efron and Tibshirani, "An Introduction to the
    Bootstrap" (1993), chapter 13.
    """
    if class_weights is None:
        ends = clopper_pearson(correct.sum(axis=1), int(class_counts.sum()), TAIL)
        return AccuracyBand(thresholds, *ends, EXACT)
    random = np.random.default_rng(0)
    drawn = np.zeros((len(thresholds), N_DRAWS))
    for class_ in np.flatnonzero((class_weights > 0) & (class_counts > 0)):
        n, weight = int(class_counts[class_]), class_weights[class_]
        distinct, where = np.unique(correct[:, class_], return_inverse=True)
        shares = np.asarray(distinct[:, None], np.float64) / n
        drawn += weight * random.binomial(n, shares, (len(distinct), N_DRAWS))[where]
    low, high = np.quantile(drawn / (class_weights @ class_counts), [TAIL, 1 - TAIL], axis=1)
    return AccuracyBand(thresholds, low, high, BOOTSTRAP)
