"""The SQLite file: what is beside it, who else has it open, and what is no store."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.store.test_store import KILLED, KWS
from trecx.errors import StoreError
from trecx.store import Store, connection

pytestmark = pytest.mark.sqlite


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


def test_a_killed_writer_leaves_a_sound_file(store, scores, file, database):
    store.save_run(KWS, scores)
    writer = subprocess.Popen([sys.executable, "-c", KILLED, database], stdout=subprocess.PIPE, cwd=ROOT)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"written\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert len(Store().runs()) == 1
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert opened.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_a_file_that_another_program_has_locked_says_so(store, scores, file, monkeypatch):
    store.save_run(KWS, scores)
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program is writing to it"):
            Store(str(file)).save_run(replace(KWS, model_sha256="other"), scores)
        assert len(Store(str(file)).runs()) == 1  # reading goes on


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


def test_a_file_that_is_gone_says_so(store, scores, file):
    run = store.save_run(KWS, scores)
    file.unlink()
    for use in (lambda: store.load_scores(run), lambda: store.collections.create("mine")):
        with pytest.raises(StoreError, match="was deleted or moved while it was in use; put it back"):
            use()
    assert not file.exists()


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
