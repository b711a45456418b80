"""Runs of more than one block, and what becomes of a run with a block that is not what was written."""

import numpy as np
import pytest
from sqlalchemy import text

from tests.threshold.strategies import part
from trecx.errors import StoreError
from trecx.scores import ExitScores
from trecx.store import Provenance, SampleFilter
from trecx.store.columns import SAMPLES_A_BLOCK
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.exit_criteria import CRITERIA, by_criterion
from trecx.threshold.exit_table import FIXED_EDGES, ExitTable

ABOUT = Provenance("pets", "mine", "imported", "made", "test", "file", None, None, {})
N = SAMPLES_A_BLOCK + 700
ARRAYS = ("labels", "exit_flops", "probabilities", "predictions", "confidence")


def softmax(n=N, n_classes=3):
    random = np.random.default_rng(n)
    probabilities = random.dirichlet(np.ones(n_classes), (n, 2)).astype(np.float32)
    names = [f"{'Ä' if k % 5 else 'dog'}/{k}" for k in range(n)]
    return ExitScores(random.integers(0, n_classes, n), [100, 300], probabilities, sample_names=names)


def trace(n=N):
    scores = softmax(n)
    return ExitScores(
        scores.labels,
        [100, 300],
        predictions=scores.predictions,
        confidence=scores.confidence,
        class_names=scores.class_names,
    )


@pytest.mark.parametrize("made", [softmax, trace])
@pytest.mark.parametrize("n", [1, SAMPLES_A_BLOCK, SAMPLES_A_BLOCK + 1, 2 * SAMPLES_A_BLOCK])
def test_scores_of_any_number_of_blocks_come_back_bit_for_bit(store, made, n):
    scores = made(n)
    found = store.load_scores(store.save_run(ABOUT, scores))
    for name in ARRAYS:
        one, other = getattr(found, name), getattr(scores, name)
        assert (one is None) == (other is None), name
        assert one is None or (one.dtype == other.dtype and np.array_equal(one, other)), name
    assert found.class_names == scores.class_names
    assert found.sample_names == tuple(scores.sample_names)


