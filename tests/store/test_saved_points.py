"""Saved points in the store: never lost, never two of one name."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, literal, select

from tests.comparison.synthetic import save_synthetic
from tests.saved_points.records import HOSTILE
from trecx.errors import StoreError
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.store import Store
from trecx.store.tables import OperatingPointRow
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
    saved = Store().points.save(record)
    assert saved.record == record
    assert Store().points.all() == [saved]


@pytest.mark.parametrize("hostile", [HOSTILE, "'; DROP TABLE operating_points; --", "\u202e\u2066x", "🐘"])
def test_hostile_text_comes_back_as_it_was(hostile):
    long = (hostile * 10_000)[:10_000]
    Store().points.save(a_record(hostile[:80].strip(), note=long, author=hostile[:80].strip()))
    (saved,) = Store().points.all()
    assert (saved.record.note, saved.record.name) == (long, hostile[:80].strip())


def test_a_name_stands_once_and_white_space_makes_no_other():
    points = Store().points
    points.save(a_record())
    for twice in ("Doorbell", " Doorbell\n", "Doorbell\t"):
        with pytest.raises(StoreError, match="this name already.*active"):
            points.save(a_record(twice))
    points.archive(points.all()[0])
    with pytest.raises(StoreError, match="archived"):
        points.save(a_record())


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
        Store().points.save(a_record(**about))
    assert Store().points.all() == []


def test_points_are_renamed_archived_and_restored_but_never_deleted():
    points = Store().points
    first, second = points.save(a_record()), points.save(a_record("Tag"))
    first = points.rename(first, " Door  bell ")
    points.rename(second, "Tag")
    with pytest.raises(StoreError, match="this name already"):
        points.rename(first, "Tag")
    archived = points.archive(first)
    assert [points.all()[1], archived.revision] == [archived, 3]
    newest, oldest = Store().points.all()
    assert (newest.record.name, oldest.record.name) == ("Tag", "Door bell")
    assert newest.retired_at is None
    assert oldest.retired_at is not None
    assert oldest.retired_at.tzinfo is not None
    assert points.restore(oldest).retired_at is None
    assert Store().points.all()[1].retired_at is None
    assert not hasattr(points, "delete")


CHANGES = {
    "rename": lambda points, point: points.rename(point, "Bell"),
    "archive": lambda points, point: points.archive(point),
    "restore": lambda points, point: points.restore(point),
}


@pytest.mark.parametrize("late", CHANGES)
@pytest.mark.parametrize("early", CHANGES)
def test_who_changes_a_point_that_somebody_else_has_changed_is_told(early, late):
    points = Store().points
    seen = points.save(a_record())
    now = CHANGES[early](points, seen)
    name, status = now.record.name, "archived" if now.retired_at else "active"
    told = f"“Doorbell” was changed meanwhile by somebody else .it is now “{name}”, {status}.; reload"
    with pytest.raises(StoreError, match=told):
        CHANGES[late](Store().points, seen)
    assert points.all() == [now]
    CHANGES[late](points, now)


def test_a_point_that_is_not_there_is_told():
    point = replace(Store().points.save(a_record()), point_id=99)
    for change in CHANGES.values():
        with pytest.raises(StoreError, match="saved point “Doorbell” no longer exists"):
            change(Store().points, point)


def test_the_database_itself_holds_a_name_once():
    saved = Store().points.save(a_record())
    with pytest.raises(StoreError, match="stored by somebody else at the same time; nothing was changed"):
        with Store()._database.writing() as session:
            columns = {column.name: column for column in OperatingPointRow.__table__.columns}
            columns["id"] = literal(saved.point_id + 1)
            session.execute(insert(OperatingPointRow).from_select(list(columns), select(*columns.values())))
    assert Store().points.all() == [saved]


@pytest.mark.sqlite
def test_a_read_only_store_says_so(tmp_path):
    record = a_record()
    Store().points.save(record)
    file = tmp_path / "scores.sqlite"
    points = Store(f"sqlite:///file:{file}?mode=ro&uri=true").points
    with pytest.raises(StoreError, match="read-only"):
        points.save(replace(record, name="another"))
    assert [point.record.name for point in Store().points.all()] == ["Doorbell"]


def test_the_columns_say_which_run_it_is_of():
    record = a_record()
    Store().points.save(record)
    with Store()._database.reading() as session:
        row = session.scalars(select(OperatingPointRow)).one()
        assert (row.run_id, row.run_identity) == (record.run.run_id, record.run.identity)
        assert row.created_at == record.taken_at.replace(tzinfo=None)
