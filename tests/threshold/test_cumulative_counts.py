import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores
from trecx.threshold import cumulative_counts
from trecx.threshold.cumulative_counts import RunningCounts
from trecx.threshold.exit_table import ExitTable


def one_by_one(table, n_moves):
    """Start with all samples at exit 1 and move them, a row after the other."""
    n = len(table.class_names)
    exits, confusion, outcomes = (np.zeros((n, width), int) for width in (table.n_exits, n, 6))
    for class_, prediction, outcome, count in table.start:
        exits[class_, 0] += count
        confusion[class_, prediction] += count
        outcomes[class_, outcome] += count
    for _, exit_, class_, prediction, next_, outcome, next_outcome, count in table.moves[:n_moves]:
        for counts, before, after in (
            (exits, exit_, exit_ + 1),
            (confusion, prediction, next_),
            (outcomes, outcome, next_outcome),
        ):
            counts[class_, before] -= count
            counts[class_, after] += count
    return exits, confusion, outcomes


@given(exit_scores(), st.sampled_from([1, 2, 3, 512]), st.data())
def test_counts_between_checkpoints_equal_moving_one_row_after_the_other(scores, apart, data):
    table = ExitTable.of(scores)
    n_moves = data.draw(st.integers(0, len(table.moves)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cumulative_counts, "ROWS_APART", apart)
        counts = RunningCounts(table.start, table.moves, scores.n_classes, scores.n_exits)
    for _ in range(2):  # asking changes nothing
        for ours, expected in zip(counts.after(n_moves), one_by_one(table, n_moves), strict=True):
            assert ours.tolist() == expected.tolist()
            assert ours.dtype == np.int64  # whole numbers of samples, however many


def test_checkpoints_stand_further_apart_where_they_would_take_too_much_memory(monkeypatch):
    random, n_classes, n_moves = np.random.default_rng(0), 40, 5_000
    moves = random.integers(0, 2, (n_moves, 8))
    moves[:, 1] = 0
    start = random.integers(0, 2, (10, 4))
    near = RunningCounts(start, moves, n_classes, 2)
    monkeypatch.setattr(cumulative_counts, "MAX_BYTES", 50_000)
    far = RunningCounts(start, moves, n_classes, 2)
    assert sum(counts.nbytes for counts in far._checkpoints) <= 2 * 50_000
    assert len(near._checkpoints) > len(far._checkpoints)
    for n in (0, 1, 3_333, n_moves):
        for ours, expected in zip(far.after(n), near.after(n), strict=True):
            assert np.array_equal(ours, expected)
