"""Many processes that do the same at once: it is done once, and everybody else is told so in a sentence."""

import contextlib
import io
from functools import partial

import numpy as np
import pytest

from tests.comparison.synthetic import save_synthetic
from tests.faults.at_once import at_once
from tests.faults.killing import record_of
from trecx.cli import main
from trecx.errors import StoreError
from trecx.importing.scores_writer import write_scores
from trecx.scores import ExitScores
from trecx.store import CustomProfile, Store

N_PEOPLE, N_NAMES = 6, 60


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request, tmp_path):
    """Address of an empty database."""
    if request.param == "postgresql":
        return request.getfixturevalue("new_postgresql")()
    return f"sqlite:///{tmp_path / 'scores.sqlite'}"


def result(work):
    """What a work returns, or the sentence that the user is told."""
    try:
        return work()
    except StoreError as error:
        return str(error)


def test_the_same_names_are_stored_once_and_everybody_else_is_told(database):
    run = save_synthetic(Store(database), "digits", "trecx", 0)
    records = [record_of(Store(database), run, f"point {number}") for number in range(N_NAMES)]

    def save_all():
        points = Store(database).points
        return [result(partial(points.save, record)) for record in records]

    said = np.array(at_once([save_all] * N_PEOPLE), object)
    refused = "a saved point has this name already (active); choose another name"
    assert [list(each).count(refused) for each in said.T] == [N_PEOPLE - 1] * N_NAMES
    stored = Store(database).points.all()
    assert len(stored) == N_NAMES
    assert {each.point_id for each in said.ravel() if each != refused} == {each.point_id for each in stored}


def test_ten_processes_that_make_the_tables_at_once_all_succeed(database):
    def make(number):
        Store(database).collections.create(f"shelf {number}")

    assert at_once([partial(make, number) for number in range(10)]) == [None] * 10
    assert len(Store(database).collections.all()) == 10


def test_ten_imports_of_one_run_leave_one_run(database, tmp_path):
    labels = np.arange(500) % 3
    scores = ExitScores(labels, [100, 200], np.random.default_rng(0).dirichlet(np.full(3, 0.5), (500, 2)))
    write_scores(scores, tmp_path / "scores.npz")
    words = ["import", str(tmp_path / "scores.npz"), "--task", "made", "--system", "mine", "--keep-anyway"]

    def bring():
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as err:
            try:
                main([*words, "--db", database])
            except SystemExit as end:
                return end.code, err.getvalue()

    said = at_once([bring] * 10)
    assert {status for status, _ in said} <= {0, None}, said
    (run,) = Store(database).runs()
    assert Store(database).load_scores(run).n_samples == 500


@pytest.mark.parametrize("change", ["rename", "archive"])
def test_of_ten_people_who_change_one_point_nine_are_told(database, change):
    store = Store(database)
    seen = store.points.save(record_of(store, save_synthetic(store, "digits", "trecx", 0), "old"))

    def alter(number):
        points = Store(database).points
        if change == "rename":
            return result(lambda: points.rename(seen, f"name {number}"))
        return result(lambda: points.archive(seen))

    said = at_once([partial(alter, number) for number in range(10)])
    told = [each for each in said if isinstance(each, str)]
    (done,) = [each for each in said if not isinstance(each, str)]
    assert Store(database).points.all() == [done]
    now = f"it is now “{done.record.name}”, {'archived' if done.retired_at else 'active'}"
    assert [now in each for each in told] == [True] * 9


def test_of_ten_people_who_change_one_collection_or_profile_one_does(database):
    store, profile = Store(database), CustomProfile("board", (1.0, 2.0))
    store.collections.create("old")
    (seen,) = store.collections.all()

    def alter(number):
        here = Store(database)
        changed = result(lambda: here.collections.change(seen, f"name {number}", ""))
        return changed, result(lambda: here.profiles.save(profile))

    changed, saved = zip(*at_once([partial(alter, number) for number in range(10)]), strict=True)
    (now,) = Store(database).collections.all()
    assert sum(each == now.name for each in changed) == 1
    assert sum(f"it is now {now.name!r}" in each for each in changed) == 9
    assert saved.count(None) == 1
    assert sum("exists already" in (each or "") for each in saved) == 9
