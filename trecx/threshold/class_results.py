"""Results per class at one ρ: accuracy, exit rate and mean cost with intervals, and confusion matrices."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from trecx.scores import FloatArray, IntArray
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.intervals import Z95
from trecx.threshold.operating_point import OperatingPoint


class Estimates(NamedTuple):
    """One number per class with its 95 % CI; nan for a class without samples.

    Attributes:
        value: the estimate, of shape (n_classes,).
        low: lower end of the interval, of shape (n_classes,).
        high: upper end, of shape (n_classes,).
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray


def mean_estimates(
    counts: IntArray | FloatArray, values: Sequence[float] | IntArray | FloatArray
) -> Estimates:
    """Return the mean value of the samples of each row of counts, a weighted sum of a multinomial.

    The interval uses the sample variance of the mean, s² / n with s² = Σ p v² − (Σ p v)², and adds, as Wilson
    does, the effect of a few unseen samples at both ends of the values. So it stays within the values, and
    has a width even if all samples have the same value:

        (n m + z² (a + b) / 2  ±  z √(n s² + z² (b − a)² / 4)) / (n + z²),   values within a..b

    Of two values this is exactly Wilson's interval, since s² = p (1 − p) (b − a)².

    Args:
        counts: samples by class and value, of shape (n_classes, n_values).
        values: the values, of shape (n_values,).

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    >>> [round(float(number[0]), 4) for number in mean_estimates(np.array([[9, 1]]), [1, 0])]
    [0.9, 0.5958, 0.9821]
    """
    worth = np.asarray(values, np.float64)
    n = counts.sum(axis=1).astype(np.float64)
    known = np.where(n > 0, n, np.nan)
    mean = counts @ worth / known
    middle, half = (worth.max() + worth.min()) / 2, (worth.max() - worth.min()) / 2
    scatter = (counts * (worth - mean[:, None]) ** 2).sum(axis=1)  # n s²
    centre = (known * mean + Z95**2 * middle) / (known + Z95**2)
    reach = Z95 * np.sqrt(scatter + (Z95 * half) ** 2) / (known + Z95**2)
    low, high = np.maximum(centre - reach, worth.min()), np.minimum(centre + reach, worth.max())
    return Estimates(mean, low, high)


def class_accuracy(confusion: IntArray | FloatArray) -> Estimates:
    """Return the accuracy of each class, 0..1, with Wilson's interval.

    Args:
        confusion: samples by (true class, predicted class), of shape (n_classes, n_classes).
    """
    right = confusion.diagonal()
    return mean_estimates(np.column_stack([right, confusion.sum(axis=1) - right]), [1, 0])


def class_exit_rate(point: OperatingPoint) -> Estimates:
    """Return the exit rate of each class, 0..1, with Wilson's interval."""
    n_exits = point.class_exits.shape[1]
    return mean_estimates(point.class_exits, np.arange(n_exits) < n_exits - 1)


def class_cost(point: OperatingPoint, exit_costs: IntArray | FloatArray) -> Estimates:
    """Return the mean cost per sample of each class.

    Args:
        point: counts without a class mix.
        exit_costs: cost up to the prediction of exit k, in FLOPs, µJ or any other unit, of shape (n_exits,).
    """
    return mean_estimates(point.class_exits, exit_costs)


def exit_confusion(table: ExitTable, exit_: int) -> IntArray:
    """Return the confusion matrix if every sample stopped at one exit, of shape (n_classes, n_classes).

    Each sample moves past every early exit once, so all moves past the exits before this one lead to it.

    Args:
        table: counts of a run.
        exit_: index of the exit, from 0.
    """
    confusion = np.zeros((len(table.class_names),) * 2, np.int64)
    first_class, first_prediction, _, first_count = table.start.T
    np.add.at(confusion, (first_class, first_prediction), first_count)
    _, _, class_, prediction, next_, _, _, count = table.moves[table.moves[:, 1] < exit_].T
    np.add.at(confusion, (class_, prediction), -count)
    np.add.at(confusion, (class_, next_), count)
    return confusion


def most_confused(confusion: IntArray | FloatArray) -> IntArray:
    """Return the classes in the order of their wrong predictions, as true or as predicted class, most first.

    Args:
        confusion: samples by (true class, predicted class), or changes of these: (n_classes, n_classes).
    """
    wrong = np.abs(confusion * (1 - np.eye(len(confusion), dtype=np.int64)))
    order: IntArray = np.argsort(-(wrong.sum(axis=0) + wrong.sum(axis=1)), kind="stable")
    return order
