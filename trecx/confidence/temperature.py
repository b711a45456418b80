"""Temperature scaling: one number per exit that calibrates its confidence and changes no prediction."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from trecx.errors import ScoresError
from trecx.scores import ExitScores, FloatArray, IntArray
from trecx.scores.sample_blocks import blocks

LIMITS = (0.05, 20.0)  # if all predictions are correct, the best temperature would be 0
_FLOOR = float(np.finfo(np.float32).tiny)
_STEPS = 60


def halves(labels: IntArray, seed: int = 0) -> tuple[IntArray, IntArray]:
    """Return positions of two random halves of the samples, each with half of every class.

    Their shapes are (n // 2,), or one more.
    """
    order = np.lexsort((np.random.default_rng(seed).random(len(labels)), labels))
    return np.sort(order[::2]), np.sort(order[1::2])


def fit_temperatures(scores: ExitScores, rows: IntArray) -> list[float]:
    """Return the best temperature of each exit for these samples.

    Args:
        scores: with all probabilities.
        rows: positions of the samples to fit, one or more.

    Raises:
        ScoresError: only the largest probability is stored.
    """
    probabilities, labels = _all_probabilities(scores)[rows], scores.labels[rows]
    return [fit_temperature(probabilities[:, exit_], labels) for exit_ in range(scores.n_exits)]


def fit_temperature(probabilities: npt.NDArray[np.float32], labels: IntArray) -> float:
    """Return the temperature T, within `LIMITS`, of the least negative log-likelihood of softmax(ln p / T).

    It is convex in 1/T, so Newton's method finds its only minimum; a step outside the interval that brackets
    the minimum is replaced by bisection. A probability of 0 counts as 1e-38.

    Args:
        probabilities: softmax scores of shape (n, n_classes); ln p are the logits but for a constant.
        labels: true class of each, of shape (n,).

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017, section 4.2.
    """
    logits = _logits(probabilities)
    target = float(logits[labels, np.arange(len(labels))].mean())
    low, high = 1 / LIMITS[1], 1 / LIMITS[0]  # of 1 / T
    inverse = 1.0
    for _ in range(_STEPS):
        mean, variance = _moments(logits, inverse)
        slope = mean - target  # of the negative log-likelihood
        low, high = (low, inverse) if slope > 0 else (inverse, high)
        step = inverse - slope / variance if variance > 0 else high
        step = step if low <= step <= high else (low + high) / 2
        if abs(step - inverse) < 1e-7 * inverse:
            break
        inverse = step
    return 1 / inverse


def _moments(logits: FloatArray, inverse: float) -> tuple[float, float]:
    """Return mean and variance of the logits under softmax(inverse · logits), averaged over samples."""
    total_mean = total_variance = 0.0
    for part in blocks(logits.shape[1]):
        some = logits[:, part]
        odds = np.exp(inverse * some)
        total = odds.sum(axis=0)
        odds *= some
        mean = odds.sum(axis=0) / total
        odds *= some
        total_mean += float(mean.sum())
        total_variance += float((odds.sum(axis=0) / total - mean**2).sum())
    return total_mean / logits.shape[1], total_variance / logits.shape[1]


def _logits(probabilities: npt.NDArray[np.float32]) -> FloatArray:
    """Return ln p minus its largest value, of shape (n_classes, n), which makes sums over classes fast."""
    logits = np.log(np.maximum(np.ascontiguousarray(probabilities.T), _FLOOR), dtype=np.float64)
    logits -= logits.max(axis=0)
    return logits


def with_temperatures(scores: ExitScores, temperatures: Sequence[float], rows: IntArray) -> ExitScores:
    """Return a trace of these samples with each exit's logits divided by its temperature.

    Args:
        scores: with all probabilities.
        temperatures: one per exit, above 0; 1 changes nothing.
        rows: positions of the samples to return.

    Raises:
        ScoresError: only the largest probability is stored.
    """
    probabilities = _all_probabilities(scores)[rows]
    confidence = np.empty(probabilities.shape[:2], np.float32)
    for exit_, temperature in enumerate(temperatures):
        if temperature == 1:
            confidence[:, exit_] = scores.confidence[rows, exit_]
            continue
        confidence[:, exit_] = 1 / np.exp(_logits(probabilities[:, exit_]) / temperature).sum(axis=0)
    return ExitScores(
        scores.labels[rows],
        scores.exit_flops,
        predictions=scores.predictions[rows],
        confidence=confidence,
        class_names=scores.class_names,
    )


def _all_probabilities(scores: ExitScores) -> npt.NDArray[np.float32]:
    if scores.probabilities is None:
        raise ScoresError(
            "only the largest probability is stored for these scores, but temperature scaling needs the "
            "probability of every class: import the scores with all classes"
        )
    return scores.probabilities
