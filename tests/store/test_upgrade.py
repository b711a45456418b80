"""A database that an older release wrote (`version_2/`) is upgraded in place, and nothing in it changes."""

import json
import lzma
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.faults.killing import attempt
from tests.faults.small_disk import files_up_to
from tests.store.stored_facts import facts
from trecx.errors import StoreError
from trecx.store import Store
from trecx.store.tables import SCHEMA_VERSION

OLD = Path(__file__).with_name("version_2")
FACTS = json.loads((OLD / "facts.json").read_text(encoding="utf-8"))
N_KILLS = 24


@pytest.fixture
def old_file(tmp_path) -> Path:
    file = tmp_path / "old.sqlite"
    file.write_bytes(lzma.decompress((OLD / "scores.sqlite.xz").read_bytes()))
    return file


@pytest.fixture
def old(old_file, database) -> str:
    """Address of the old database: the file, or a PostgreSQL database with the same rows."""
    if database.startswith("sqlite"):
        return str(old_file)
    source, target, tables = (
        sa.create_engine(f"sqlite:///{old_file}"),
        sa.create_engine(database),
        sa.MetaData(),
    )
    tables.reflect(source)
    for table in tables.tables.values():
        table.kwargs.clear()
        for column in table.columns:
            column.type = column.type.as_generic()
    tables.create_all(target)
    with source.connect() as reading, target.begin() as writing:
        for table in tables.sorted_tables:
            rows = [dict(row) for row in reading.execute(sa.select(table)).mappings()]
            if rows:
                writing.execute(table.insert(), rows)
        for table in tables.tables.values():
            if "id" in table.columns:
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                writing.execute(sa.text(f"SELECT setval({sequence}, (SELECT max(id) FROM {table.name}))"))
    target.dispose()
    return database


def now(store):
    return json.loads(json.dumps(facts(store), default=str))


def layout(address):
    """Tables with their columns, keys and constraints."""
    engine = sa.create_engine(address if "://" in address else f"sqlite:///{address}")
    found, inspector = {}, sa.inspect(engine)
    for table in set(inspector.get_table_names()) - {"alembic_version"}:
        found[table] = {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"])
                for column in inspector.get_columns(table)
            },
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(each["column_names"] for each in inspector.get_unique_constraints(table)),
            "foreign": sorted(str(each["constrained_columns"]) for each in inspector.get_foreign_keys(table)),
            "indexes": sorted(
                str(each["column_names"]) for each in inspector.get_indexes(table) if not each["unique"]
            ),
        }
    engine.dispose()
    return found


def test_every_number_and_everything_saved_is_what_the_old_release_found(old):
    store, steps = Store(old), []
    assert store.upgrade(lambda what, done, total: steps.append((what, done, total))) is not None
    assert now(store) == FACTS
    names = list(dict.fromkeys(what for what, _, _ in steps))
    assert names[:3] == ["copying the database", "upgrading the samples", "upgrading the runs"]
    assert ("upgrading the runs", len(FACTS["runs"]), len(FACTS["runs"])) in steps
    assert store.upgrade() is None
    store.points.rename(store.points.all()[0], "renamed after the upgrade")


def test_what_reads_or_writes_first_upgrades_too(old):
    assert len(Store(old).runs()) == len(FACTS["runs"])
    assert Store(old).upgrade() is None


def test_an_upgraded_database_has_the_tables_of_a_new_one(old, tmp_path, request, database):
    Store(old).upgrade()
    new = str(tmp_path / "new.sqlite")
    if not database.startswith("sqlite"):
        new = request.getfixturevalue("new_postgresql")()
    Store(new).collections.create("any")
    assert layout(old) == layout(new)


@pytest.mark.sqlite
def test_a_copy_of_the_old_file_stays_beside_it(old_file):
    before = old_file.read_bytes()
    copy = Path(Store(str(old_file)).upgrade())
    assert copy == old_file.with_name("old.sqlite.version-2")
    assert old_file.stat().st_size < len(before) / 2
    shutil.copy(copy, old_file)
    again = Store(str(old_file))
    assert again.old_version == 2
    assert again.upgrade() == f"{copy}-2"
    assert now(again) == FACTS
    assert sorted(path.name for path in old_file.parent.glob("old*")) == [
        "old.sqlite",
        "old.sqlite.version-2",
        "old.sqlite.version-2-2",
    ]


