"""The benefit curve of a run for the browser (`steps.js`), small for any number of samples."""

from typing import Any

import numpy as np

from trecx.console.packing import packed_numbers
from trecx.scores import FloatArray, IntArray
from trecx.threshold.exit_table import ExitTable

GAINS = 3  # a sample that moves to the next exit makes correct predictions fewer (0), as many (1) or more (2)


def packed_steps(table: ExitTable, class_weights: FloatArray | None = None) -> dict[str, Any]:
    """Return the steps of `ExitTable.curve` as JSON values.

    Samples that move at one edge and count alike are one row of three columns: edges since the previous
    row, a code for weight, exit and gain, and how many there are. The weights themselves are sent once, so
    a row takes 3 bytes in most cases, under a class mix too, where the sums are not integers.

    Args:
        table: the counts of the run.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: all 1.
    """
    bin_, exit_, class_, prediction, next_, _, _, count = table.moves.T
    of_class = np.ones(len(table.class_names)) if class_weights is None else class_weights
    weights, weight = np.unique(of_class, return_inverse=True)
    gain = (next_ == class_).astype(np.int64) - (prediction == class_)
    code = (weight[class_] * max(table.n_exits - 1, 1) + exit_) * GAINS + gain + 1
    bins, codes, counts = _summed(bin_, code, count)
    right = table.start[table.start[:, 0] == table.start[:, 1]]
    final_correct = (right[:, 3] * of_class[right[:, 0]]).sum() + (gain * count * of_class[class_]).sum()
    return {
        "edges": packed_numbers(_short(table.edges)),
        "bins": packed_numbers(np.diff(bins, prepend=0)),
        "codes": packed_numbers(codes),
        "counts": packed_numbers(counts),
        "weights": weights.tolist(),
        "final_correct": float(final_correct),
        "n": table.n_samples,
        "exit_flops": table.exit_flops.tolist(),
    }


def _summed(bins: IntArray, codes: IntArray, counts: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the distinct (bin, code) in order, with the sums of their counts."""
    span = int(codes.max(initial=0)) + 1
    keys, row = np.unique(bins * span + codes, return_inverse=True)
    sums = np.bincount(row, counts, len(keys)).astype(np.int64)
    return keys // span, keys % span, sums


def _short(edges: FloatArray) -> FloatArray | np.ndarray[Any, np.dtype[np.float32]]:
    """Return edges as float32 if they are such, as every confidence is."""
    short = edges.astype(np.float32)
    return short if np.array_equal(short, edges) else edges
