"""Calibration of an exit: the reliability diagram and the expected calibration error."""

from dataclasses import dataclass

import numpy as np

from trecx.confidence.distribution import ExitConfidence
from trecx.scores import FloatArray
from trecx.threshold.intervals import wilson_interval

N_BINS = 15


@dataclass(frozen=True, eq=False)
class Reliability:
    """Accuracy and mean confidence in bins of equal width from 0 to 1; empty bins are left out.

    Attributes:
        low: lower edge of each bin, which is included, of shape (n_filled,).
        width: of every bin.
        count: number of samples, or the sum of their weights, of shape (n_filled,).
        confidence: mean confidence of each bin, 0..1, of shape (n_filled,).
        accuracy: share of correct predictions in each bin, 0..1, of shape (n_filled,).
        interval: 95 % interval of that accuracy, of shape (n_filled, 2).
    """

    low: FloatArray
    width: float
    count: FloatArray
    confidence: FloatArray
    accuracy: FloatArray
    interval: FloatArray

    @property
    def expected_error(self) -> float:
        """Expected calibration error, 0..1: Σ over bins of (count / n) · |accuracy − confidence|.

        Source: Guo et al., "On calibration of modern neural networks", ICML 2017, Eq. 3; Naeini, Cooper and
        Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.
        """
        return float(self.count @ np.abs(self.accuracy - self.confidence) / self.count.sum())

    @property
    def mean_accuracy(self) -> float:
        """Accuracy over all samples, 0..1."""
        return float(self.count @ self.accuracy / self.count.sum())

    @property
    def mean_confidence(self) -> float:
        """Mean confidence over all samples, 0..1; it equals the accuracy if the exit is calibrated."""
        return float(self.count @ self.confidence / self.count.sum())


def reliability(seen: ExitConfidence, n_bins: int = N_BINS) -> Reliability:
    """Return the accuracy of an exit by confidence.

    Bin k has k / n_bins <= confidence < (k + 1) / n_bins; the last one includes 1.

    Args:
        seen: confidences of the exit, one sample or more.
        n_bins: number of bins of equal width.
    """
    bin_ = np.minimum((seen.confidence * n_bins).astype(np.int64), n_bins - 1)
    count, squares, confidence, right = (
        np.bincount(bin_, what, n_bins).astype(np.float64)
        for what in (
            seen.weights,
            seen.weights**2,
            seen.weights * seen.confidence,
            seen.weights * seen.correct,
        )
    )
    filled = np.flatnonzero(count)
    count, squares = count[filled], squares[filled]
    confidence, accuracy = confidence[filled] / count, right[filled] / count
    effective = (count**2 / squares).tolist()
    interval = [wilson_interval(*pair) for pair in zip(accuracy.tolist(), effective, strict=True)]
    low = filled.astype(np.float64) / n_bins
    return Reliability(low, 1 / n_bins, count, confidence, accuracy, np.array(interval))
