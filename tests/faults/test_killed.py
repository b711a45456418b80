"""Fifty SIGKILLs each in an import, a scoring and a save (`killing.py`): nothing is lost or half."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.conftest import ROOT
from tests.faults.killing import N_COLLECTED, N_KILLS, N_SAVED, WORKS

NEW = {"import": "mine", "score": "trecx"}  # the run that a work brings
SAVED = {f"{kind}-{number}" for kind in ("point", "shelf") for number in range(N_SAVED)}
pytestmark = pytest.mark.tensorflow  # one of the works is a scoring


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """What was found after each kill, by work; all works at once."""
    started = {}
    for work in WORKS:
        command = [sys.executable, "-m", "tests.faults.killing", work, str(tmp_path_factory.mktemp(work))]
        started[work] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    printed = {work: process.communicate()[0] for work, process in started.items()}
    assert [process.returncode for process in started.values()] == [0] * len(WORKS)
    return {work: [json.loads(line) for line in lines.splitlines()] for work, lines in printed.items()}


def is_there(kill, work):
    return kill["found"] is not None and NEW[work] in kill["found"]["runs"]


@pytest.mark.parametrize("work", WORKS)
def test_after_each_kill_all_that_is_in_the_store_is_whole(killed, work):
    assert len(killed[work]) == N_KILLS
    for state in (state for kill in killed[work] for state in (kill["found"], kill["then"]) if state):
        assert state["broken"] == []
        assert all(state["runs"].values())
        assert all(n in (0, N_COLLECTED) for n in state["shelves"].values())


@pytest.mark.parametrize("work", WORKS)
def test_what_was_there_before_is_there_after_each_kill(killed, work):
    for kill in killed[work]:
        if kill["old"]:
            assert kill["found"]["runs"]["baseline"]
            assert "old" in kill["found"]["points"]


def test_what_was_told_as_kept_is_there_and_at_most_one_thing_more(killed):
    for kill in killed["save"]:
        found = kill["found"]
        kept = {*found["points"], *(name for name, n in found["shelves"].items() if n)} - {"old"}
        assert set(kill["killed"]["told"]) <= kept
        assert len(kept - set(kill["killed"]["told"])) <= 1
    for work in NEW:
        assert all(is_there(kill, work) for kill in killed[work] if kill["killed"]["told"])


def test_a_device_profile_comes_with_its_run_or_not_at_all(killed):
    for kill in killed["import"]:
        if kill["found"]:
            assert kill["found"]["profiles"] == ["board"] * is_there(kill, "import")


@pytest.mark.parametrize("work", WORKS)
def test_the_command_can_be_repeated_after_each_kill(killed, work):
    for kill in killed[work]:
        assert kill["again"]["status"] == 0
        if work in NEW:
            assert kill["then"]["runs"][NEW[work]]
        else:
            assert set(kill["again"]["told"]) == SAVED
            assert {*kill["then"]["points"], *kill["then"]["shelves"]} == {*SAVED, "old"}


def test_kills_came_before_while_and_after_something_was_written(killed):
    for work in NEW:
        there = Counter(is_there(kill, work) for kill in killed[work])
        assert min(there[True], there[False]) > 0
        assert None in {kill["killed"]["status"] for kill in killed[work]}
    kept = Counter(len(kill["killed"]["told"]) for kill in killed["save"])
    assert len(kept) > 3
    assert sum(kill["unfinished"] > 0 for kills in killed.values() for kill in kills) > 0
