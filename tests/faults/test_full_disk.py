"""A disk that takes no more, a read-only folder: a clear sentence, and what was there is as it was."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from tests.cli.test_commands import run
from tests.comparison.synthetic import save_synthetic
from tests.conftest import ROOT
from tests.faults.small_disk import files_up_to, read_only
from tests.saved_points.records import record_of
from trecx.datasets.download import fetch_dataset
from trecx.errors import FetchError, OutputError, StoreError
from trecx.files.atomic_file import whole_file
from trecx.importing.examples import write_examples
from trecx.reproduction import write
from trecx.reproduction.document import Reproduction
from trecx.store import CustomProfile, Store

SAVES = {
    "run": lambda store: save_synthetic(store, "digits", "sdn", 1, n_samples=3_000),
    "profile": lambda store: store.profiles.save(CustomProfile("board", (1.0, 2.0))),
    "point": lambda store: store.points.save(replace(store.points.all()[0].record, name="another")),
    "collection": lambda store: store.collections.create("shelf"),
    "samples": lambda store: store.collections.add("old", store.runs()[0].sample_set_id, range(50)),
    "deletion": lambda store: store.delete_run(store.runs()[0]),
}
FILES = {
    **{f"t{end}": ("export", "kws/trecx", "--threshold", "0.69") for end in (".h", ".json", ".csv", ".html")},
    **{f"s{end}": ("scores", "kws/trecx") for end in (".npz", ".csv", ".parquet")},
}


@pytest.fixture
def folder():
    """One that everybody may look into, as pytest's own may not be."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def store(folder, monkeypatch):
    """A store with a run, a point and a collection, set as the default one."""
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{folder / 'scores.sqlite'}")
    made = Store()
    save_synthetic(made, "digits", "trecx", 0)
    made.points.save(record_of("digits/trecx", title="old", device=None))
    made.collections.create("old")
    return made


def content(store):
    points = [point.record.name for point in store.points.all()]
    shelves = [(shelf.name, shelf.n_samples) for shelf in store.collections.all()]
    return store.runs(), points, shelves, store.profiles.all()


def is_sound(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize(
    ("save", "n_bytes"), [*((save, n_bytes) for save in SAVES for n_bytes in (0, 4_096)), ("run", 100_000)]
)
def test_a_disk_that_takes_no_more_is_told_and_the_store_is_as_it_was(store, folder, save, n_bytes):
    before = content(store)
    with files_up_to(n_bytes), pytest.raises(StoreError, match="disk is full.*free disk space"):
        SAVES[save](store)
    assert content(store) == before
    assert is_sound(folder / "scores.sqlite")
    SAVES[save](store)
    assert content(store) != before


def test_what_fits_beside_the_file_but_not_into_it_is_kept_all_the_same(store, folder):
    with files_up_to(40_000):  # the write-ahead log takes it; moving it into the file has to wait
        SAVES["profile"](store)
        assert len(Store().profiles.all()) == 1
    assert len(store.profiles.all()) == 1
    assert is_sound(folder / "scores.sqlite")


@pytest.mark.parametrize("save", ["run", "profile"])
def test_sqlites_own_word_of_a_full_disk_is_told_too(store, folder, save):
    before, pages = content(store), (folder / "scores.sqlite").stat().st_size // 4_096

    def limit(connection, _):
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", limit)
    try:
        with pytest.raises(StoreError, match="disk is full; free disk space"):
            for number in range(200):  # until the last page is full
                if save == "run":
                    SAVES["run"](store)
                store.profiles.save(CustomProfile(f"board {number}", (1.0, 2.0)))
    finally:
        event.remove(Engine, "connect", limit)
    assert content(store)[:3] == before[:3]
    assert is_sound(folder / "scores.sqlite")


def test_a_new_store_on_a_full_disk_is_told_and_can_be_made_later(folder):
    store = Store(str(folder / "new.sqlite"))
    with files_up_to(0), pytest.raises(StoreError, match="disk is full"):
        SAVES["profile"](store)
    assert content(store) == ([], [], [], [])
    SAVES["profile"](store)
    assert len(store.profiles.all()) == 1


def test_a_store_can_be_read_while_the_disk_takes_nothing(store):
    before = content(store)
    with files_up_to(0):
        assert content(Store()) == before
        assert store.load_scores(before[0][0]).n_samples == 200


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_the_disk_does_not_take_is_told_and_the_old_one_stays(shipped, folder, capsys, name):
    (folder / name).write_text("old")
    with files_up_to(500):
        status, out, err = run(capsys, *FILES[name], "--out", str(folder / name))
    assert (status, out) == (1, "")
    assert "cannot be written (File too large); choose another" in " ".join(err.split())
    assert {path.name: path.read_text() for path in folder.iterdir()} == {name: "old"}


def test_a_reproduction_that_the_disk_does_not_take_leaves_the_old_one(folder):
    (folder / "reproduction.md").write_text("old")
    new = Reproduction("short", {"long.csv": "x" * 10_000}, {})
    with files_up_to(500), pytest.raises(OutputError, match="written to .File too large.; choose another"):
        write(new, folder)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["reproduction.md"]
    assert (folder / "reproduction.md").read_text() == "old"


@pytest.mark.mirror
def test_a_dataset_that_the_disk_does_not_take_is_not_half_there(folder):
    with files_up_to(1_000_000), pytest.raises(FetchError, match="cannot write in .*run this again"):
        fetch_dataset("vww", folder=folder)
    assert not [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".part"]


def test_a_block_that_fails_leaves_the_old_file_and_nothing_beside_it(folder):
    (folder / "x").write_text("old")
    with pytest.raises(RuntimeError), whole_file(folder / "x") as part:
        part.write_text("half")
        raise RuntimeError
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"x": "old"}


