"""Runs and their scores, saved and loaded."""

import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from sqlalchemy import inspect, text

from tests.conftest import ROOT
from tests.threshold.strategies import exit_scores
from trecx.errors import StoreError, UnknownNameError
from trecx.scores import ExitScores
from trecx.store import CustomProfile, Provenance, Store, connection
from trecx.store.tables import SCHEMA_VERSION

KWS = Provenance("kws", "trecx", "published", "Speech", "test", "model", "abc", 28248, {"python": "3.11"})


def test_scores_come_back_bit_for_bit(store, scores):
    run = store.save_run(KWS, scores)
    loaded = Store().load_scores(run)
    for name in ("labels", "exit_flops", "probabilities", "predictions", "confidence"):
        assert np.array_equal(getattr(loaded, name), getattr(scores, name)), name
    assert (loaded.class_names, loaded.sample_names) == (scores.class_names, scores.sample_names)


@settings(max_examples=20)
@given(exit_scores())
def test_traces_come_back_too(scores):
    store = Store()
    loaded = store.load_scores(store.save_run(replace(KWS, model_sha256=None), scores))
    assert loaded.probabilities is None
    assert np.array_equal(loaded.predictions, scores.predictions)
    assert np.array_equal(loaded.confidence, scores.confidence)


def test_a_run_says_what_it_is(store, scores):
    run = store.save_run(KWS, scores)
    assert store.runs() == [run]
    assert (run.task, run.system, run.source, run.parameters) == ("kws", "trecx", "published", 28248)
    assert (run.n_samples, run.n_exits, run.exit_flops, run.class_names) == (
        50,
        2,
        (100, 300),
        ("a", "b", "c"),
    )
    assert run.standalone_accuracy == tuple(scores.standalone_accuracy)
    assert run.versions == {"python": "3.11"}
    assert run.training == {}
    training = {"recipe": "short", "seed": 3}
    trained = store.save_run(replace(KWS, model_sha256="ours", training=training), scores)
    assert store.find_run(trained.run_id).training == training


def test_the_same_model_over_the_same_samples_is_one_run_unless_again(store, scores):
    first = store.save_run(KWS, scores)
    assert store.save_run(KWS, scores) == first
    again = store.save_run(KWS, scores, again=True)
    assert again.run_id == f"{first.run_id}-2"
    assert store.save_run(KWS, scores) == again
    assert store.save_run(replace(KWS, model_sha256="other"), scores).run_id not in (
        first.run_id,
        again.run_id,
    )
    assert len(store.runs()) == 3


def test_what_was_scored_is_found_before_it_is_scored(store, scores):
    asked = (scores.class_names, scores.sample_names, scores.labels)
    assert store.find_scored(KWS, *asked) is None
    run = store.save_run(KWS, scores)
    assert store.find_scored(KWS, *asked) == run
    assert store.find_scored(KWS, scores.class_names, scores.sample_names, scores.labels[::-1]) is None


def test_imported_scores_are_told_apart_by_their_content(store, scores):
    imported = replace(KWS, source="imported", model_sha256=None)
    one = store.save_run(imported, scores)
    other = store.save_run(imported, ExitScores(scores.labels, [100, 400], scores.probabilities))
    assert one.run_id != other.run_id
    assert store.save_run(imported, scores) == one


def test_runs_over_the_same_samples_share_them(store, scores):
    first = store.save_run(KWS, scores)
    second = store.save_run(replace(KWS, system="sdn", model_sha256="other"), scores)
    assert first.sample_set_id == second.sample_set_id
    with store._database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM sample_sets")) == 1


def test_a_run_is_found_by_id_or_by_task_and_system_published_and_newest_first(store, scores):
    ours = store.save_run(replace(KWS, source="trained here", model_sha256="ours"), scores)
    published = store.save_run(KWS, scores)
    newer = store.save_run(replace(KWS, model_sha256="newer"), scores)
    assert store.find_run(published.run_id) == published
    assert store.find_run("kws/trecx") == newer
    assert store.find_run("kws/trecx", source="trained here") == ours


def test_an_unknown_run_lists_the_known_ones(store, scores):
    with pytest.raises(UnknownNameError, match="none yet.*trecx score"):
        store.find_run("kws/trecx")
    store.save_run(KWS, scores)
    with pytest.raises(UnknownNameError, match=r"'vww/trecx'; known: kws/trecx, .*runs' lists their ids"):
        store.find_run("vww/trecx")
    with pytest.raises(UnknownNameError, match="of source imported"):
        store.find_run("kws/trecx", source="imported")


