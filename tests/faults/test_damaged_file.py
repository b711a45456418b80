"""Bytes of a database file that were overwritten: told in a sentence, or nothing that is shown is another."""

import json
import shutil

import numpy as np
import pytest

from tests.comparison.synthetic import save_synthetic
from tests.store.stored_facts import facts
from tests.store.test_deletion import keep_point
from trecx.errors import StoreError
from trecx.store import CustomProfile, Store

N_OVERWRITES = 60


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A file with runs, points, collections and profiles, and everything that is in it."""
    file = tmp_path_factory.mktemp("sound") / "scores.sqlite"
    store = Store(str(file))
    runs = [save_synthetic(store, "digits", system, 0) for system in ("baseline", "trecx", "sdn")]
    keep_point(store, runs[1], "mine")
    store.collections.create("odd", "why?")
    store.collections.add("odd", runs[1].sample_set_id, [3, 5])
    store.profiles.save(CustomProfile("board", (1.0, 2.5)))
    store.compact()
    return file, read_all(store)


def read_all(store):
    return json.loads(json.dumps(facts(store), default=str))


@pytest.mark.parametrize("size", [1, 40, 4096])
def test_no_overwritten_bytes_give_other_numbers_or_an_error_that_is_no_sentence(sound, tmp_path, size):
    file, before = sound
    random, told, content = np.random.default_rng(size), 0, file.read_bytes()
    for _ in range(N_OVERWRITES):
        damaged = bytearray(content)
        place = int(random.integers(0, len(damaged) - size))
        damaged[place : place + size] = random.bytes(size)
        (tmp_path / "scores.sqlite").write_bytes(damaged)
        store = Store(str(tmp_path / "scores.sqlite"))
        try:
            after = read_all(store)
        except StoreError as error:
            told += 1
            assert any(words in str(error) for words in WORDS), error
            continue
        for run_id, run in after["runs"].items():
            assert run == before["runs"][run_id], place
        lost = len(before["runs"]) - len(after["runs"])
        assert len(store.damage()) == lost
        told += lost > 0
        assert after["points"] == before["points"]
        assert after["profiles"] == before["profiles"]
    assert told > 0


WORDS = (
    "is damaged",
    "is missing",
    "not an SQLite database",
    "database of another program",
    "schema version",
    "no longer in",
)


def test_what_is_not_damaged_can_still_be_used(sound, tmp_path):
    file, before = sound
    shutil.copy(file, tmp_path / "scores.sqlite")
    store = Store(str(tmp_path / "scores.sqlite"))
    content = bytearray(file.read_bytes())
    run = store.find_run("digits/sdn")
    blocks = store.load_scores(run).probabilities.tobytes()
    assert len(blocks) > 20_000
    hit = content.index(b"probabilities")
    content[hit + 4_000 : hit + 4_010] = bytes(10)
    (tmp_path / "scores.sqlite").write_bytes(content)
    store, damaged = Store(str(tmp_path / "scores.sqlite")), []
    for each in store.runs():
        try:
            store.load_scores(each)
        except StoreError as error:
            damaged.append(each.run_id)
            assert f"run {each.run_id} is damaged (probabilities" in str(error)
    assert len(damaged) == 1
    assert set(before["runs"]) == {each.run_id for each in store.runs()}
