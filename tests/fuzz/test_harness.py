"""The harness of the fuzz tests sees what a reader must not do."""

import os
import pickle
import socket
import subprocess
import sys
import time

import pytest

from tests.fuzz import harness
from tests.fuzz.harness import only
from trecx.errors import DatasetError


class Hostile:
    def __reduce__(self):
        return time.sleep, (0,)


UNPICKLED = pickle.dumps(Hostile())


def wrapped(action):
    """A reader that calls whatever went wrong damage."""
    try:
        action()
    except Exception as error:
        raise DatasetError("damaged") from error


def test_a_promised_error_and_nothing_else_may_come_out():
    with only(DatasetError):
        raise DatasetError("damaged")
    with pytest.raises(KeyError), only(DatasetError):
        raise KeyError("x")


@pytest.mark.parametrize(
    "action",
    [
        lambda folder: (folder / "out").write_text("x"),
        lambda folder: (folder / "out").mkdir(),
        lambda folder: os.symlink("/", folder / "out"),
        lambda folder: os.rename(folder / "in", folder / "out"),
        lambda folder: pickle.loads(UNPICKLED),
        lambda folder: subprocess.run([sys.executable, "-c", ""], check=True),
        lambda folder: socket.socket().connect(("127.0.0.1", 9)),
    ],
    ids=["write", "folder", "link", "out of its folder", "unpickle", "process", "connection"],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_a_reader_must_not_do_is_seen_though_it_hides_it(tmp_path, action):
    (tmp_path / "in").mkdir()
    with pytest.raises(AssertionError), only(DatasetError, folder=tmp_path / "in"):
        wrapped(lambda: action(tmp_path))


def test_files_in_the_readers_folder_may_be_written(tmp_path):
    with only(folder=tmp_path):
        (tmp_path / "a").write_text("x")
        os.rename(tmp_path / "a", tmp_path / "b")


def test_more_memory_than_is_allowed_is_seen_though_it_is_hidden():
    with pytest.raises(AssertionError, match="takes more than"), only(DatasetError):
        wrapped(lambda: bytearray(2 * harness.MEMORY_BYTES))


def test_more_time_than_is_allowed_is_seen_though_it_is_hidden(monkeypatch):
    monkeypatch.setattr(harness, "WAIT_S", 0.2)
    with pytest.raises(AssertionError, match="takes more than"), only(DatasetError):
        wrapped(lambda: time.sleep(60))