@pytest.mark.parametrize("n", [90, N])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_answers_are_those_of_the_scores_by_the_criterion(store, n, criterion):
    scores = softmax(n)
    run, expected = store.save_run(ABOUT, scores), by_criterion(scores, criterion)
    found = store.load_answers(run, criterion)
    assert found.probabilities is None
    for name in ("labels", "predictions", "confidence", "exit_flops"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


@pytest.mark.parametrize("made", [softmax, trace])
def test_counts_of_many_blocks_are_those_of_all_scores(store, made):
    scores = made()
    found, expected = store.load_table(store.save_run(ABOUT, scores)), ExitTable.of(scores)
    for name in ("edges", "start", "moves", "exit_flops"):
        one, other = getattr(found, name), getattr(expected, name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other), name
    assert found.class_names == expected.class_names
    assert not found.exact


def test_what_can_be_derived_from_one_block_is_not_stored(store):
    small, large, traced = (store.save_run(ABOUT, each) for each in (softmax(50), softmax(), trace(60)))

    def quantities(run):
        query = (
            "SELECT DISTINCT quantity FROM score_blocks WHERE run = (SELECT id FROM runs WHERE run_id = :id)"
        )
        with store._database.reading() as session:
            return set(session.scalars(text(query), {"id": run.run_id}))

    answers = {"predictions", "confidence"}
    assert quantities(small) == {"probabilities"}
    assert quantities(traced) == answers
    assert quantities(large) == {"probabilities", "edges", "start", "moves"} | answers


def test_the_gallery_finds_samples_of_every_block(store):
    scores = softmax()
    run = store.save_run(ABOUT, scores)
    last = N - 1
    assert store.gallery.find(run, scores.sample_names[last]) == (last, scores.labels[last])
    assert store.gallery.find(run, "dog/1") is None
    answers = store.gallery.answers(run, last)[run.run_id]
    assert np.array_equal(answers.probabilities, scores.probabilities[last])
    assert np.array_equal(answers.predictions, scores.predictions[last])
    assert np.array_equal(answers.confidence, scores.confidence[last])
    named = store.gallery.page(run, SampleFilter(0.7, text=f"DOG/{N - N % 5}"), 5)
    assert [sample.position for sample in named] == [N - N % 5]
    assert store.gallery.page(run, SampleFilter(0.7, text="ä"), 5) == []  # only A to Z are the same as a to z


@pytest.mark.parametrize("largest_first", [True, False])
def test_pages_beyond_those_that_are_remembered_follow_them(store, largest_first, monkeypatch):
    monkeypatch.setattr("trecx.store.gallery.COUNTED_UP_TO", 40)
    scores = trace()
    run, wanted = store.save_run(ABOUT, scores), SampleFilter(0.7, (0, 2, 3), largest_first=largest_first)
    found, after = [], None
    while len(found) < 200:
        page = store.gallery.page(run, wanted, 24, after)
        found, after = found + page, page[-1].key
    assert [each.position for each in found] == store.gallery.positions(run, wanted, len(found))
    gaps = [each.key for each in found]
    assert gaps == sorted(gaps, reverse=largest_first)
    point = operating_point(scores, 0.7)
    expected = point.outcome_counts[[0, 2, 3]].sum()
    assert store.gallery.count(run, wanted, up_to=N) == expected


@pytest.mark.parametrize("threshold", [0.0, 0.4, 0.61234567, 0.9999, 1.0, np.inf])
def test_counts_can_be_exact_at_one_threshold(threshold):
    scores = trace()
    table, expected = ExitTable.of(scores, exact_at=threshold), operating_point(scores, threshold)
    found = table.operating_point(threshold)
    assert found.plateau == expected.plateau
    for name in ("confusion", "outcome_counts", "exit_counts"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


def test_counts_that_are_exact_everywhere_stay_so():
    scores = part(trace(), np.arange(500))
    assert np.array_equal(ExitTable.of(scores, exact_at=0.5).edges, ExitTable.of(scores).edges)
    binned = ExitTable.of(trace())
    assert np.array_equal(binned.edges, FIXED_EDGES)
    assert [binned.exact_at(each) for each in (0.5, 0.61234567, np.inf)] == [True, False, True]


QUANTITIES = ("probabilities", "predictions", "confidence", "edges", "start", "moves")


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_flipped_bit_is_named_and_other_runs_stay_usable(store, quantity):
    run, other = store.save_run(ABOUT, softmax()), store.save_run(ABOUT, softmax(50))
    with store._database.writing() as session:
        query = (
            "SELECT content FROM score_blocks WHERE run = 1 AND quantity = :q ORDER BY exit DESC, block DESC"
        )
        content = bytearray(session.scalar(text(f"{query} LIMIT 1"), {"q": quantity}))
        content[len(content) // 2] ^= 4
        change = "UPDATE score_blocks SET content = :c WHERE run = 1 AND quantity = :q"
        where = " AND exit = (SELECT max(exit) FROM score_blocks WHERE run = 1 AND quantity = :q)"
        where += " AND block = (SELECT max(block) FROM score_blocks WHERE run = 1 AND quantity = :q)"
        session.execute(text(change + where), {"c": bytes(content), "q": quantity})
    read = store.load_table if quantity in QUANTITIES[3:] else store.load_scores
    with pytest.raises(StoreError, match=rf"run {run.run_id} is damaged \({quantity}.*block \d is damaged\)"):
        read(run)
    assert store.load_scores(other).n_samples == 50
    assert store.runs() == [run, other] or store.runs() == [other, run]


@pytest.mark.parametrize("quantity", ["labels", "names", "name_ends"])
def test_a_flipped_bit_in_samples_is_named(store, quantity):
    run = store.save_run(ABOUT, softmax(90))
    with store._database.writing() as session:
        query = "SELECT content FROM sample_blocks WHERE quantity = :q"
        content = bytearray(session.scalar(text(query), {"q": quantity}))
        content[-1] ^= 1
        change = text("UPDATE sample_blocks SET content = :c WHERE quantity = :q")
        session.execute(change, {"c": bytes(content), "q": quantity})
    with pytest.raises(StoreError, match=f"{quantity}, block 1 is damaged"):
        store.load_scores(run)


def test_a_block_that_is_missing_is_named(store):
    run = store.save_run(ABOUT, softmax())
    with store._database.writing() as session:
        session.execute(
            text("DELETE FROM score_blocks WHERE quantity = 'confidence' AND block = 1 AND exit = 0")
        )
    with pytest.raises(StoreError, match="confidence, exit 1, block 2 is missing"):
        store.load_scores(run)


def test_a_damaged_run_is_left_out_and_named(store):
    damaged, other = store.save_run(ABOUT, softmax(50)), store.save_run(ABOUT, softmax(60))
    with store._database.writing() as session:
        session.execute(text("UPDATE runs SET parameters = 17 WHERE run_id = :id"), {"id": damaged.run_id})
    assert store.runs() == [other]
    (said,) = store.damage()
    assert f"run {damaged.run_id} is damaged" in said
    with pytest.raises(StoreError, match=f"no run '{damaged.run_id}' that can be read.*is damaged"):
        store.find_run(damaged.run_id)
    assert store.find_run(other.run_id) == other
    assert store.load_scores(other).n_samples == 60
