"""How sure an exit is where it is right and where it is wrong, and how that is spread within a band."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, FloatArray

MEDIUM_CONFIDENCE = (0.65, 0.9)  # low <= confidence < high (paper, section 6.2 and Figure 5)
N_POINTS = 101
MOST_KERNELS = 5_000  # beyond, values are counted in bins a tenth as wide as the narrowest kernel
N_BINS = 10 * N_POINTS


@dataclass(frozen=True, eq=False)
class ExitConfidence:
    """What one exit said of each sample that counts.

    Attributes:
        confidence: largest softmax probability, 0..1, of shape (n,).
        correct: whether the exit was right, of shape (n,).
        weights: what each sample counts, above 0; 1 where classes occur as tested, of shape (n,).
    """

    confidence: FloatArray
    correct: npt.NDArray[np.bool_]
    weights: FloatArray


def exit_confidence(
    scores: ExitScores, exit_: int, class_weights: FloatArray | None = None
) -> ExitConfidence:
    """Return what an exit (0 is the first) said.

    Args:
        scores: of one model over a set of samples.
        exit_: which exit.
        class_weights: what one sample of each class counts (`class_mix.class_weights`); None: one.
    """
    weights = np.ones(scores.n_samples) if class_weights is None else class_weights[scores.labels]
    counts = weights > 0
    confidence = scores.confidence[counts, exit_].astype(np.float64)
    return ExitConfidence(confidence, scores.correct[counts, exit_], weights[counts])


@dataclass(frozen=True, eq=False)
class Spread:
    """How confidences are distributed within a band.

    Attributes:
        count: how many samples, or the sum of their weights.
        median: half of them lie below; None where there is nobody.
        confidence: 101 places from the low to the high end of the band, of shape (101,).
        density: the density there; its integral is 1, or 0 where there is nobody, of shape (101,).
    """

    count: float
    median: float | None
    confidence: FloatArray
    density: FloatArray


def right_and_wrong(seen: ExitConfidence, band: tuple[float, float]) -> tuple[Spread, Spread]:
    """Return how confident an exit is where it is right, and where it is wrong (Figure 5, split).

    Args:
        seen: what the exit said.
        band: low <= confidence < high, or <= high where that is 1.

    Raises:
        ValueError: the band is not within 0..1, or has no width.
    """
    inside = _inside(seen.confidence, band)
    sides = (inside & seen.correct, inside & ~seen.correct)
    right, wrong = (spread(seen.confidence[side], band, seen.weights[side]) for side in sides)
    return right, wrong


def spread(values: FloatArray, band: tuple[float, float], weights: FloatArray | None = None) -> Spread:
    """Return how `values`, all within the band, are distributed."""
    if len(values) == 0:
        return Spread(0.0, None, np.linspace(*band, N_POINTS), np.zeros(N_POINTS))
    count = float(len(values) if weights is None else weights.sum())
    return Spread(count, median(values, weights), *band_density(values, band, weights))


def within(confidence: FloatArray, band: tuple[float, float]) -> FloatArray:
    """Return the confidences in [low, high), or in [low, 1] where the band ends at 1, of shape (n_inside,).

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
    """Return the median: half of the weight lies below; the mean of two where it falls between them.

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

    A Gaussian kernel of Scott's bandwidth; what it would spill over an edge is reflected back into the band.

    Args:
        values: confidences within the band, one or more, of shape (n,).
        band: low and high, 0..1.
        weights: what each counts, of shape (n,); None: one.

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
    """Return Scott's bandwidth, by the effective number of weighted samples."""
    share = weights / weights.sum()
    deviation = float(np.sqrt(share @ (values - share @ values) ** 2))
    return deviation * float((share @ share) ** 0.2)
