"""How accuracy within each class at one ρ differs from a reference that answers the same samples."""

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
    """What ρ changes in each class against a reference: the final exit alone, or another network.

    Attributes:
        lost: samples that the reference answers right and the network at this ρ wrong, of shape (n_classes,).
        gained: the other way round, of shape (n_classes,).
        n_samples: samples of each class, of shape (n_classes,).
    """

    lost: IntArray
    gained: IntArray
    n_samples: IntArray

    def by_class(self) -> Estimates:
        """Return accuracy at ρ less the reference's within each class, −1..1, with its 95 % interval."""
        return paired_estimates(self.lost, self.gained, self.n_samples)

    def overall(self, class_weights: FloatArray | None = None) -> tuple[float, float, float]:
        """Return the difference over all classes, with the ends of its 95 % interval.

        Args:
            class_weights: what one sample of each class counts (`class_mix.class_weights`); None: one. The
                interval then rests on the effective number of samples.
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
    """Return the difference of two proportions over the same samples, with its 95 % interval.

    Only samples about which the two disagree count. The interval is the normal one after one more sample of
    either kind of disagreement, which keeps it honest where few samples disagree.

    Args:
        lost: samples right only in the second, of shape (n,).
        gained: samples right only in the first, of shape (n,).
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
    """Return what ρ changes against the final exit alone, from the counts of a network with two exits.

    There, lost is what is premature: it left early, wrong, and the final exit is right. What is gained is
    then what closes the gap between both accuracies. With more exits an outcome does not tell whether it is
    the final exit that is right, or one between: then `paired_table` is needed.

    Raises:
        ThresholdError: ρ is neither within 0..1 nor `inf`.
        ValueError: there are more than two exits.
    """
    if table.n_exits > 2:
        raise ValueError(f"table must be of two exits at most, got {table.n_exits}")
    point, final = table.operating_point(threshold), table.operating_point(math.inf)
    lost = np.asarray(point.class_outcomes[:, PREMATURE], np.int64)
    gain = np.asarray(point.confusion.diagonal() - final.confusion.diagonal(), np.int64)
    return ClassChanges(lost, gain + lost, table.class_counts)


def paired_table(scores: ExitScores, reference_correct: npt.NDArray[np.bool_]) -> ExitTable:
    """Return counts that also tell apart whether a reference is right, to pair the two at any ρ.

    Each class stands twice: class c is 2c where the reference is wrong, and 2c + 1 where it is right, in
    labels and predictions alike, so that right answers stay right. Edges are those of the scores' own table.

    Args:
        scores: of the network.
        reference_correct: whether the reference is right about each sample, of shape (n_samples,).

    Raises:
        ValueError: there is not one answer of the reference a sample.
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
            f"{name}, reference {word}" for name in scores.class_names for word in ("wrong", "right")
        ],
    )
    return ExitTable.of(twins)


def changes_of_pairs(paired: ExitTable, threshold: float) -> ClassChanges:
    """Return what ρ changes against the reference of a `paired_table`.

    Raises:
        ThresholdError: ρ is neither within 0..1 nor `inf`.
    """
    right = paired.operating_point(threshold).confusion.diagonal().reshape(-1, 2)
    counts = paired.class_counts.reshape(-1, 2)
    lost = np.asarray(counts[:, 1] - right[:, 1], np.int64)
    return ClassChanges(lost, np.asarray(right[:, 0], np.int64), counts.sum(axis=1))
