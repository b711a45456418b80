"""Two writers and ten readers at one store at once; `crowd.py` says how to run a minute of it."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.faults.crowd import N_READERS, N_WRITERS

SECONDS = 8


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    command = [
        sys.executable,
        "-m",
        "tests.faults.crowd",
        str(tmp_path_factory.mktemp("crowd")),
        str(SECONDS),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nobody_is_told_that_the_database_is_locked_or_anything_else(heard):
    assert heard["trouble"] == []
    assert (len(heard["write"]), len(heard["read"])) == (N_WRITERS, N_READERS)


def test_no_write_is_lost(heard):
    kept = heard["kept"]
    for what in ("seeds", "points", "positions"):
        written = [item for writer in heard["write"] for item in writer[what]]
        assert len(written) >= N_WRITERS
        assert sorted(kept[what]) == sorted(written)
    assert kept["half"] == []


def test_readers_see_whole_runs_only_while_others_are_written(heard):
    assert all(reader["looks"] > 0 for reader in heard["read"])
    assert [reader["half"] for reader in heard["read"]] == [[]] * N_READERS