def test_the_baseline_is_of_the_same_samples_and_best_of_the_same_source(store, scores):
    run = store.save_run(KWS, scores)
    assert store.baseline_of(run) is None
    one_exit = ExitScores(
        scores.labels,
        [200],
        scores.probabilities[:, -1:],
        class_names="abc",
        sample_names=scores.sample_names,
    )
    elsewhere = ExitScores(scores.labels, [200], scores.probabilities[:, -1:], class_names="abc")
    base = replace(KWS, system="baseline", model_sha256="base")
    store.save_run(base, elsewhere)
    assert store.baseline_of(run) is None
    trained = store.save_run(replace(base, source="trained here"), one_exit)
    assert store.baseline_of(run) == trained
    published = store.save_run(base, one_exit)
    assert store.baseline_of(run) == published


def test_an_unknown_source_is_a_programmers_error(store, scores):
    with pytest.raises(ValueError, match="source must be one of"):
        store.save_run(replace(KWS, source="found"), scores)


def test_a_failure_while_writing_leaves_the_store_as_it_was(store, scores):
    first = store.save_run(KWS, scores)

    def fail(what, done, total):
        raise RuntimeError("pulled the plug")

    with pytest.raises(RuntimeError):
        store.save_run(replace(KWS, model_sha256="other"), scores, progress=fail)
    assert store.runs() == [first]


KILLED = """
import sys, time
from dataclasses import replace
from tests.store.test_store import KWS
from trecx.store import Store

def told(what, done, total):
    print("written", flush=True)
    time.sleep(60)

store = Store(sys.argv[1])
store.save_run(replace(KWS, model_sha256="x"), store.load_scores(store.runs()[0]), progress=told)
"""


def test_a_killed_writer_leaves_a_whole_store_and_nobody_waiting(store, scores, database):
    first = store.save_run(KWS, scores)
    writer = subprocess.Popen([sys.executable, "-c", KILLED, database], stdout=subprocess.PIPE, cwd=ROOT)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"written\n"
    assert store.runs() == [first]  # nobody sees what is half written
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert store.runs() == [first]
    second = store.save_run(replace(KWS, model_sha256="x"), scores)
    assert np.array_equal(store.load_scores(second).probabilities, scores.probabilities)


def test_a_database_that_somebody_writes_to_says_so_and_can_be_read(store, scores, monkeypatch):
    store.save_run(KWS, scores)
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    with Store()._database.writing():
        started = time.monotonic()
        with pytest.raises(StoreError, match="another program is writing to it"):
            Store().save_run(replace(KWS, model_sha256="other"), scores)
        assert time.monotonic() - started < 5
        assert len(store.runs()) == 1


def test_a_reader_sees_one_moment(store, scores):
    store.save_run(KWS, scores)
    with store._database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM runs")) == 1
        Store().save_run(replace(KWS, model_sha256="other"), scores)
        assert session.scalar(text("SELECT count(*) FROM runs")) == 1
    assert len(store.runs()) == 2


def test_reading_makes_no_tables(store):
    assert store.runs() == []
    with store._database._writer.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_another_programs_database_is_left_alone(store, scores):
    with store._database._writer.begin() as connection:
        connection.execute(text("CREATE TABLE songs (name TEXT)"))
    for use in (Store.runs, lambda store: store.save_run(KWS, scores)):
        with pytest.raises(StoreError, match="the database of another program"):
            use(store)


def test_another_schema_version_says_which(store, scores):
    store.save_run(KWS, scores)
    with store._database.writing() as session:
        session.execute(text("UPDATE trecx_schema SET version = 99"))
    with pytest.raises(
        StoreError, match=f"schema version 99, but this release needs version {SCHEMA_VERSION}"
    ):
        store.runs()


def test_a_run_that_is_gone_says_so(store, scores):
    run = store.save_run(KWS, scores)
    Store().delete_run(run)
    with pytest.raises(StoreError, match="is no longer in "):
        store.load_scores(run)


@pytest.mark.parametrize("address", ["nonsense://x", "http://"])
def test_an_address_that_is_none_says_so(address):
    with pytest.raises(StoreError, match="is not a database address"):
        Store(address)


def test_a_text_that_is_no_text_is_refused_and_nothing_is_stored(store):
    about = Provenance("kws", "mine", "imported", "b\udcffd", "test", "m", None, None, {})
    with pytest.raises(StoreError, match="is not valid UTF-8 text"):
        store.save_run(about, ExitScores([0, 1], [5], predictions=[[0], [1]], confidence=[[1.0], [1.0]]))
    assert store.runs() == []
    with pytest.raises(StoreError, match="is not valid UTF-8 text"):
        store.profiles.save(CustomProfile("b\udcffd", (1.0, 2.0)))
    with pytest.raises(StoreError, match="is not a database address"):
        Store("b\udcffd")
