"""Distribution of the confidence of correct and of wrong predictions within a band."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, FloatArray

MEDIUM_CONFIDENCE = (0.65, 0.9)  # low <= confidence < high (paper, section 6.2 and Figure 5)
N_POINTS = 101
MOST_KERNELS = 5_000  # more values are binned first, in bins a tenth as wide as the narrowest kernel
N_BINS = 10 * N_POINTS


@dataclass(frozen=True, eq=False)
class ExitConfidence:
    """Confidence and correctness of one exit, for each sample of a weight above 0.

    Attributes:
        confidence: largest softmax probability, 0..1, of shape (n,).
        correct: whether the prediction is correct, of shape (n,).
        weights: weight of each sample, above 0; 1 without a class mix, of shape (n,).
    """

    confidence: FloatArray
    correct: npt.NDArray[np.bool_]
    weights: FloatArray


def exit_confidence(
    scores: ExitScores, exit_: int, class_weights: FloatArray | None = None
) -> ExitConfidence:
    """Return confidence and correctness of an exit.

    Args:
        scores: of one model on a set of samples.
        exit_: index of the exit, from 0.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: 1.
    """
    weights = np.ones(scores.n_samples) if class_weights is None else class_weights[scores.labels]
    counts = weights > 0
    confidence = scores.confidence[counts, exit_].astype(np.float64)
    return ExitConfidence(confidence, scores.correct[counts, exit_], weights[counts])


@dataclass(frozen=True, eq=False)
class Spread:
    """The distribution of confidences within a band.

    Attributes:
        count: number of samples, or the sum of their weights.
        median: median confidence; None if there is no sample.
        confidence: 101 values from the low to the high end of the band, of shape (101,).
        density: the density there; its integral is 1, or 0 if there is no sample, of shape (101,).
    """

    count: float
    median: float | None
    confidence: FloatArray
    density: FloatArray


def right_and_wrong(seen: ExitConfidence, band: tuple[float, float]) -> tuple[Spread, Spread]:
    """Return the confidences of correct and of wrong predictions within a band (Figure 5, split).

    Args:
        seen: confidences of the exit.
        band: low <= confidence < high, or <= high if that is 1.

    Raises:
        ValueError: the band is not within 0..1, or has no width.
    """
    inside = _inside(seen.confidence, band)
    sides = (inside & seen.correct, inside & ~seen.correct)
    right, wrong = (spread(seen.confidence[side], band, seen.weights[side]) for side in sides)
    return right, wrong


def spread(values: FloatArray, band: tuple[float, float], weights: FloatArray | None = None) -> Spread:
    """Return the distribution of `values`, which are all within the band."""
    if len(values) == 0:
        return Spread(0.0, None, np.linspace(*band, N_POINTS), np.zeros(N_POINTS))
    count = float(len(values) if weights is None else weights.sum())
    return Spread(count, median(values, weights), *band_density(values, band, weights))


def within(confidence: FloatArray, band: tuple[float, float]) -> FloatArray:
    """Return the confidences in [low, high), or in [low, 1] if the band ends at 1, of shape (n_inside,).

    Raises:
        ValueError: the band is not within 0..1, or has no width.
    """
    return confidence[_inside(confidence, band)]


def _inside(confidence: FloatArray, band: tuple[float, float]) -> npt.NDArray[np.bool_]:
    low, high = band
    if not 0 <= low < high <= 1:
        raise ValueError(f"band must lie within 0..1 and have a width, got {low:g} to {high:g}")
    return (confidence >= low) & ((confidence < high) | (high >= 1))


def median(values: FloatArray, weights: FloatArray | None = None) -> float:
    """Return the weighted median; if it falls between two values, their mean.

    >>> median(np.array([0.7, 0.8, 0.9]), np.array([1.0, 1.0, 5.0]))
    0.9
    """
    if weights is None:
        return float(np.median(values))
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    at = [np.searchsorted(below, below[-1] / 2, side) for side in ("left", "right")]
    return float(np.mean(values[order[np.minimum(at, len(values) - 1)]]))


def band_density(
    values: FloatArray, band: tuple[float, float], weights: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return 101 confidences from `low` to `high` and the density of `values` there; its integral is 1.

    Kernel density with a Gaussian of Scott's bandwidth; mass outside the band is reflected into it.

    Args:
        values: confidences within the band, one or more, of shape (n,).
        band: low and high, 0..1.
        weights: weight of each value, of shape (n,); None: 1.

    Source: Scott, "Multivariate density estimation" (1992), for the bandwidth.
    """
    low, high = band
    at = np.linspace(low, high, N_POINTS)
    weights = np.ones(len(values)) if weights is None else weights
    bandwidth = max(_scott(values, weights), (high - low) / N_POINTS)
    if len(values) > MOST_KERNELS:
        weights, edges = np.histogram(values, N_BINS, band, weights=weights)
        values = (edges[:-1] + edges[1:]) / 2
    mirrored = np.concatenate([values, 2 * low - values, 2 * high - values])
    kernels = np.exp(-0.5 * ((at[:, None] - mirrored) / bandwidth) ** 2)
    density = (kernels * np.tile(weights, 3)).sum(axis=1)
    return at, density / np.trapezoid(density, at)


def _scott(values: FloatArray, weights: FloatArray) -> float:
    """Return Scott's bandwidth for the effective number of weighted samples."""
    share = weights / weights.sum()
    deviation = float(np.sqrt(share @ (values - share @ values) ** 2))
    return deviation * float((share @ share) ** 0.2)
