"""Number of samples with each outcome over ρ, from the counts of a run."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray, IntArray
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.outcomes import DESTRUCTIVE, OUTCOMES, RESCUED


@dataclass(frozen=True, eq=False)
class OutcomeCurve:
    """Number of samples by outcome at every ρ.

    Attributes:
        thresholds: increasing, `inf` last, of shape (n_steps,): row k of `counts` is valid for ρ above
            thresholds[k − 1] up to thresholds[k].
        counts: samples by outcome (`outcomes.OUTCOMES`), of shape (n_steps, 6).
    """

    thresholds: FloatArray
    counts: IntArray

    def step(self, threshold: float) -> int:
        """Return the row of `counts` for this ρ."""
        return int(np.searchsorted(self.thresholds, threshold))

    @property
    def rescue_peak(self) -> tuple[float, float, int]:
        """Where "needs final exit" minus "destructive overthinking" is largest: low < ρ <= high, value."""
        gain = self.counts[:, RESCUED] - self.counts[:, DESTRUCTIVE]
        best = gain == gain.max()
        first = int(np.argmax(best))
        last = first + int(np.argmin(np.append(best[first:], False))) - 1
        low = float(self.thresholds[first - 1]) if first else 0.0
        return low, float(self.thresholds[last]), int(gain.max())


def outcome_curve(table: ExitTable) -> OutcomeCurve:
    """Return the number of samples by outcome at every edge of a table, and without early exits.

    If the table has bins (`ExitTable.exact`), a ρ within a bin counts as the bin's upper end.
    """
    bin_, *_, outcome, next_outcome, count = table.moves.T
    changes = np.zeros((len(table.edges) + 1, len(OUTCOMES)), np.int64)
    np.add.at(changes[0], table.start[:, 2], table.start[:, 3])
    np.add.at(changes, (bin_ + 1, outcome), -count)
    np.add.at(changes, (bin_ + 1, next_outcome), count)
    return OutcomeCurve(np.append(table.edges, np.inf), np.cumsum(changes, axis=0))


def counted_threshold(table: ExitTable, threshold: float) -> float:
    """Return the ρ that a table uses for `threshold`: itself, or the next edge if the table has bins."""
    if table.exact:
        return threshold
    edge = np.searchsorted(table.edges, threshold)
    return float(table.edges[edge]) if edge < len(table.edges) else np.inf


def count_samples(
    table: ExitTable,
    threshold: float,
    outcomes: Collection[int],
    label: int | None = None,
    prediction: int | None = None,
) -> int:
    """Return the number of samples with one of these outcomes at ρ.

    Args:
        table: the counts of a run.
        threshold: ρ.
        outcomes: indices into `outcomes.OUTCOMES`.
        label: count samples of this true class only; None: of any.
        prediction: count samples of this predicted class at ρ only; None: of any.
    """
    moved = table.moves[: np.searchsorted(table.moves[:, 0], np.searchsorted(table.edges, threshold))]
    _, _, class_, before, after, outcome, next_outcome, count = moved.T
    parts = (
        (table.start[:, 0], table.start[:, 1], table.start[:, 2], table.start[:, 3]),
        (class_, before, outcome, -count),
        (class_, after, next_outcome, count),
    )
    return sum(
        int(number[_fits(classes, label) & _fits(answers, prediction) & np.isin(fates, list(outcomes))].sum())
        for classes, answers, fates, number in parts
    )


def _fits(values: IntArray, wanted: int | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.full(len(values), True) if wanted is None else values == wanted
