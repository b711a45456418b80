"""A test of a mean loss under a class mix, by bets that gain capital if the loss is below the limit."""

import math

import numpy as np

from trecx.scores import FloatArray, IntArray

N_STAKES = 12
LARGEST_STAKE = 0.99  # of the one at which a single loss would take all the capital


def betting_p_values(
    worse: IntArray,
    better: IntArray,
    class_counts: IntArray,
    class_weights: FloatArray,
    limit: float,
    level: float,
) -> FloatArray:
    """Return p-values of H: the mean loss under a class mix is above the limit, of shape (n_candidates,).

    A sample of class c that is lost has the loss w_c, one that is gained −w_c, any other 0. A bet of λ
    multiplies the capital by 1 + λ (limit − loss) at each sample. If the mean loss is above the limit, the
    expected final capital is at most 1 for any fixed λ, also where classes differ (by the inequality of the
    arithmetic and the geometric mean, as samples are independent), and so it is for the mean over several λ.
    By Markov's inequality p = 1 / capital. The product does not depend on the order of the samples.

    Args:
        worse: samples with a loss, of shape (n_candidates, n_classes).
        better: samples with a gain, likewise.
        class_counts: calibration samples of each class, of shape (n_classes,).
        class_weights: weight of one sample of each class, of mean 1 over the samples, of shape (n_classes,).
        limit: of the mean loss, above 0.
        level: 1 − the probability of the guarantee; the stakes are chosen for it.

    Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86
    (2024), section 5.6: diversified Kelly betting.
    """
    if limit >= class_weights[class_counts > 0].max():  # no loss is larger
        return np.zeros(len(worse))
    capital = log_capital(worse, better, class_counts, class_weights, limit, level)
    p_values: FloatArray = np.exp(-np.maximum(capital, 0))
    return p_values


def log_capital(
    worse: IntArray,
    better: IntArray,
    class_counts: IntArray,
    class_weights: FloatArray,
    limit: float,
    level: float,
) -> FloatArray:
    """Return the logarithm of the mean final capital of all stakes, of shape (n_candidates,).

    Args:
        worse: samples with a loss, of shape (n_candidates, n_classes).
        better: samples with a gain, likewise.
        class_counts: calibration samples of each class, of shape (n_classes,).
        class_weights: weight of one sample of each class, of shape (n_classes,).
        limit: of the mean loss, below the largest weight.
        level: 1 − the probability of the guarantee.
    """
    n, largest = int(class_counts.sum()), float(class_weights[class_counts > 0].max())
    stakes = _stakes(n, largest, limit, level)[:, None]
    others = n - (worse + better).sum(axis=1)
    capital = (
        np.log1p(stakes * (limit - class_weights)) @ worse.T
        + np.log1p(stakes * (limit + class_weights)) @ better.T
        + np.log1p(stakes * limit) * others
    )
    highest = capital.max(axis=0)
    mean: FloatArray = highest + np.log(np.exp(capital - highest).mean(axis=0))
    return mean


def _stakes(n_samples: int, largest: float, limit: float, level: float) -> FloatArray:
    """Return stakes that are best for variances of the loss from largest² / n to largest², of shape (12,)."""
    variances = largest**2 * np.geomspace(1 / n_samples, 1, N_STAKES)
    best = np.sqrt(2 * math.log(1 / level) / (n_samples * variances))
    stakes: FloatArray = np.minimum(best, LARGEST_STAKE / (largest - limit))
    return stakes
