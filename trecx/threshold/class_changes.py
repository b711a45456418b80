"""Change of accuracy per class at one ρ vs a reference on the same samples."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, FloatArray, IntArray
from trecx.threshold.class_results import Estimates
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.intervals import Z95, effective_samples
from trecx.threshold.outcomes import PREMATURE


@dataclass(frozen=True, eq=False)
class ClassChanges:
    """Predictions at one ρ vs a reference: the final exit alone, or another network.

    Attributes:
        lost: samples that only the reference predicts correctly, of shape (n_classes,).
        gained: samples that only the network at this ρ predicts correctly, of shape (n_classes,).
        n_samples: samples of each class, of shape (n_classes,).
    """

    lost: IntArray
    gained: IntArray
    n_samples: IntArray

    def by_class(self) -> Estimates:
        """Return accuracy at ρ minus the reference's for each class, −1..1, with its 95 % CI."""
        return paired_estimates(self.lost, self.gained, self.n_samples)

    def overall(self, class_weights: FloatArray | None = None) -> tuple[float, float, float]:
        """Return the difference over all classes, with the ends of its 95 % CI.

        Args:
            class_weights: weight of one sample of each class (`class_mix.class_weights`); None: 1. With
                weights, the interval uses the effective sample size.
        """
        weights = np.ones(len(self.n_samples)) if class_weights is None else class_weights
        n = effective_samples(weights, self.n_samples)
        lost, gained = (
            n * (weights @ part) / (weights @ self.n_samples) for part in (self.lost, self.gained)
        )
        value, low, high = paired_estimates(*(np.array([number]) for number in (lost, gained, n)))
        return float(value[0]), float(low[0]), float(high[0])


def paired_estimates(
    lost: IntArray | FloatArray, gained: IntArray | FloatArray, n_samples: IntArray | FloatArray
) -> Estimates:
    """Return the difference of two proportions on the same samples, with its 95 % CI.

    Only samples on which the two disagree count. The interval is the normal one with one more sample of each
    kind of disagreement, which makes it valid for few disagreements.

    Args:
        lost: samples correct only in the second, of shape (n,).
        gained: samples correct only in the first, of shape (n,).
        n_samples: all samples, of shape (n,).

    Source: Bonett and Price, "Adjusted Wald confidence interval for a difference of binomial proportions
    based on paired data", J. Educational and Behavioral Statistics 37 (2012); recommended by Fagerland,
    Lydersen and Laake, Statistics in Medicine 33 (2014).

    >>> [round(float(number[0]), 4) for number in paired_estimates(*np.array([[6], [0], [400]]))]
    [-0.015, -0.0286, -0.0012]
    """
    n = np.where(np.asarray(n_samples) > 0, n_samples, np.nan)
    p_lost, p_gained = (lost + 1) / (n + 2), (gained + 1) / (n + 2)
    centre = p_gained - p_lost
    reach = Z95 * np.sqrt((p_gained + p_lost - centre**2) / (n + 2))
    return Estimates((gained - lost) / n, np.maximum(centre - reach, -1), np.minimum(centre + reach, 1))


def changes_from_final(table: ExitTable, threshold: float) -> ClassChanges:
    """Return the changes at ρ vs the final exit alone, from the counts of a network with two exits.

    With two exits, the lost samples are the premature exits, and the gained ones follow from the difference
    of both accuracies. With more exits, an outcome does not say whether the final exit is correct or one
    before it: use `paired_table`.

    Raises:
        ThresholdError: ρ is neither within 0..1 nor `inf`.
        ValueError: the network has more than two exits.
    """
    if table.n_exits > 2:
        raise ValueError(f"table must have two exits at most, got {table.n_exits}")
    point, final = table.operating_point(threshold), table.operating_point(math.inf)
    lost = np.asarray(point.class_outcomes[:, PREMATURE], np.int64)
    gain = np.asarray(point.confusion.diagonal() - final.confusion.diagonal(), np.int64)
    return ClassChanges(lost, gain + lost, table.class_counts)


def paired_table(scores: ExitScores, reference_correct: npt.NDArray[np.bool_]) -> ExitTable:
    """Return counts split by whether a reference is correct, to compare the two at any ρ.

    Each class occurs twice: class c is 2c if the reference is wrong, and 2c + 1 if it is correct, in labels
    and predictions alike, so that correct predictions stay correct. The edges are those of the table of
    the scores.

    Args:
        scores: of the network.
        reference_correct: whether the reference is correct for each sample, of shape (n_samples,).

    Raises:
        ValueError: `reference_correct` does not have one value per sample.
    """
    if reference_correct.shape != (scores.n_samples,):
        raise ValueError(
            f"reference_correct must have shape ({scores.n_samples},), got {reference_correct.shape}"
        )
    twins = ExitScores(
        2 * scores.labels + reference_correct,
        scores.exit_flops,
        predictions=2 * scores.predictions + reference_correct[:, None],
        confidence=scores.confidence,
        class_names=[
            f"{name}, reference {word}" for name in scores.class_names for word in ("wrong", "correct")
        ],
    )
    return ExitTable.of(twins)


def changes_of_pairs(paired: ExitTable, threshold: float) -> ClassChanges:
    """Return the changes at ρ vs the reference of a `paired_table`.

    Raises:
        ThresholdError: ρ is neither within 0..1 nor `inf`.
    """
    right = paired.operating_point(threshold).confusion.diagonal().reshape(-1, 2)
    counts = paired.class_counts.reshape(-1, 2)
    lost = np.asarray(counts[:, 1] - right[:, 1], np.int64)
    return ClassChanges(lost, np.asarray(right[:, 0], np.int64), counts.sum(axis=1))
