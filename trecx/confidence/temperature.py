"""Temperature scaling: one number an exit that makes its confidence honest without changing an answer."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from trecx.errors import ScoresError
from trecx.scores import ExitScores, FloatArray, IntArray
from trecx.scores.sample_blocks import blocks

LIMITS = (0.05, 20.0)  # where every answer is right, ever colder would be ever better
_FLOOR = float(np.finfo(np.float32).tiny)
_STEPS = 60


def halves(labels: IntArray, seed: int = 0) -> tuple[IntArray, IntArray]:
    """Return positions of two halves of the samples, each of shape (n // 2,) or one more, and of every class.

    They are drawn by chance, which follows from the seed.
    """
    order = np.lexsort((np.random.default_rng(seed).random(len(labels)), labels))
    return np.sort(order[::2]), np.sort(order[1::2])


def fit_temperatures(scores: ExitScores, rows: IntArray) -> list[float]:
    """Return the temperature of each exit that fits these samples best.

    Args:
        scores: with all probabilities.
        rows: positions of the samples to fit on, one or more.

    Raises:
        ScoresError: only the largest probability is stored.
    """
    probabilities, labels = _all_probabilities(scores)[rows], scores.labels[rows]
    return [fit_temperature(probabilities[:, exit_], labels) for exit_ in range(scores.n_exits)]


def fit_temperature(probabilities: npt.NDArray[np.float32], labels: IntArray) -> float:
    """Return the temperature T, within `LIMITS`, whose softmax(ln p / T) gives the labels most probability.

    The mean negative log likelihood is convex in 1/T, so Newton's method finds its one minimum; where a step
    leaves what is known to hold it, the middle is taken instead. A probability of 0 counts as 1e-38.

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
        slope = mean - target  # of the likelihood's negative logarithm
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
    """Return ln p less its largest, of shape (n_classes, n): sums over classes then run along memory."""
    logits = np.log(np.maximum(np.ascontiguousarray(probabilities.T), _FLOOR), dtype=np.float64)
    logits -= logits.max(axis=0)
    return logits


def with_temperatures(scores: ExitScores, temperatures: Sequence[float], rows: IntArray) -> ExitScores:
    """Return, as a trace of these samples, what the exits would say had their logits been divided by T.

    Args:
        scores: with all probabilities.
        temperatures: one an exit, above 0; 1 changes nothing.
        rows: positions of the samples wanted.

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
            "only the largest probability is stored for these scores, and temperature scaling needs the "
            "probability of every class: import them with all classes"
        )
    return scores.probabilities
