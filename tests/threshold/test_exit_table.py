import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores, part, thresholds
from trecx.errors import ScoresError, ThresholdError
from trecx.scores import MAX_EXITS, ExitScores, sample_blocks
from trecx.scores.names import MAX_CLASSES
from trecx.threshold import exit_table as table_module
from trecx.threshold.benefit_curve import benefit_curve, operating_point
from trecx.threshold.exit_table import FIXED_EDGES, MAX_EXACT_EDGES, ExitTable
from trecx.threshold.outcomes import OUTCOMES


def assert_same_point(one, other):
    for name in ("exit_counts", "confusion", "outcome_counts"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
    assert one.plateau == other.plateau


def assert_same_table(one, other):
    for name in ("edges", "start", "moves", "exit_flops"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@given(exit_scores(), thresholds)
def test_the_table_answers_every_threshold_as_the_scores_do(scores, threshold):
    assert_same_point(ExitTable.of(scores).operating_point(threshold), operating_point(scores, threshold))


@given(exit_scores())
def test_the_table_has_the_accuracy_of_each_exit_alone(scores):
    assert ExitTable.of(scores).standalone_accuracy.tolist() == scores.standalone_accuracy.tolist()


@given(exit_scores())
def test_the_curve_of_the_table_is_the_curve_of_the_scores(scores):
    ours, exact = ExitTable.of(scores).curve(), benefit_curve(scores)
    for name in ("thresholds", "exit_counts", "correct"):
        assert np.array_equal(getattr(ours, name), getattr(exact, name)), name
        assert getattr(ours, name).dtype == getattr(exact, name).dtype, name


@given(exit_scores(), st.data())
def test_tables_of_parts_add_up_to_the_table_of_the_whole(scores, data):
    cut = data.draw(st.integers(1, max(1, scores.n_samples - 1)))
    if scores.n_samples > 1:
        parts = ExitTable.of(part(scores, slice(cut))) + ExitTable.of(part(scores, slice(cut, None)))
        assert_same_table(parts, ExitTable.of(scores))


def random_scores(n_samples, seed=0):
    random = np.random.default_rng(seed)
    return ExitScores(
        random.integers(0, 3, n_samples),
        [10, 20, 30],
        predictions=random.integers(0, 3, (n_samples, 3)),
        confidence=1 - random.random((n_samples, 3)) ** 4 * 0.6,
        class_names=("a", "b", "c"),
    )


@pytest.mark.parametrize("cuts", [(10,), (300, 600)])
def test_binned_parts_add_up_too_whichever_part_is_binned(monkeypatch, cuts):
    monkeypatch.setattr(table_module, "MAX_EXACT_EDGES", 700)
    scores = random_scores(1000)
    tables = [ExitTable.of(part(scores, rows)) for rows in np.split(np.arange(1000), cuts)]
    assert any(table.exact for table in tables)
    whole = ExitTable.of(scores)
    assert not whole.exact
    assert_same_table(sum(tables[1:], tables[0]), whole)
    assert_same_table(sum(tables[-2::-1], tables[-1]), whole)


def test_a_binned_table_is_exact_at_its_edges_and_at_every_int8_step():
    scores = random_scores(30_000)
    table = ExitTable.of(scores)
    assert not table.exact
    assert np.isin(np.arange(257) / 256, table.edges).all()
    for threshold in [0, 0.5, 200 / 256, 255 / 256, *FIXED_EDGES[3000::200], 1, np.inf]:
        ours, exact = table.operating_point(threshold), operating_point(scores, threshold)
        assert ours.confusion.tolist() == exact.confusion.tolist()
        assert ours.exit_counts.tolist() == exact.exit_counts.tolist()
        assert ours.outcome_counts.tolist() == exact.outcome_counts.tolist()


def test_the_fixed_edges_are_4096_from_0_to_1_and_finer_toward_1():
    steps = np.diff(FIXED_EDGES)
    assert len(FIXED_EDGES) == 4096
    assert (FIXED_EDGES[0], FIXED_EDGES[-1]) == (0, 1)
    assert (steps > 0).all()
    assert steps[-1] < steps[3000] < steps[100]


def test_the_table_of_a_million_samples_is_no_larger_than_its_bins_allow():
    random = np.random.default_rng(1)
    n_samples = 1_000_000
    right = random.random((n_samples, 2)) < 0.9
    labels = np.zeros(n_samples, int)
    table = ExitTable.of(
        ExitScores(
            labels,
            [1, 2],
            predictions=np.where(right, 0, 1),
            confidence=random.random((n_samples, 2)) / 2 + 0.5,
        )
    )
    assert table.n_samples == n_samples
    assert len(table.moves) <= 4096 * 4


def test_only_tables_of_the_same_exits_and_classes_are_added(eight):
    table = ExitTable.of(eight)
    dearer = replace(table, exit_flops=table.exit_flops + 1)
    others = replace(table, class_names=("a", "b"))
    for other in (ExitTable.of(random_scores(5)), dearer, others):
        with pytest.raises(ScoresError, match="^only tables with the same classes and the same exit FLOPs"):
            table + other


@pytest.mark.parametrize(("room", "exact"), [(0, True), (-1, False)])
def test_a_table_is_exact_up_to_the_most_edges_that_are_kept(monkeypatch, eight, room, exact):
    monkeypatch.setattr(table_module, "MAX_EXACT_EDGES", len(ExitTable.of(eight).edges) + room)
    assert ExitTable.of(eight).exact is exact


@pytest.mark.parametrize(("room", "exact"), [(0, True), (-1, False)])
def test_a_sum_is_exact_up_to_the_most_edges_that_are_kept(monkeypatch, eight, room, exact):
    parts = [ExitTable.of(part(eight, rows)) for rows in (slice(0, 5), slice(5, 8))]
    n_edges = len(np.union1d(*(one.edges for one in parts)))
    monkeypatch.setattr(table_module, "MAX_EXACT_EDGES", n_edges + room)
    assert (parts[0] + parts[1]).exact is exact


def test_a_sum_with_one_binned_part_is_binned_though_its_own_edges_would_be_few(eight):
    table = ExitTable.of(eight)
    binned = table.with_edges(FIXED_EDGES)
    assert table.exact
    assert not binned.exact
    assert not (table + binned).exact


def test_the_bins_are_4096_ever_finer_toward_1_with_the_steps_of_an_int8_softmax_among_them():
    edges = table_module._fixed_edges()
    assert np.array_equal(edges, FIXED_EDGES)
    assert (len(edges), edges[0], edges[-1]) == (4096, 0, 1)
    assert np.isin(np.arange(257) / 256, edges).all()
    assert (np.diff(edges) > 0).all()
    assert np.diff(edges)[-1] < 1e-7 < np.diff(edges)[0]


def test_a_threshold_outside_0_to_1_is_refused(eight):
    with pytest.raises(ThresholdError):
        ExitTable.of(eight).operating_point(1.5)


@given(exit_scores(), st.sampled_from([1, 2, 5]))
def test_the_table_is_the_same_however_few_samples_are_counted_at_a_time(scores, block):
    whole = ExitTable.of(scores)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_blocks, "BLOCK", block)
        assert_same_table(ExitTable.of(scores), whole)


def test_counting_takes_little_memory_beside_the_scores():
    scores = random_scores(1_000_000)
    tracemalloc.start()
    ExitTable.of(scores)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * scores.n_samples  # bytes, so that ten million take less than a GiB


def test_rows_are_distinct_and_in_order():
    table = ExitTable.of(random_scores(3_000))
    for rows in (table.start[:, :-1], table.moves[:, :-1]):
        assert np.array_equal(rows, np.unique(rows, axis=0))


def test_as_many_classes_and_exits_as_are_taken_in_can_be_counted():
    n_samples, n_exits = 25, MAX_EXITS
    random = np.random.default_rng(0)
    scores = ExitScores(
        np.arange(n_samples) + MAX_CLASSES - n_samples,
        range(1, n_exits + 1),
        predictions=random.integers(0, MAX_CLASSES, (n_samples, n_exits)),
        confidence=random.random((n_samples, n_exits)),
        class_names=[str(k) for k in range(MAX_CLASSES)],
    )
    widest = (MAX_EXACT_EDGES, n_exits, MAX_CLASSES, MAX_CLASSES, MAX_CLASSES, len(OUTCOMES), len(OUTCOMES))
    assert math.prod(widest) < 2**63
    assert ExitTable.of(scores).class_counts.tolist()[-n_samples:] == [1] * n_samples
