"""Exact tests of whether a mean loss is above a limit, and the bounds that belong to them."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from trecx.scores import FloatArray, IntArray
from trecx.threshold.intervals import clopper_pearson

SPENT = 2e-4  # probability that the share of disagreements lies outside its interval; part of the p-value
SHARES = 64  # of disagreements that are tried within that interval
BETWEEN = 2e-4  # how much larger the p-value may be between these shares; part of the p-value
DEVIATIONS, SMOOTHING = 1.645, 3.0  # of the order of outcomes; chosen for power, valid for any values
NEGLIGIBLE = 1e-12  # tails of a binomial distribution that are left out, and added to the p-value
SMALLEST = 1e-15  # share that is tried: no sample disagrees then
TOLERANCE = 1e-6  # of a bound found by bisection


def binomial_p_values(losses: IntArray, n_samples: IntArray | int, limit: float) -> npt.NDArray[np.float64]:
    """Return the p-values of H: a sample is lost with a probability above the limit.

    p = P(Binomial(n, limit) ≤ losses); it is exact, and no p-value is smaller.

    Args:
        losses: lost samples, of any shape.
        n_samples: all samples, of a shape that fits.
        limit: 0..1.

    Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial", Biometrika 26 (1934).

    >>> binomial_p_values(np.array([39, 40]), 4890, 0.01).round(4).tolist()
    [0.0848, 0.1112]
    """
    from scipy import stats  # half a second: only where something is tested

    p_values: FloatArray = stats.binom.cdf(losses, n_samples, limit)
    return p_values


def binomial_bound(losses: int, n_samples: int, probability: float) -> float:
    """Return the largest probability of a loss that these samples do not refute, one-sided.

    >>> round(binomial_bound(39, 4890, 0.9), 5)
    0.00987
    """
    return float(clopper_pearson(losses, n_samples, 1 - probability)[1])


@lru_cache(maxsize=2**16)
def paired_p_value(lost: int, gained: int, n_samples: int, limit: float) -> float:
    """Return the p-value of H: a sample is lost more often than gained, by more than the limit.

    What could have been observed is ordered by an approximate upper bound of the difference,
    lost − gained + 1.645 √(lost + gained + 3). It does not depend on the limit, so that a larger limit never
    has a larger p-value. The distribution of the bound depends on the unknown share of samples on which the
    two networks disagree, so the p-value is the largest over an exact interval of that share, plus the
    probability that the interval misses it. For a given number of disagreements, the lost ones among them
    are binomial.

    Args:
        lost: samples that only the reference gets right.
        gained: samples that only the network gets right.
        n_samples: all samples.
        limit: of the difference of both shares, 0..1.

    Source: Berger and Boos, "P values maximized over a confidence set for the nuisance parameter", JASA 89
    (1994), and for the order Buehler, "Confidence intervals for the product of two binomial parameters",
    JASA 52 (1957).

    >>> round(paired_p_value(30, 10, 4890, 0.01), 4), paired_p_value(80, 10, 4890, 0.01)
    (0.0005, 1.0)
    """
    if lost - gained >= n_samples * limit:
        return 1.0
    low, high = (max(float(end), limit) for end in clopper_pearson(lost + gained, n_samples, SPENT / 2))
    # where the share comes close to the limit, hardly any sample is gained, and the p-value changes fastest
    shares = limit + np.linspace((low - limit) ** 0.5, (high - limit) ** 0.5, SHARES) ** 2
    at_most = lost - gained + DEVIATIONS * math.sqrt(lost + gained + SMOOTHING)
    if (far := _bernstein(n_samples * limit - at_most, n_samples * high, 1 + limit)) <= NEGLIGIBLE:
        return far + SPENT + BETWEEN + NEGLIGIBLE
    largest = float(_as_extreme(at_most, np.clip(shares, SMALLEST, 1), n_samples, limit).max())
    return min(1.0, largest + SPENT + BETWEEN + NEGLIGIBLE)


def paired_bound(lost: int, gained: int, n_samples: int, probability: float) -> float:
    """Return the smallest limit that `paired_p_value` accepts at this probability."""
    return smallest_accepted(
        lambda limit: paired_p_value(lost, gained, n_samples, limit),
        (lost - gained) / n_samples,
        probability,
    )


def smallest_accepted(p_value: Callable[[float], float], low: float, probability: float) -> float:
    """Return the smallest limit up to 1 whose p-value is at most 1 − probability, to `TOLERANCE`.

    Args:
        p_value: of a limit; decreases with it.
        low: a limit that is not accepted.
        probability: 0..1.
    """
    low, high = max(low, 0.0), 1.0
    while high - low > TOLERANCE:
        middle = (low + high) / 2
        if p_value(middle) <= 1 - probability:
            high = middle
        else:
            low = middle
    return high


def _bernstein(below: float, variance: float, largest: float) -> float:
    """Return a bound of the probability that a sum of independent variables is this far below its mean.

    Args:
        below: how far.
        variance: of the sum, or a bound of it.
        largest: how far one of the variables can be below its own mean.
    """
    return math.exp(-(below**2) / 2 / (variance + largest * below / 3)) if below > 0 else 1.0


def _as_extreme(at_most: float, shares: FloatArray, n_samples: int, limit: float) -> FloatArray:
    """Return the probabilities of an upper bound up to the one observed, if the difference is the limit.

    Numbers of disagreements outside a window are left out: by Bernstein's inequality, the probability of them
    is at most `NEGLIGIBLE`.

    Args:
        at_most: the approximate upper bound observed, in samples.
        shares: probabilities of a disagreement, from the limit to 1, of shape (n_shares,).
        n_samples: all samples.
        limit: lost less gained, as a share.
    """
    from scipy import stats

    mean, tail = n_samples * shares, math.log(2 / NEGLIGIBLE)
    reach = tail / 3 + np.sqrt(tail**2 / 9 + 2 * tail * mean * (1 - shares))
    first = np.maximum(np.floor(mean - reach), 0)[:, None]
    disagreeing = first + np.arange(math.ceil(2 * reach.max()) + 1)
    most_lost = np.floor((disagreeing + at_most - DEVIATIONS * np.sqrt(disagreeing + SMOOTHING)) / 2 + 1e-9)
    of_these = stats.binom.cdf(most_lost, disagreeing, ((shares + limit) / (2 * shares))[:, None])
    found: FloatArray = (stats.binom.pmf(disagreeing, n_samples, shares[:, None]) * of_these).sum(axis=1)
    return found
