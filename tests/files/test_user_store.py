"""The store in the user's data folder: whose changes it keeps, and when it is replaced."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from trecx.errors import StoreError
from trecx.files import paths
from trecx.files.user_store import own_store, user_store


def write(file, *words):
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE IF NOT EXISTS words (word)")
        database.executemany("INSERT INTO words VALUES (?)", [(word,) for word in words])
        database.commit()


def words(file):
    with closing(sqlite3.connect(file)) as database:
        return [word for (word,) in database.execute("SELECT word FROM words")]


@pytest.fixture
def shipped(tmp_path):
    file = tmp_path / "wheel" / "scores.sqlite"
    file.parent.mkdir()
    write(file, "first release")
    return file


def release(shipped, word):
    shipped.unlink()
    write(shipped, word)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "home" / "data" / "trecx"


def test_it_is_made_of_the_shipped_store_which_stays_as_it_is(shipped, folder):
    before = shipped.read_bytes()
    made = user_store(shipped, folder)
    assert made == (folder / "scores.sqlite", False)
    assert words(made.file) == ["first release"]
    assert shipped.read_bytes() == before
    assert [file.name for file in shipped.parent.iterdir()] == ["scores.sqlite"]


def test_it_is_made_of_a_store_that_nobody_may_write(shipped, folder):
    shipped.chmod(0o444)
    shipped.parent.chmod(0o555)
    made = user_store(shipped, folder)
    shipped.parent.chmod(0o755)
    write(made.file, "mine")
    assert words(made.file) == ["first release", "mine"]


def test_changes_that_are_still_in_the_wal_file_of_a_clones_store_come_too(shipped, folder):
    with closing(sqlite3.connect(shipped)) as writer:
        writer.execute("INSERT INTO words VALUES ('just now')")
        writer.commit()
        assert words(user_store(shipped, folder).file) == ["first release", "just now"]


def test_what_the_user_saved_is_there_the_next_time(shipped, folder):
    write(user_store(shipped, folder).file, "mine")
    assert words(user_store(shipped, folder).file) == ["first release", "mine"]
    assert not user_store(shipped, folder).is_older


def test_a_release_with_other_scores_replaces_what_was_never_changed(shipped, folder):
    user_store(shipped, folder)
    release(shipped, "second release")
    made = user_store(shipped, folder)
    assert (words(made.file), made.is_older) == (["second release"], False)


@pytest.mark.parametrize("open_still", [False, True], ids=["in the file", "in its WAL file"])
def test_a_release_with_other_scores_leaves_what_was_changed_and_says_so(shipped, folder, open_still):
    file = user_store(shipped, folder).file
    with closing(sqlite3.connect(file)) as user:
        user.execute("INSERT INTO words VALUES ('mine')")
        user.commit()
        if not open_still:
            user.close()
        release(shipped, "second release")
        for _ in range(2):
            assert user_store(shipped, folder) == (file, True)
    assert words(file) == ["first release", "mine"]


def test_the_same_release_installed_again_changes_nothing(shipped, folder):
    file = user_store(shipped, folder).file
    write(file, "mine")
    os.utime(shipped, (0, 0))
    assert user_store(shipped, folder) == (file, False)
    assert words(file) == ["first release", "mine"]


def test_a_store_that_was_not_made_here_is_never_replaced(shipped, folder):
    folder.mkdir(parents=True)
    write(folder / "scores.sqlite", "from elsewhere")
    (folder / "scores.origin.json").write_text("[damaged")
    assert user_store(shipped, folder).is_older
    assert words(folder / "scores.sqlite") == ["from elsewhere"]


def test_one_that_was_deleted_is_made_again(shipped, folder):
    user_store(shipped, folder).file.unlink()
    assert words(user_store(shipped, folder).file) == ["first release"]


def test_many_at_once_make_one(shipped, folder):
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: user_store(shipped, folder), range(16)))
    assert found == {(folder / "scores.sqlite", False)}
    assert sorted(file.name for file in folder.iterdir()) == [
        ".scores.lock",
        "scores.origin.json",
        "scores.sqlite",
    ]


def test_a_folder_that_cannot_be_made_is_told_with_the_way_out(shipped, tmp_path):
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match=r"cannot be made of .*scores.sqlite.*--db or TRECX_DB"):
        user_store(shipped, tmp_path / "home" / "trecx")


def test_a_damaged_shipped_store_leaves_no_half_of_one(shipped, folder):
    shipped.write_bytes(b"SQLite format 3\0" + b"damaged" * 1000)
    with pytest.raises(StoreError, match="cannot be made"):
        user_store(shipped, folder)
    assert not (folder / "scores.sqlite").exists()
    assert not list(folder.glob("*.part*"))


def test_from_a_clone_the_default_store_is_the_shipped_one(monkeypatch):
    monkeypatch.delenv("TRECX_DB")
    assert paths.IS_CLONE
    assert paths.database_url() == f"sqlite:///{paths.ROOT / 'artifacts' / 'scores.sqlite'}"


def test_from_a_wheel_the_default_store_is_in_the_users_folder_unless_one_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "IS_CLONE", False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("trecx.files.user_store.own_store", own_store.__wrapped__)
    assert paths.database_url() == os.environ["TRECX_DB"]
    monkeypatch.delenv("TRECX_DB")
    assert paths.database_url() == f"sqlite:///{paths.user_folder() / 'scores.sqlite'}"
    assert (paths.user_folder() / "scores.sqlite").is_file()
