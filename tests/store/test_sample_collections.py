"""Collections of samples, and their way into a spreadsheet."""

import csv
import io

import numpy as np
import pytest

from trecx.errors import StoreError
from trecx.files.spreadsheet import csv_text
from trecx.scores import ExitScores
from trecx.store import Provenance, Store

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
    with pytest.raises(StoreError, match="already"):
        shelf.change("two", "one", "")
    assert shelf.change("two", "two", "a note") == "two"
    assert shelf.change("two", "three", "a note") == "three"
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
    shelf.delete("one")
    assert [one.name for one in shelf.all()] == ["two"]
    assert len(shelf.samples("two")) == 2
    assert Store().load_scores(run).n_samples == 8
    for work in (shelf.delete, shelf.samples):
        with pytest.raises(StoreError, match="collection 'one' no longer exists"):
            work("one")
    with pytest.raises(StoreError, match="no longer exists"):
        shelf.add("one", run.sample_set_id, [0])


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
