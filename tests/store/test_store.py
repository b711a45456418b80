import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.threshold.strategies import exit_scores
from trecx.errors import StoreError, UnknownNameError
from trecx.scores import ExitScores
from trecx.store import CustomProfile, Provenance, Store, connection

KWS = Provenance("kws", "trecx", "published", "Speech", "test", "model", "abc", 28248, {"python": "3.11"})


@pytest.fixture
def scores() -> ExitScores:
    probabilities = np.random.default_rng(0).dirichlet(np.ones(3), (50, 2))
    return ExitScores(
        np.arange(50) % 3,
        [100, 300],
        probabilities,
        class_names="abc",
        sample_names=[f"{k}.wav" for k in range(50)],
    )


@pytest.fixture
def file(tmp_path):
    return tmp_path / "scores.sqlite"


@pytest.fixture
def store(file):
    return Store(str(file))


def test_scores_come_back_bit_for_bit(store, scores):
    run = store.save_run(KWS, scores)
    loaded = Store(store.name).load_scores(run)
    for name in ("labels", "exit_flops", "probabilities", "predictions", "confidence"):
        assert np.array_equal(getattr(loaded, name), getattr(scores, name)), name
    assert (loaded.class_names, loaded.sample_names) == (scores.class_names, scores.sample_names)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exit_scores())
def test_traces_come_back_too(tmp_path, scores):
    store = Store(str(tmp_path / "traces.sqlite"))
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


def test_runs_over_the_same_samples_share_them(store, scores, file):
    store.save_run(KWS, scores)
    store.save_run(replace(KWS, system="sdn", model_sha256="other"), scores)
    with closing(sqlite3.connect(file)) as database, database:
        assert database.execute("SELECT count(*) FROM samples").fetchone() == (50,)
        assert database.execute("SELECT count(*) FROM scores").fetchone() == (200,)
    database.close()


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


def test_looking_makes_no_file_and_leaves_none(store, scores, file):
    assert store.runs() == []
    assert not file.exists()
    run = store.save_run(KWS, scores)
    before = file.read_bytes()
    Store(str(file)).load_scores(run)
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == [file.name]


def test_a_read_only_folder_can_be_read_though_wal_wants_a_file_beside(store, scores, file, monkeypatch):
    run = store.save_run(KWS, scores)
    monkeypatch.setattr(connection.os, "access", lambda path, mode: False)
    assert Store(str(file)).load_scores(run).n_samples == 50
    assert os.listdir(file.parent) == [file.name]


def test_writing_keeps_foreign_keys_and_wal(store, scores, file):
    store.save_run(KWS, scores)
    with store._database.writing() as session:
        assert session.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert session.connection().exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_failure_while_writing_leaves_the_store_as_it_was(store, scores, monkeypatch):
    first = store.save_run(KWS, scores)

    def fail_in_the_middle(run, scores):
        yield [(run, 0, 0, 0, 1.0, None)]
        raise RuntimeError("pulled the plug")

    monkeypatch.setattr("trecx.store.rows.score_rows", fail_in_the_middle)
    with pytest.raises(RuntimeError):
        store.save_run(replace(KWS, model_sha256="other"), scores)
    assert store.runs() == [first]


def test_a_killed_writer_leaves_a_whole_store(store, scores, file, tmp_path):
    first = store.save_run(KWS, scores)
    script = tmp_path / "writer.py"
    script.write_text(
        "import sys, time\nfrom dataclasses import replace\n"
        "import numpy as np\nfrom trecx.scores import ExitScores\nfrom trecx.store import Store, rows\n"
        "from tests.store.test_store import KWS\n"
        "whole = rows.score_rows\n"
        "def slow(run, scores):\n"
        "    yield from whole(run, scores)\n"
        "    print('written', flush=True)\n"
        "    time.sleep(60)\n"
        "rows.score_rows = slow\n"
        f"store = Store({str(file)!r})\n"
        "store.save_run(replace(KWS, model_sha256='x'), store.load_scores(store.runs()[0]))\n"
    )
    writer = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, cwd=os.getcwd(), env=_python_path()
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"written\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert Store(str(file)).runs() == [first]
    with closing(sqlite3.connect(file)) as database, database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(DISTINCT run) FROM scores").fetchone() == (1,)
    database.close()


