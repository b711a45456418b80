import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import text

from tests.comparison.synthetic import save_synthetic, scores_of
from tests.conftest import ROOT
from trecx.errors import StoreError
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.scores import ExitScores
from trecx.store import Provenance
from trecx.store.deletion import Dependents
from trecx.store.run_context import load_context
from trecx.threshold.exit_table import ExitTable

TABLES = ("runs", "score_blocks", "sample_sets", "sample_blocks")


def counts(store):
    """Return the rows of each table, after SQLite found nothing broken; PostgreSQL checks each write."""
    with store._database.reading() as session:
        if store.file:
            assert session.execute(text("PRAGMA integrity_check")).all() == [("ok",)]
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in TABLES}


def keep_point(store, run, name):
    context = load_context(store, run)
    record = capture_point(run, store.baseline_of(run), context, Rule(0.8))
    return store.points.save(replace(record, name=name))


def test_a_run_goes_with_all_its_rows_and_the_other_run_stays_whole(store):
    kept, gone = (save_synthetic(store, "digits", system, 0) for system in ("trecx", "sdn"))
    before = counts(store)
    scores, table = store.load_scores(kept), store.load_table(kept)
    store.delete_run(gone)
    after = counts(store)
    assert store.runs() == [kept]
    assert np.array_equal(store.load_scores(kept).probabilities, scores.probabilities)
    assert np.array_equal(store.load_table(kept).moves, table.moves)
    assert before["score_blocks"] - after["score_blocks"] == 3  # a block for each exit
    assert after == {"runs": 1, "score_blocks": 2, "sample_sets": 1, "sample_blocks": 1}


def test_the_last_run_over_samples_takes_them_along(store):
    run = save_synthetic(store, "digits", "trecx", 0)
    assert not store.dependents_of(run).samples_stay
    store.delete_run(run)
    assert set(counts(store).values()) == {0}


def test_samples_in_a_collection_stay_and_the_run_finds_them_again(store):
    run = save_synthetic(store, "digits", "trecx", 0)
    store.collections.create("odd")
    store.collections.add("odd", run.sample_set_id, [3, 5], "why?")
    assert store.dependents_of(run) == Dependents(collections=("odd",))
    store.delete_run(run)
    assert [(each.sample, each.note) for each in store.collections.samples("odd")] == [
        ("3", "why?"),
        ("5", "why?"),
    ]
    assert counts(store) == dict.fromkeys(TABLES, 0) | {"sample_sets": 1, "sample_blocks": 1}
    assert save_synthetic(store, "digits", "trecx", 0).sample_set_id == run.sample_set_id


def test_what_hangs_on_a_run_is_named(store):
    baseline = save_synthetic(store, "digits", "baseline", 0)
    runs = [save_synthetic(store, "digits", system, 0) for system in ("trecx", "sdn")]
    keep_point(store, runs[0], "doorbell")
    found = store.dependents_of(baseline)
    assert found.baseline_of == tuple((run.run_id, None) for run in sorted(runs, key=lambda run: run.system))
    assert set(found.samples_of) == {run.run_id for run in runs}
    assert (found.points, found.compared_points) == ((), ("doorbell",))
    assert f"It is the only baseline of these runs: {runs[1].run_id}, {runs[0].run_id}." in found.sentences
    second = save_synthetic(store, "digits", "baseline", 1)
    assert (runs[0].run_id, second.run_id) in store.dependents_of(baseline).baseline_of
    assert store.dependents_of(runs[0]).points == ("doorbell",)
    assert (
        "Its saved points stay, but cannot be opened again: doorbell."
        in store.dependents_of(runs[0]).sentences
    )


def test_saved_points_and_device_profiles_stay(store):
    run = save_synthetic(store, "digits", "trecx", 0)
    point = keep_point(store, run, "doorbell")
    store.delete_run(run)
    assert store.points.all() == [point]


def test_many_names_are_counted_not_listed():
    words = Dependents(points=tuple(f"point-{k}" for k in range(40))).sentences
    assert any("point-5 and 34 more" in sentence for sentence in words)
    assert not any("point-6" in sentence for sentence in words)


def test_an_id_that_is_free_again_is_given_again_but_never_one_in_use(store):
    first = save_synthetic(store, "digits", "trecx", 0)
    about = Provenance(
        *(getattr(first, name) for name in ("task", "system", "source", "dataset", "split", "model")),
        first.model_sha256,
        first.parameters,
        first.versions,
        training=first.training,
    )
    scores = scores_of("trecx", "digits", 0, 200)
    second, third = (store.save_run(about, scores, again=True) for _ in range(2))
    assert [run.run_id for run in (second, third)] == [f"{first.run_id}-2", f"{first.run_id}-3"]
    store.delete_run(second)
    assert store.save_run(about, scores, again=True).run_id == second.run_id
    store.delete_run(first)
    assert store.save_run(about, scores, again=True).run_id == first.run_id
    assert len({run.run_id for run in store.runs()}) == 3


def test_a_run_that_has_the_id_of_a_deleted_one_is_not_deleted_in_its_place(store):
    old = save_synthetic(store, "digits", "trecx", 0)
    store.delete_run(old)
    new = save_synthetic(store, "digits", "trecx", 0)
    assert new.run_id == old.run_id
    with pytest.raises(StoreError, match="is no longer in"):
        store.delete_run(old)
    assert store.runs() == [new]


def test_a_deleted_run_cannot_be_read_or_deleted_again(store):
    run = save_synthetic(store, "digits", "trecx", 0)
    save_synthetic(store, "digits", "sdn", 0)
    store.delete_run(run)
    for read in (store.load_scores, store.load_table, store.dependents_of, store.delete_run):
        with pytest.raises(StoreError, match="is no longer in"):
            read(run)


@pytest.mark.sqlite
def test_compacting_gives_the_space_back_and_keeps_what_is_there(store):
    kept, gone = (save_synthetic(store, "digits", system, 0, 3_000) for system in ("trecx", "sdn"))
    scores, full = store.load_scores(kept), store.file.stat().st_size
    store.delete_run(gone)
    assert store.file.stat().st_size >= full
    store.compact()
    assert store.file.stat().st_size < 0.7 * full
    assert np.array_equal(store.load_scores(kept).probabilities, scores.probabilities)
    counts(store)


KILLED = """
import os, signal, sys
from trecx.store import Store
store, steps = Store(sys.argv[1]), int(sys.argv[2])
def tell(what, done, total):
    global steps
    steps -= 1
    if steps < 0:
        os.kill(os.getpid(), signal.SIGKILL)
store.delete_run(store.find_run("made/mine"), tell)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_after_a_kill_at_any_step_the_run_is_whole_or_gone(store, database):
    n, random = 200_000, np.random.default_rng(0)
    confidence = random.random((n, 2)).astype(np.float32)
    scores = ExitScores(
        random.integers(0, 2, n), [1, 2], predictions=random.integers(0, 2, (n, 2)), confidence=confidence
    )
    run = store.save_run(Provenance("made", "mine", "imported", "d", "test", "m", None, None, {}), scores)
    before, steps = counts(store), 0
    while store.runs():
        done = subprocess.run(
            [sys.executable, "-c", KILLED, database, str(steps)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=False,
        )
        if store.runs():
            assert done.returncode == -signal.SIGKILL
            assert counts(store) == before
            assert np.array_equal(store.load_scores(run).confidence, confidence)
            assert np.array_equal(store.load_table(run).moves, ExitTable.of(scores).moves)
        steps += 2
    assert steps > 6  # scores and samples tell of several steps
    assert set(counts(store).values()) == {0}