@pytest.mark.parametrize("save", SAVES)
def test_a_store_in_a_read_only_folder_is_read_and_says_that_nothing_can_be_kept(store, folder, save):
    before = content(store)
    with read_only(folder):
        assert content(Store()) == before
        with pytest.raises(StoreError, match="read-only; make it writable, or choose another"):
            SAVES[save](store)
    assert content(store) == before
    assert os.listdir(folder) == ["scores.sqlite"]


def test_no_new_store_is_made_in_a_read_only_folder(folder):
    store = Store(str(folder / "new.sqlite"))
    with read_only(folder), pytest.raises(StoreError, match="check that its folder exists"):
        SAVES["profile"](store)
    assert os.listdir(folder) == []


def test_what_a_killed_writer_acknowledged_is_read_in_a_read_only_folder(store, folder):
    # It has the database open twice, so that what it keeps stays beside the file.
    code = f"""
import os, signal, sqlite3
from trecx.store import CustomProfile, Store
held = sqlite3.connect({str(folder / "scores.sqlite")!r})
held.execute("SELECT count(*) FROM runs").fetchall()
Store().profiles.save(CustomProfile("board", (1.0, 2.0)))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == -signal.SIGKILL
    assert (folder / "scores.sqlite-wal").stat().st_size > 0
    with read_only(folder):
        assert [profile.name for profile in Store().profiles.all()] == ["board"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_in_a_read_only_folder_is_told_and_the_old_one_stays(shipped, folder, capsys, name):
    (folder / name).write_text("old")
    run(capsys, *FILES[name], "--out", str(folder / name))  # what Python loads late is loaded before
    (folder / name).write_text("old")
    with read_only(folder):
        status, out, err = run(capsys, *FILES[name], "--out", str(folder / name))
    assert (status, out) == (1, "")
    assert "cannot be written (Permission denied); choose another" in " ".join(err.split())
    assert {path.name: path.read_text() for path in folder.iterdir()} == {name: "old"}


@pytest.mark.parametrize(
    "write_all", [write_examples, lambda folder: write(Reproduction("short", {}, {}), folder)]
)
def test_several_files_in_a_read_only_folder_are_told_in_one_sentence(folder, write_all):
    refused = r"cannot be written to .Permission denied.; choose another"
    with read_only(folder), pytest.raises(OutputError, match=refused):
        write_all(folder)
    assert os.listdir(folder) == []


@pytest.mark.mirror
def test_nothing_is_fetched_into_a_read_only_folder(folder):
    with read_only(folder), pytest.raises(FetchError, match="make the folder writable"):
        fetch_dataset("vww", folder=folder)
    assert os.listdir(folder) == []