def _python_path():
    return os.environ | {"PYTHONPATH": os.getcwd()}


def test_a_locked_database_says_so(store, scores, file, monkeypatch):
    store.save_run(KWS, scores)
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        started = time.monotonic()
        with pytest.raises(StoreError, match="another program is writing to it"):
            Store(str(file)).save_run(replace(KWS, model_sha256="other"), scores)
        assert time.monotonic() - started < 5
        assert len(Store(str(file)).runs()) == 1  # reading goes on
    finally:
        other.close()


def test_a_new_database_that_another_process_is_just_making_is_waited_for(file):
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.executescript("CREATE TABLE passing (name TEXT); DROP TABLE passing; BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.execute, ["COMMIT"])
    release.start()
    Store(str(file)).collections.create("shelf")  # turning to WAL is refused at once while the other writes
    release.join()
    other.close()
    assert [shelf.name for shelf in Store(str(file)).collections.all()] == ["shelf"]


def test_a_read_only_database_says_so(store, scores, file):
    store.save_run(KWS, scores)
    read_only = Store(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="read-only.*--db"):
        read_only.save_run(replace(KWS, model_sha256="other"), scores)


def test_a_file_that_is_no_database_says_so(file):
    file.write_text("accuracy,flops\n" * 100)
    with pytest.raises(StoreError, match="not an SQLite database"):
        Store(str(file)).runs()


def test_another_programs_database_is_left_alone(file, scores):
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE songs (name TEXT)")
    database.close()
    for use in (Store.runs, lambda store: store.save_run(KWS, scores)):
        with pytest.raises(StoreError, match="the database of another program"):
            use(Store(str(file)))


def test_another_schema_version_says_which(store, scores, file):
    store.save_run(KWS, scores)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE trecx_schema SET version = 99")
    database.close()
    with pytest.raises(StoreError, match="schema version 99, but this release needs version 2"):
        store.runs()


def test_a_run_that_is_gone_says_so(store, scores, file):
    run = store.save_run(KWS, scores)
    file.unlink()
    with pytest.raises(StoreError, match="is no longer in "):
        store.load_scores(run)


@pytest.mark.parametrize("address", ["nonsense://x", "http://"])
def test_an_address_that_is_none_says_so(address):
    with pytest.raises(StoreError, match="is not a database address"):
        Store(address)


def test_a_missing_driver_or_folder_says_so(tmp_path, scores):
    with pytest.raises(StoreError, match="needs the driver"):
        Store("oracle+cx_oracle://localhost/x")
    with pytest.raises(StoreError, match="there is no folder"):
        Store(str(tmp_path / "nowhere" / "scores.sqlite")).save_run(KWS, scores)


def test_the_environment_names_the_default_store(monkeypatch, tmp_path):
    monkeypatch.setenv("TRECX_DB", str(tmp_path / "mine.sqlite"))
    assert Store().name.endswith("mine.sqlite")
    monkeypatch.delenv("TRECX_DB")
    assert Store().name.endswith("artifacts/scores.sqlite")


def test_a_database_in_a_folder_that_may_not_be_entered_says_so(monkeypatch, tmp_path):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(StoreError, match="you have access to it"):
        Store(str(tmp_path / "x.sqlite")).runs()


def test_a_text_that_is_no_text_is_refused_and_nothing_is_stored(tmp_path):
    store = Store(str(tmp_path / "x.sqlite"))
    about = Provenance("kws", "mine", "imported", "b\udcffd", "test", "m", None, None, {})
    with pytest.raises(StoreError, match="is not valid UTF-8 text"):
        store.save_run(about, ExitScores([0, 1], [5], predictions=[[0], [1]], confidence=[[1.0], [1.0]]))
    assert store.runs() == []
    with pytest.raises(StoreError, match="is not valid UTF-8 text"):
        store.profiles.keep(CustomProfile("b\udcffd", (1.0, 2.0)))
    with pytest.raises(StoreError, match="is not a database address"):
        Store("b\udcffd")
