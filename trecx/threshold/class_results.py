"""What holds within each class at one ρ: accuracy, exit rate, mean cost, with intervals; confusions."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from trecx.scores import FloatArray, IntArray
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.intervals import Z95
from trecx.threshold.operating_point import OperatingPoint


class Estimates(NamedTuple):
    """One number a class, with its 95 % interval; nan for a class without samples.

    Attributes:
        value: what was measured, of shape (n_classes,).
        low: lower end of the interval, of shape (n_classes,).
        high: upper end, of shape (n_classes,).
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray


def mean_estimates(
    counts: IntArray | FloatArray, values: Sequence[float] | IntArray | FloatArray
) -> Estimates:
    """Return, for each row of counts, the mean value of its samples: a weighted sum of a multinomial.

    The interval takes the mean's variance s² / n from the sample, s² = Σ p v² − (Σ p v)², and adds, as Wilson
    does, what a few unseen samples at both ends of the values would add, so that it neither leaves the values
    nor shrinks to nothing where all samples agree:

        (n m + z² (a + b) / 2  ±  z √(n s² + z² (b − a)² / 4)) / (n + z²),   values within a..b

    Of two values this is exactly Wilson's interval, since s² = p (1 − p) (b − a)².

    Args:
        counts: samples of each class that have each value, of shape (n_classes, n_values).
        values: of shape (n_values,).

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
    """Return the accuracy within each class, 0..1, with Wilson's interval.

    Args:
        confusion: samples by (true class, predicted class), of shape (n_classes, n_classes).
    """
    right = confusion.diagonal()
    return mean_estimates(np.column_stack([right, confusion.sum(axis=1) - right]), [1, 0])


def class_exit_rate(point: OperatingPoint) -> Estimates:
    """Return the fraction of each class that leaves before the final exit, 0..1, with Wilson's interval."""
    n_exits = point.class_exits.shape[1]
    return mean_estimates(point.class_exits, np.arange(n_exits) < n_exits - 1)


def class_cost(point: OperatingPoint, exit_costs: IntArray | FloatArray) -> Estimates:
    """Return the mean cost per sample of each class.

    Args:
        point: without a class mix, so that it counts samples.
        exit_costs: FLOPs, µJ or anything else spent by the time exit k has answered, of shape (n_exits,).
    """
    return mean_estimates(point.class_exits, exit_costs)


def exit_confusion(table: ExitTable, exit_: int) -> IntArray:
    """Return the confusion if every sample left at one exit, of shape (n_classes, n_classes).

    Each sample moves once past every early exit, so all moves past the exits before this one lead there.

    Args:
        table: counts of a run.
        exit_: the exit, counted from 0.
    """
    confusion = np.zeros((len(table.class_names),) * 2, np.int64)
    first_class, first_prediction, _, first_count = table.start.T
    np.add.at(confusion, (first_class, first_prediction), first_count)
    _, _, class_, prediction, next_, _, _, count = table.moves[table.moves[:, 1] < exit_].T
    np.add.at(confusion, (class_, prediction), -count)
    np.add.at(confusion, (class_, next_), count)
    return confusion


def most_confused(confusion: IntArray | FloatArray) -> IntArray:
    """Return the classes, those first that take part in most confusions, given or received.

    Args:
        confusion: samples by (true class, predicted class), or changes of them: (n_classes, n_classes).
    """
    wrong = np.abs(confusion * (1 - np.eye(len(confusion), dtype=np.int64)))
    order: IntArray = np.argsort(-(wrong.sum(axis=0) + wrong.sum(axis=1)), kind="stable")
    return order
