"""Confidence intervals of shares."""

import math

import numpy as np

from trecx.scores import FloatArray, IntArray

Z95 = 1.959963984540054  # 95 % of a normal distribution is within this many standard deviations


def wilson_interval(share: float, n_samples: float, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion, within 0..1.

    Args:
        share: the observed proportion, 0..1.
        n_samples: number of samples; for weighted samples, the effective sample size.
        z: standard deviations on either side; 1.96 gives 95 %.

    Raises:
        ValueError: the share is not within 0..1, or there is no sample.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    >>> low, high = wilson_interval(0.9, 10)
    >>> f"{low:.4f} {high:.4f}"
    '0.5958 0.9821'
    """
    if not -1e-9 <= share <= 1 + 1e-9:
        raise ValueError(f"share must lie within 0..1, got {share}")
    if not n_samples > 0:
        raise ValueError(f"n_samples must be positive, got {n_samples}")
    share = min(max(share, 0.0), 1.0)  # sums of weights can exceed the range by a rounding error
    centre = share + z * z / (2 * n_samples)
    reach = z * math.sqrt(share * (1 - share) / n_samples + z * z / (4 * n_samples * n_samples))
    scale = 1 + z * z / n_samples
    return max((centre - reach) / scale, 0.0), min((centre + reach) / scale, 1.0)


def clopper_pearson(
    counts: IntArray | FloatArray | int, n_samples: int, tail: float
) -> tuple[FloatArray, FloatArray]:
    """Return the exact interval of a proportion: its low and high ends, each of the shape of `counts`.

    Args:
        counts: observed samples, 0..n_samples.
        n_samples: all samples.
        tail: the largest probability with which each end misses the proportion.

    Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial", Biometrika 26 (1934).

    >>> low, high = clopper_pearson(9, 10, 0.025)
    >>> f"{low:.4f} {high:.4f}"
    '0.5550 0.9975'
    """
    from scipy import special  # not scipy.stats, whose import takes half a second

    others = n_samples - np.asarray(counts)
    low = np.where(counts > 0, special.betaincinv(np.maximum(counts, 1), others + 1, tail), 0.0)
    high = np.where(
        others > 0, special.betaincinv(np.asarray(counts) + 1, np.maximum(others, 1), 1 - tail), 1.0
    )
    return low, high


def effective_samples(class_weights: FloatArray, class_counts: IntArray | FloatArray) -> float:
    """Return the effective sample size of weighted samples: (Σw)² / Σw².

    Args:
        class_weights: weight of one sample of each class, of shape (n_classes,).
        class_counts: samples of each class, of shape (n_classes,).

    Source: Kish, "Survey Sampling" (1965), section 11.7. It assumes equal variance in all classes.

    >>> import numpy as np
    >>> effective_samples(np.array([1.0, 1.0]), np.array([6, 4]))
    10.0
    >>> effective_samples(np.array([1.0, 0.0]), np.array([6, 4]))
    6.0
    """
    return float((class_weights @ class_counts) ** 2 / (class_weights**2 @ class_counts))
