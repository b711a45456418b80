"""The difference between the confidences of two designs within a range."""

from collections.abc import Sequence

import numpy as np

from trecx.confidence.distribution import band_density
from trecx.reproduction.estimates import Estimate, over_seeds
from trecx.scores import FloatArray
from trecx.threshold.intervals import Z95


def quantile_gain(
    ones: Sequence[FloatArray], others: Sequence[FloatArray], share: float, band: tuple[float, float]
) -> Estimate:
    """Return the difference of a quantile of two designs.

    Several runs: over seeds. One run each: a quantile's standard error is √(p(1−p)/n) over the density there.

    Args:
        ones: confidences within the range, one array per run.
        others: the same of the other design.
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
