"""Exact tests of whether a mean loss is above a limit, and the bounds that belong to them."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import stats

from trecx.scores import FloatArray, IntArray

SPENT = 2e-4  # probability that the share of disagreements lies outside its interval; part of the p-value
SHARES = 12  # of disagreements that are tried within that interval
SMOOTHING = 3.0  # added to the disagreements in the statistic; chosen for its power, valid for any value
NEGLIGIBLE = 1e-12  # tail of a binomial distribution that is left out, and added to the p-value
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
    p_values: FloatArray = stats.binom.cdf(losses, n_samples, limit)
    return p_values


def binomial_bound(losses: int, n_samples: int, probability: float) -> float:
    """Return the largest probability of a loss that these samples do not refute, one-sided.

    >>> round(binomial_bound(39, 4890, 0.9), 5)
    0.00987
    """
    if losses >= n_samples:
        return 1.0
    return float(stats.beta.ppf(probability, losses + 1, n_samples - losses))


@lru_cache(maxsize=2**16)
def paired_p_value(lost: int, gained: int, n_samples: int, limit: float) -> float:
    """Return the p-value of H: a sample is lost more often than gained, by more than the limit.

    The statistic z = (lost − gained − n limit) / √(lost + gained + 3) orders what could have been observed.
    Its distribution depends on the unknown share of samples on which the two networks disagree, so the
    p-value is the largest over an exact interval of that share, plus the probability that the interval misses
    it. For a given number of disagreements, the lost ones among them are binomial.

    Args:
        lost: samples that only the reference gets right.
        gained: samples that only the network gets right.
        n_samples: all samples.
        limit: of the difference of both shares, 0..1.

    Source: Berger and Boos, "P values maximized over a confidence set for the nuisance parameter", JASA 89
    (1994), with a statistic in the manner of Hsueh, Liu and Chen, "Unconditional exact tests for equivalence
    or noninferiority for paired binary endpoints", Biometrics 57 (2001).

    >>> round(paired_p_value(30, 10, 4890, 0.01), 4), paired_p_value(80, 10, 4890, 0.01)
    (0.0003, 1.0)
    """
    disagreeing, target = lost + gained, n_samples * limit
    if lost - gained >= target:
        return 1.0
    z = (lost - gained - target) / np.sqrt(disagreeing + SMOOTHING)
    low, high = _exact_interval(disagreeing, n_samples)
    shares = np.linspace(max(low, limit), max(high, limit), SHARES)
    largest = max(_as_extreme(z, share, n_samples, limit) for share in shares if share > 0)
    return min(1.0, largest + SPENT + NEGLIGIBLE)


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


def _exact_interval(count: int, n_samples: int) -> tuple[float, float]:
    """Return the Clopper–Pearson interval of a share, which misses it with probability `SPENT` at most."""
    low = stats.beta.ppf(SPENT / 2, count, n_samples - count + 1) if count else 0.0
    high = stats.beta.ppf(1 - SPENT / 2, count + 1, n_samples - count) if count < n_samples else 1.0
    return float(low), float(high)


def _as_extreme(z: float, share: float, n_samples: int, limit: float) -> float:
    """Return the probability of a statistic up to z, if the difference of lost and gained is the limit.

    Args:
        z: the statistic observed.
        share: probability of a disagreement, from the limit to 1.
        n_samples: all samples.
        limit: lost less gained, as a share.
    """
    first, last = stats.binom.ppf([NEGLIGIBLE / 2, 1 - NEGLIGIBLE / 2], n_samples, share)
    disagreeing = np.arange(int(first), int(last) + 1)
    most_lost = np.floor((disagreeing + n_samples * limit + z * np.sqrt(disagreeing + SMOOTHING)) / 2 + 1e-9)
    of_these = stats.binom.cdf(most_lost, disagreeing, (share + limit) / (2 * share))
    return float(stats.binom.pmf(disagreeing, n_samples, share) @ of_these)
