"""SIGKILLs in `trecx deploy`: the old folder or the new one, a whole int8 run or none, and it can go on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT, SHIPPED
from trecx.store import Store

pytestmark = [pytest.mark.tensorflow, pytest.mark.tflm]


def deploying(database, out, threshold):
    words = ["deploy", "digits/sdn", "--threshold", str(threshold), "--out", str(out), "--db", str(database)]
    return subprocess.Popen(
        [sys.executable, "-m", "trecx", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def report(out):
    return json.loads((out / "report.json").read_text())


def whole(out):
    """Every file of the report is there, and nothing else."""
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    return files == {*report(out)["files"], "report.json"}


def test_a_kill_loses_nothing(tmp_path):
    before, out = tmp_path / "before.sqlite", tmp_path / "out"
    shutil.copy(SHIPPED.removeprefix("sqlite:///"), before)
    began = time.monotonic()
    first = tmp_path / "first.sqlite"
    shutil.copy(before, first)
    assert deploying(first, out, 0.5).wait() == 0
    seconds = time.monotonic() - began
    for share in (0.5, 0.85, 0.96):
        database = tmp_path / f"{share}.sqlite"
        shutil.copy(before, database)
        process = deploying(database, out, 0.9)
        time.sleep(share * seconds)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        store = Store(str(database))
        made = [run for run in store.runs() if run.precision == "int8" and run.system == "sdn"]
        assert all(len(store.load_scores(run).labels) == run.n_samples for run in made)
        assert store.runs_and_damage()[1] == []
        assert report(out)["threshold"] in (0.5, 0.9)
        assert whole(out)
    assert deploying(database, out, 0.8).wait() == 0
    assert report(out)["threshold"] == 0.8
    assert whole(out)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [out]
