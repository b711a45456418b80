"""The oracle: an upper bound, where each sample stops at the first exit that is correct."""

from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.outcomes import EARLY_RIGHT, RESCUED


@dataclass(frozen=True, eq=False)
class Oracle:
    """Routers 1..n_exits: router k stops each sample at the first correct exit among exits 1..k.

    All other samples stop at exit 1, the cheapest. The last router, which uses every exit, is the oracle: it
    is correct for each sample that any exit predicts correctly. No router lies above the lines between these
    points: each correct prediction beyond those of exit 1 costs at least the FLOPs from exit 1 to the next
    exit, and these routers buy the cheapest ones first.

    Attributes:
        exit_counts: samples that stop at each exit, one row per router, of shape (n_exits, n_exits).
        accuracy: total accuracy of each router, 0..1, non-decreasing, of shape (n_exits,).
        flops: expected FLOPs per sample of each router, non-decreasing, of shape (n_exits,).
    """

    exit_counts: FloatArray
    accuracy: FloatArray
    flops: FloatArray


def oracle(table: ExitTable, class_weights: FloatArray | None = None) -> Oracle:
    """Return the oracle on these samples.

    Args:
        table: counts of a run; each sample moves past every early exit once, so its moves hold all samples.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: 1.
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
