"""Saved points in the store: never lost, never two of one name."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.comparison.synthetic import save_synthetic
from tests.saved_points.records import HOSTILE
from trecx.errors import StoreError
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.store import Store
from trecx.threshold.run_context import RunContext


def a_record(name="Doorbell", **about):
    store = Store()
    run = save_synthetic(store, "digits", "trecx", 0)
    record = capture_point(run, None, RunContext("digits", store.load_table(run)), Rule(0.8))
    return replace(record, name=name, **about)


def test_an_empty_store_has_no_points():
    assert Store().points.all() == []


def test_a_saved_point_survives_a_restart():
    record = a_record(note="two\nlines", author="Ada")
    saved = Store().points.keep(record)
    assert saved.record == record
    assert Store().points.all() == [saved]


@pytest.mark.parametrize("hostile", [HOSTILE, "'; DROP TABLE operating_points; --", "\u202e\u2066x", "🐘"])
def test_hostile_text_comes_back_as_it_was(hostile):
    long = (hostile * 10_000)[:10_000]
    Store().points.keep(a_record(hostile[:80].strip(), note=long, author=hostile[:80].strip()))
    (saved,) = Store().points.all()
    assert (saved.record.note, saved.record.name) == (long, hostile[:80].strip())


def test_a_name_stands_once_and_white_space_makes_no_other():
    points = Store().points
    points.keep(a_record())
    for twice in ("Doorbell", " Doorbell\n", "Doorbell\t"):
        with pytest.raises(StoreError, match="this name already.*active"):
            points.keep(a_record(twice))
    points.retire(points.all()[0].point_id)
    with pytest.raises(StoreError, match="archived"):
        points.keep(a_record())


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"name": ""}, "has no name; enter one"),
        ({"name": " \n\t"}, "has no name; enter one"),
        ({"name": "x" * 81}, "too long .81 characters.; use at most 80"),
        ({"note": "x" * 10_001}, "too long .10,001 characters.; use at most 10,000"),
        ({"author": "x" * 81}, "use at most 80 characters"),
    ],
)
def test_what_cannot_be_kept_is_told_and_nothing_is_kept(about, told):
    with pytest.raises(StoreError, match=told):
        Store().points.keep(a_record(**about))
    assert Store().points.all() == []


def test_points_are_renamed_retired_and_brought_back_but_never_deleted():
    points = Store().points
    first, second = points.keep(a_record()), points.keep(a_record("Tag"))
    points.rename(first.point_id, " Door  bell ")
    points.rename(second.point_id, "Tag")
    with pytest.raises(StoreError, match="this name already"):
        points.rename(first.point_id, "Tag")
    points.retire(first.point_id)
    newest, oldest = Store().points.all()
    assert (newest.record.name, oldest.record.name) == ("Tag", "Door bell")
    assert newest.retired_at is None
    assert oldest.retired_at is not None
    assert oldest.retired_at.tzinfo is not None
    points.bring_back(first.point_id)
    assert Store().points.all()[1].retired_at is None
    assert not hasattr(points, "delete")


def test_a_point_that_is_not_there_is_told():
    Store().points.keep(a_record())
    for change in (lambda p: p.retire(99), lambda p: p.bring_back(99), lambda p: p.rename(99, "x")):
        with pytest.raises(StoreError, match="saved point 99 no longer exists"):
            change(Store().points)


def test_a_read_only_store_says_so(tmp_path, monkeypatch):
    record = a_record()
    Store().points.keep(record)
    file = tmp_path / "scores.sqlite"
    points = Store(f"sqlite:///file:{file}?mode=ro&uri=true").points
    with pytest.raises(StoreError, match="read-only"):
        points.keep(replace(record, name="another"))
    assert [point.record.name for point in Store().points.all()] == ["Doorbell"]


def test_the_columns_say_which_run_it_is_of():
    record = a_record()
    Store().points.keep(record)
    with Store()._database.reading() as session:
        row = session.execute(text("SELECT run_id, run_identity, created_at FROM operating_points")).one()
    assert tuple(row)[:2] == (record.run.run_id, record.run.identity)
    assert row.created_at.startswith(record.taken_at.strftime("%Y-%m-%d %H:%M:%S"))
