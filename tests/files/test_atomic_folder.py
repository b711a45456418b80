"""A folder is written whole: after an error or a kill there is the old one or the new one."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT
from trecx.files import atomic_folder
from trecx.files.atomic_folder import ABANDONED_AFTER_S, whole_folder

WRITES = """
import sys
from pathlib import Path
from trecx.files.atomic_folder import whole_folder

out, generation = Path(sys.argv[1]), 0
while True:
    generation += 1
    with whole_folder(out) as part:
        for number in range(20):
            (part / f"{number}.txt").write_text(str(generation))
    print(generation, flush=True)
"""


def write(out, text, names=("a.txt", "sub/b.txt")):
    with whole_folder(out) as part:
        for name in names:
            (part / name).parent.mkdir(exist_ok=True)
            (part / name).write_text(text)


def content(folder):
    return {str(f.relative_to(folder)): f.read_text() for f in folder.rglob("*") if f.is_file()}


@pytest.fixture(params=["exchanged", "renamed twice"])
def way(request, monkeypatch):
    """As on Linux, and as on a system that cannot exchange two folders."""
    if request.param == "renamed twice":
        monkeypatch.setattr(atomic_folder, "_exchanged", lambda one, other: False)


def test_a_folder_is_new_or_replaces_the_old_one_and_nothing_is_left(tmp_path, way):
    out = tmp_path / "deep" / "out"
    write(out, "old", ("a.txt", "gone.txt"))
    write(out, "new")
    assert content(out) == {"a.txt": "new", os.path.join("sub", "b.txt"): "new"}
    assert list(out.parent.iterdir()) == [out]


def test_after_an_error_the_old_folder_is_unchanged(tmp_path, way):
    out = tmp_path / "out"
    write(out, "old")
    with pytest.raises(ZeroDivisionError), whole_folder(out) as part:
        (part / "a.txt").write_text("half")
        1 / 0  # noqa: B018
    assert set(content(out).values()) == {"old"}
    assert list(tmp_path.iterdir()) == [out]


def test_a_link_to_a_folder_stays_a_link(tmp_path, way):
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to("real")
    write(tmp_path / "out", "new")
    assert (tmp_path / "out").is_symlink()
    assert set(content(tmp_path / "real").values()) == {"new"}


def test_an_old_folder_that_was_moved_away_comes_back_if_the_second_rename_fails(tmp_path, monkeypatch):
    out = tmp_path / "out"
    write(out, "old")
    monkeypatch.setattr(atomic_folder, "_exchanged", lambda one, other: False)
    with pytest.raises(OSError), whole_folder(out) as part:
        part.rmdir()
    assert set(content(out).values()) == {"old"}


def test_what_killed_processes_left_is_recovered_or_deleted(tmp_path):
    out = tmp_path / "out"
    write(tmp_path / ".out.1.old", "old")
    write(tmp_path / ".out.2.part", "half")
    write(tmp_path / ".other.3.part", "not its own")
    long_ago = time.time() - ABANDONED_AFTER_S - 1
    os.utime(tmp_path / ".out.2.part", (long_ago, long_ago))
    with pytest.raises(ZeroDivisionError), whole_folder(out):
        1 / 0  # noqa: B018
    assert set(content(out).values()) == {"old"}
    assert {path.name for path in tmp_path.iterdir()} == {"out", ".other.3.part"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges two folders in one step")
def test_a_kill_at_any_moment_leaves_one_whole_folder(tmp_path):
    out = tmp_path / "out"
    for kill in range(12):
        writing = subprocess.Popen(
            [sys.executable, "-c", WRITES, out], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        writing.stdout.readline()
        time.sleep(0.003 * kill)
        writing.send_signal(signal.SIGKILL)
        writing.communicate()
        found = content(out)
        assert len(found) == 20
        assert len(set(found.values())) == 1
