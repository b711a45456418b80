"""The bound that no router beats: it knows in advance which exit will be right."""

from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.outcomes import EARLY_RIGHT, RESCUED


@dataclass(frozen=True, eq=False)
class Oracle:
    """Routers that send each sample to the first exit that is right about it, if that is one of exits 1..k.

    All other samples leave at exit 1, which is cheapest. The last router may use every exit: it is the
    oracle, right about each sample that any exit is right about. No router of whatever kind lies above the
    lines between these points: those that exit 1 is right about cost nothing more, and each right answer more
    costs at least the way from exit 1 to the next exit, the cheapest first.

    Attributes:
        exit_counts: samples that leave at each exit, a row a router, of shape (n_exits, n_exits).
        accuracy: total accuracy of each router, 0..1, never falling, of shape (n_exits,).
        flops: expected FLOPs per sample of each router, never falling, of shape (n_exits,).
    """

    exit_counts: FloatArray
    accuracy: FloatArray
    flops: FloatArray


def oracle(table: ExitTable, class_weights: FloatArray | None = None) -> Oracle:
    """Return what the oracle achieves on these samples.

    Args:
        table: counts of a run; each sample moves once past every early exit, so all of them are in its moves.
        class_weights: what one sample of each class counts (`class_mix.class_weights`); None: one.
    """
    weights = np.ones(len(table.class_names)) if class_weights is None else class_weights
    class_, _, outcome, count = table.start.T
    first_right = np.zeros(table.n_exits)
    first_right[0] = (count * weights[class_])[outcome == EARLY_RIGHT].sum()
    _, exit_, class_, _, _, _, outcome, count = table.moves.T
    found = (outcome == EARLY_RIGHT) | (outcome == RESCUED)
    np.add.at(first_right, exit_[found] + 1, (count * weights[class_])[found])
    exit_counts: FloatArray = np.tril(np.broadcast_to(first_right, (table.n_exits, table.n_exits)))
    right = exit_counts.sum(axis=1)
    exit_counts[:, 0] += table.n_samples - right
    return Oracle(exit_counts, right / table.n_samples, exit_counts @ table.exit_flops / table.n_samples)
