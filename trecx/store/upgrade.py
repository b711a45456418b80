"""Upgrades a database of an older version in place, after a copy beside it (Alembic)."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, count
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from trecx.errors import StoreError
from trecx.progress import Progress
from trecx.store.tables import SCHEMA_VERSION

OLDEST = 2  # version that can be upgraded
_MIGRATIONS = Path(__file__).parent / "migrations"
_PAGES_AT_ONCE = 1_000


def copy_of(connection: Connection, file: Path | None, version: int, progress: Progress) -> str:
    """Copy a database beside it; return where: a file, or, on a server, the schema of the copied tables.

    Args:
        connection: holds the lock of writers.
        file: the SQLite file; None on a server.
        version: of the tables, for the name.
        progress: called while copying.

    Raises:
        StoreError: it cannot be copied.
    """
    progress("copying the database", 0, None)
    if file is None:
        return _copied_schema(connection, f"trecx_version_{version}")
    names = (file.with_name(f"{file.name}.version-{version}{end}") for end in _ends())
    copy = next(name for name in names if not name.exists())
    part = copy.with_name(f"{copy.name}.part")
    part.unlink(missing_ok=True)

    def done(_: int, remaining: int, total: int) -> None:
        progress("copying the database", total - remaining, total)

    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source:
            with closing(sqlite3.connect(part)) as target:
                source.backup(target, pages=_PAGES_AT_ONCE, progress=done)
        os.replace(part, copy)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise StoreError(
            f"{file} has schema version {version} and must be upgraded, but no copy of it can be written "
            f"beside it ({error}); free disk space, then try again (nothing was changed)"
        ) from error
    return str(copy)


def _copied_schema(connection: Connection, name: str) -> str:
    tables, schemas = inspect(connection).get_table_names(), inspect(connection).get_schema_names()
    name = next(each for each in (f"{name}{end.replace('-', '_')}" for end in _ends()) if each not in schemas)
    connection.execute(text(f"CREATE SCHEMA {name}"))
    for table in tables:
        connection.execute(text(f"CREATE TABLE {name}.{table} AS TABLE {table}"))
    return f"schema {name}"


def _ends() -> Iterator[str]:
    """Yield what comes after a name until it is free: nothing, then -2, -3, …."""
    return chain([""], (f"-{number}" for number in count(2)))


def migrate(connection: Connection, version: int, progress: Progress) -> None:
    """Take the tables from an older version to the current one, in the transaction of the connection.

    Args:
        connection: within a transaction.
        version: of the tables as they are.
        progress: called meanwhile.
    """
    from alembic import command  # the dashboard need not wait for it where nothing is to upgrade
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "progress": progress})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    if not inspect(connection).has_table("alembic_version"):
        command.stamp(config, str(version))
    command.upgrade(config, str(SCHEMA_VERSION))
