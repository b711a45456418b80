"""Collections of samples, and their way into a spreadsheet."""

import csv
import io

import numpy as np
import pytest

from trecx.errors import StoreError
from trecx.files.spreadsheet import csv_text
from trecx.scores import ExitScores
from trecx.store import CustomProfile, Provenance, Store

ABOUT = Provenance("mine", "trecx", "imported", "made", "test", "file", None, None, {})


def saved(n_samples=8):
    labels = np.arange(n_samples) % 2
    answers = np.column_stack([labels, labels])
    scores = ExitScores(
        labels,
        [1, 2],
        predictions=answers,
        confidence=np.full((n_samples, 2), 0.5),
        class_names=["no", "yes"],
    )
    return Store().save_run(ABOUT, scores)


def test_a_collection_keeps_samples_with_their_notes():
    run, shelf = saved(), Store().collections
    assert shelf.all() == []
    assert shelf.create("  odd   ones ", "look again") == "odd ones"
    assert shelf.add("odd ones", run.sample_set_id, [3, 1, 3], " noisy ") == 2
    assert shelf.add("odd ones", run.sample_set_id, [1, 5]) == 1
    found = Store().collections.samples("odd ones")
    assert [(one.sample, one.true_class, one.note) for one in found] == [
        ("1", "yes", "noisy"),
        ("3", "yes", "noisy"),
        ("5", "yes", ""),
    ]
    assert {(one.task, one.dataset, one.split) for one in found} == {("mine", "made", "test")}
    (kept,) = Store().collections.all()
    assert (kept.name, kept.note, kept.n_samples) == ("odd ones", "look again", 3)
    shelf.remove("odd ones", run.sample_set_id, [1, 7])
    assert [one.position for one in shelf.samples("odd ones")] == [3, 5]


def test_a_name_is_there_once():
    shelf = Store().collections
    shelf.create("one")
    shelf.create("two")
    with pytest.raises(StoreError, match="already"):
        shelf.create(" one ")
    two = shelf.all()[1]
    with pytest.raises(StoreError, match="already"):
        shelf.change(two, "one", "")
    assert shelf.change(two, "two", "a note") == "two"
    assert shelf.change(shelf.all()[1], "three", "a note") == "three"
    assert [(one.name, one.note) for one in shelf.all()] == [("one", ""), ("three", "a note")]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\0b", "a\u202eb"])
def test_a_collection_needs_a_name_that_can_be_read(name):
    with pytest.raises(StoreError, match="must have 1 to 80 characters"):
        Store().collections.create(name)


def test_a_deleted_collection_takes_its_notes_along_and_leaves_the_samples():
    run, shelf = saved(), Store().collections
    for name in ("one", "two"):
        shelf.create(name)
        shelf.add(name, run.sample_set_id, [0, 1])
    seen = shelf.all()[0]
    shelf.delete(seen)
    assert [one.name for one in shelf.all()] == ["two"]
    assert len(shelf.samples("two")) == 2
    assert Store().load_scores(run).n_samples == 8
    for work in (lambda: shelf.delete(seen), lambda: shelf.samples("one")):
        with pytest.raises(StoreError, match="collection 'one' no longer exists"):
            work()
    shelf.create("three")  # SQLite gives it the number of the one that is gone
    with pytest.raises(StoreError, match="collection 'one' no longer exists"):
        shelf.change(seen, "four", "")
    shelf.delete(shelf.all()[0])
    with pytest.raises(StoreError, match="no longer exists"):
        shelf.add("one", run.sample_set_id, [0])


def test_who_changes_a_collection_that_somebody_else_has_changed_is_told():
    run, shelf = saved(), Store().collections
    shelf.create("one", "first note")
    (seen,) = shelf.all()
    shelf.change(seen, "two", "second note")
    for late in (lambda: shelf.change(seen, "mine", "my note"), lambda: shelf.delete(seen)):
        with pytest.raises(StoreError, match="'one' was changed meanwhile by somebody else .it is now 'two'"):
            late()
    (seen,) = shelf.all()
    assert (seen.name, seen.note) == ("two", "second note")
    shelf.add("two", run.sample_set_id, [3])
    with pytest.raises(StoreError, match="'two' was changed meanwhile by somebody else; reload"):
        shelf.delete(seen)
    assert len(shelf.samples("two")) == 1


def test_names_are_sorted_alike_on_every_database():
    shelf = Store().collections
    for name in ("b", "B", "a", "_"):
        shelf.create(name)
        Store().profiles.save(CustomProfile(name, (1.0, 2.0)))
    assert [one.name for one in shelf.all()] == ["B", "_", "a", "b"]
    assert [one.name for one in Store().profiles.all()] == ["B", "_", "a", "b"]


def test_a_profile_that_somebody_else_has_replaced_is_not_deleted():
    profiles, mine, other = (
        Store().profiles,
        CustomProfile("board", (1.0, 2.0)),
        CustomProfile("board", (3.0,)),
    )
    profiles.save(mine)
    profiles.delete(mine)
    profiles.delete(mine)
    profiles.save(other)
    with pytest.raises(StoreError, match="device profile 'board' was changed meanwhile"):
        profiles.delete(mine)
    assert profiles.all() == [other]


def test_ten_thousand_samples_in_a_collection():
    run, shelf = saved(10_500), Store().collections
    shelf.create("many")
    assert shelf.add("many", run.sample_set_id, range(10_000)) == 10_000
    assert shelf.add("many", run.sample_set_id, range(500, 10_500)) == 500
    assert shelf.all()[0].n_samples == len(shelf.samples("many")) == 10_500
    shelf.remove("many", run.sample_set_id, list(range(10_000)))
    assert [one.position for one in shelf.samples("many")] == list(range(10_000, 10_500))


def test_names_and_notes_cannot_become_formulas():
    cells = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "plain", "a=b", 'quo"te', "two\nlines", -0.5, None]
    read = list(csv.reader(io.StringIO(csv_text(["=name", *"abcdefghijk"], [cells]), newline="")))
    assert read[0][0] == "'=name"
    expected = ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", *cells[6:10], "-0.5", ""]
    assert read[1] == expected
