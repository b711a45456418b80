"""Data derived from the scores of a run when it is saved: its counts, and the outcome of each sample."""

import io
from collections.abc import Iterator, Sequence
from itertools import repeat

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, IntArray
from trecx.scores.float32 import not_below
from trecx.threshold.benefit_curve import reached_confidence
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.outcomes import outcomes

GAP_UNIT = 1e-6
NEVER_BELOW = -1  # as bits: less than those of any confidence
_ROWS_AT_ONCE = 10_000


def confidence_bits(confidence: npt.ArrayLike) -> IntArray:
    """Return the bits of the smallest float32 that is not below each value; they sort like the values.

    So `reached >= ρ`, for a float32 and any ρ, is `bits(reached) >= bits(ρ)`. The shape stays.

    >>> bool(confidence_bits(0.1) == confidence_bits(np.float32(0.1)))  # this float32 lies above 0.1
    True
    """
    bits: IntArray = not_below(confidence).view(np.uint32).astype(np.int64)
    return bits


def confidence_gaps(confidence: npt.ArrayLike) -> IntArray:
    """Return the confidence of the final exit minus that of the first exit, in units of `GAP_UNIT`.

    Args:
        confidence: 0..1, of shape (n_samples, n_exits).
    """
    exact = np.asarray(confidence, np.float64)
    gaps: IntArray = np.rint((exact[:, -1] - exact[:, 0]) / GAP_UNIT).astype(np.int64)
    return gaps


def outcome_rows(run: int, scores: ExitScores) -> Iterator[list[tuple[int, ...]]]:
    """Yield the rows of `OutcomeRow` in the order of their key, some thousands at a time.

    A sample has a row for each exit at which it stops for some ρ.
    """
    reached = confidence_bits(reached_confidence(scores))
    n = scores.n_samples
    above = np.column_stack([np.full(n, NEVER_BELOW), reached])
    up_to = np.column_stack([reached, np.full(n, confidence_bits(np.inf))])
    position, exit_ = np.nonzero(above < up_to)
    outcome = outcomes(scores.correct)[position, exit_].astype(np.int64)
    gap = confidence_gaps(scores.confidence)[position]
    # Stable: equal rows stay in the order of positions and exits. A gap lies within ±1 / GAP_UNIT.
    order = np.argsort(outcome * round(4 / GAP_UNIT) + gap, kind="stable")
    columns = [outcome, gap, position, exit_]
    columns += [values[position, exit_] for values in (above, up_to)] + [scores.labels[position]]
    columns += [scores.predictions[position, exit_], confidence_bits(scores.confidence)[position, exit_]]
    for first in range(0, len(order), _ROWS_AT_ONCE):
        chosen = order[first : first + _ROWS_AT_ONCE]
        yield list(zip(repeat(run, len(chosen)), *(each[chosen].tolist() for each in columns), strict=True))


def table_bytes(table: ExitTable) -> bytes:
    """Return the counts of a run as a compressed npz."""
    file = io.BytesIO()
    moves = table.moves.astype(np.min_scalar_type(int(table.moves.max(initial=0))))
    np.savez_compressed(file, edges=table.edges, start=table.start, moves=moves)
    return file.getvalue()


def table_of(content: bytes, exit_flops: Sequence[int], class_names: tuple[str, ...]) -> ExitTable:
    """Return the counts that `table_bytes` wrote."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        start, moves = (arrays[name].astype(np.int64) for name in ("start", "moves"))
        return ExitTable(arrays["edges"], start, moves, np.array(exit_flops), class_names)