@pytest.mark.postgres
def test_the_old_tables_stay_in_a_schema_of_their_own(old):
    assert Store(old).upgrade() == "schema trecx_version_2"
    engine = sa.create_engine(old)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version FROM trecx_version_2.trecx_schema")) == 2
        assert connection.scalar(sa.text("SELECT count(*) FROM trecx_version_2.scores")) > 5_000
    engine.dispose()


def test_points_that_had_one_name_get_names_of_their_own(old):
    engine = sa.create_engine(old if "://" in old else f"sqlite:///{old}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE operating_points SET name = 'same'"))
    engine.dispose()
    points = Store(old).points.all()
    assert sorted(point.record.name for point in points) == ["same", "same (2)", "same (3)"]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("version", "words"),
    [(1, "only version 2 or newer can be upgraded"), (SCHEMA_VERSION + 1, "this release needs version 3")],
)
def test_a_version_that_cannot_be_upgraded_is_told_and_left_alone(old_file, version, words):
    with closing(sqlite3.connect(old_file)) as database, database:
        database.execute("UPDATE trecx_schema SET version = ?", [version])
    before = old_file.read_bytes()
    with pytest.raises(StoreError, match=f"schema version {version}.*{words}"):
        Store(str(old_file)).runs()
    assert old_file.read_bytes() == before


@pytest.mark.sqlite
def test_an_old_file_that_is_read_only_is_told_and_left_alone(old_file, monkeypatch):
    before = old_file.read_bytes()
    monkeypatch.setattr("trecx.store.connection.os.access", lambda path, mode: False)
    with pytest.raises(StoreError, match="must be upgraded to version 3 first, but it is read-only; copy it"):
        Store(str(old_file)).runs()
    assert old_file.read_bytes() == before


@pytest.mark.sqlite
@pytest.mark.parametrize("size", [0, 300_000, 760_000])
def test_a_full_disk_leaves_the_old_version_whole(old_file, size):
    with files_up_to(size), pytest.raises(StoreError, match="free disk space, then try again"):
        Store(str(old_file)).upgrade()
    assert not list(old_file.parent.glob("*.version-*"))
    assert version_of(old_file) in (2, 3)
    assert now(Store(str(old_file))) == FACTS


def version_of(file):
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        return database.execute("SELECT version FROM trecx_schema").fetchone()[0]


@pytest.mark.sqlite
def test_after_a_kill_at_any_moment_one_of_the_two_versions_is_whole(old_file, tmp_path):
    def upgrading(database, told):
        Store(database).upgrade()
        told("done")

    shutil.copy(old_file, tmp_path / "once.sqlite")
    Store(str(tmp_path / "once.sqlite")).upgrade()  # what Python loads late is loaded now
    shutil.copy(old_file, tmp_path / "whole.sqlite")
    seconds, versions = attempt(upgrading, tmp_path / "whole.sqlite").seconds, []
    for number in range(N_KILLS):
        file = tmp_path / f"{number}.sqlite"
        shutil.copy(old_file, file)
        last = number == N_KILLS - 1  # is let through: on a busy machine, all kills may come before the end
        attempt(upgrading, file, None if last else 1.2 * seconds * number / N_KILLS)
        versions.append(version_of(file))
        if number % 4 == 0:
            assert now(Store(str(file))) == FACTS
    assert set(versions) == {2, 3}


@pytest.mark.sqlite
def test_of_two_that_upgrade_at_once_one_finds_it_done(old_file):
    slow = Store(str(old_file))
    assert slow.old_version == 2
    Store(str(old_file)).upgrade()
    assert slow._database._upgrade_from(2, lambda *_: None) is None
    assert now(slow) == FACTS
