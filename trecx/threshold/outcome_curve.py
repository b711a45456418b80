"""How many samples have each outcome, as ρ moves: from the counts of a run alone."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray, IntArray
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.outcomes import DESTRUCTIVE, OUTCOMES, RESCUED


@dataclass(frozen=True, eq=False)
class OutcomeCurve:
    """Samples by outcome at every ρ.

    Attributes:
        thresholds: increasing, `inf` last, of shape (n_steps,): row k of `counts` holds for every ρ above
            thresholds[k − 1] up to thresholds[k].
        counts: samples by outcome (`outcomes.OUTCOMES`), of shape (n_steps, 6).
    """

    thresholds: FloatArray
    counts: IntArray

    def step(self, threshold: float) -> int:
        """Return the row of `counts` that holds at this ρ."""
        return int(np.searchsorted(self.thresholds, threshold))

    @property
    def rescue_peak(self) -> tuple[float, float, int]:
        """Where rescue pays most: low and high, and rescued less destructive samples for low < ρ <= high."""
        gain = self.counts[:, RESCUED] - self.counts[:, DESTRUCTIVE]
        best = gain == gain.max()
        first = int(np.argmax(best))
        last = first + int(np.argmin(np.append(best[first:], False))) - 1
        low = float(self.thresholds[first - 1]) if first else 0.0
        return low, float(self.thresholds[last]), int(gain.max())


def outcome_curve(table: ExitTable) -> OutcomeCurve:
    """Return the samples by outcome at every edge of a table, and where nobody leaves early.

    Where the table counts in bins (`ExitTable.exact`), a ρ within a bin counts as the bin's upper end.
    """
    bin_, *_, outcome, next_outcome, count = table.moves.T
    changes = np.zeros((len(table.edges) + 1, len(OUTCOMES)), np.int64)
    np.add.at(changes[0], table.start[:, 2], table.start[:, 3])
    np.add.at(changes, (bin_ + 1, outcome), -count)
    np.add.at(changes, (bin_ + 1, next_outcome), count)
    return OutcomeCurve(np.append(table.edges, np.inf), np.cumsum(changes, axis=0))


def counted_threshold(table: ExitTable, threshold: float) -> float:
    """Return the ρ that a table counts `threshold` as: itself, or, where it counts in bins, the next edge."""
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
    """Return how many samples have one of these outcomes at ρ.

    Args:
        table: the counts of a run.
        threshold: ρ.
        outcomes: indices into `outcomes.OUTCOMES`.
        label: of this true class alone; None: of any.
        prediction: with this answer, where they leave, alone; None: with any.
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
