"""Difference between two designs' confidences within a band."""

from collections.abc import Sequence

import numpy as np

from trecx.confidence.distribution import band_density
from trecx.reproduction.estimates import Estimate, over_seeds
from trecx.scores import FloatArray
from trecx.threshold.intervals import Z95


def quantile_gain(
    ones: Sequence[FloatArray], others: Sequence[FloatArray], share: float, band: tuple[float, float]
) -> Estimate:
    """Return the difference of a quantile between two designs, `ones` minus `others`.

    With several runs, the interval is over seeds. With one run each, the standard error of a quantile is
    √(p(1−p)/n) divided by the density there.

    Args:
        ones: confidences within the band, one array per run.
        others: the same for the other design.
        share: the quantile, 0..1.
        band: low and high, 0..1.
    """
    gains = [float(np.quantile(a, share) - np.quantile(b, share)) for a, b in zip(ones, others, strict=False)]
    if len(gains) > 1:
        return over_seeds(gains)
    variance = 0.0
    for values in (ones[0], others[0]):
        density = np.interp(np.quantile(values, share), *band_density(values, band))
        variance += share * (1 - share) / len(values) / float(density) ** 2
    margin = Z95 * variance**0.5
    return Estimate(gains[0], gains[0] - margin, gains[0] + margin)
