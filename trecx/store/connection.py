"""Opens the database: reliable transactions, and errors with the next step."""

import os
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from trecx.errors import StoreError
from trecx.progress import Progress, silent
from trecx.store import upgrade
from trecx.store.columns import read_json
from trecx.store.database_errors import shown_address, translated_errors, without_password
from trecx.store.postgresql import postgresql_engine, snapshots_of, wait_for_writers
from trecx.store.sqlite_files import is_alone, lacks_room
from trecx.store.tables import SCHEMA_VERSION, Base, SchemaRow

BUSY_TIMEOUT_S = 60.0  # a run that took hours to score must not be lost while a large import writes


class Database:
    """One database address; a connection is opened for each transaction.

    Args:
        address: an SQLAlchemy URL, or the path of an SQLite file.

    Raises:
        StoreError: the address is not valid.
    """

    def __init__(self, address: str) -> None:
        self.url = _url(address)
        self.name = shown_address(self.url)
        self._is_current = False  # whether it was found with tables of this version
        with self._translated_errors():
            self._writer = self._engine(self.url, begin="BEGIN IMMEDIATE")
        weakref.finalize(self, self._writer.dispose)  # closes the connections that a server holds open for us

    @cached_property
    def _reader(self) -> Engine:
        """An engine that never creates the file, and removes the files that WAL needs."""
        if self._is_postgresql:
            return snapshots_of(self._writer)
        url = self.url if self.file is None else self._uri(self.file, mode="rw")
        return self._engine(url, begin="BEGIN")

    @cached_property
    def _file_reader(self) -> Engine:
        """An engine that reads only the SQLite file and creates no other file."""
        assert self.file is not None
        return self._engine(self._uri(self.file, mode="ro", immutable="1"), begin="BEGIN")

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for any other database."""
        plain = self.url.get_backend_name() == "sqlite" and self.url.database not in (None, "", ":memory:")
        name = self.url.database or ""
        return Path(name) if plain and not name.startswith("file:") else None

    @property
    def _is_postgresql(self) -> bool:
        return self.url.get_backend_name() == "postgresql"

    @property
    def writable(self) -> bool:
        """Whether the SQLite file and its folder, in which WAL needs a file, are writable."""
        if self.file is None:
            return True
        may_be_written = not self.file.exists() or os.access(self.file, os.W_OK)
        return may_be_written and os.access(self.file.parent, os.W_OK)

    @contextmanager
    def reading(self) -> Iterator[Session | None]:
        """Yield a session for reading, or None if the database does not exist or is empty.

        Raises:
            StoreError: the database cannot be read, or has other tables.
        """
        if self._is_missing():
            yield None
            return
        self.upgrade()
        with self._translated_errors(), self._opened() as session:
            yield session if self._has_our_tables(session) else None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session whose changes are written together when the block ends, or not at all.

        Raises:
            StoreError: the database cannot be written, or has other tables.
        """
        if self.file is not None and not self.file.parent.is_dir():
            raise StoreError(
                f"there is no folder {self.file.parent}; create it, or choose another database with --db"
            )
        if not self._is_missing():
            self.upgrade()
        with self._translated_errors(), Session(self._writer) as session, session.begin():
            if self._is_postgresql:
                wait_for_writers(session.connection(), BUSY_TIMEOUT_S)
            if not self._has_our_tables(session):
                Base.metadata.create_all(session.connection())
                session.add(SchemaRow(version=SCHEMA_VERSION))
            yield session
        self._is_current = True

    def old_version(self) -> int | None:
        """Return the version of the tables if it is older than this release needs; else None.

        Raises:
            StoreError: the database cannot be read.
        """
        if self._is_current or self._is_missing():
            return None
        with self._translated_errors(), self._opened() as session:
            version = _version(session)
        self._is_current = version == SCHEMA_VERSION
        return version if version is not None and version < SCHEMA_VERSION else None

    def upgrade(self, progress: Progress = silent) -> str | None:
        """Upgrade the tables if they are older, after a copy; return where the copy is, or None.

        Raises:
            StoreError: it cannot be upgraded; then it stays as it was.
        """
        version = self.old_version()
        if version is None:
            return None
        if version < upgrade.OLDEST or not self.writable:
            why = "it is read-only; copy it to where you can write, and choose the copy with --db"
            oldest = f"only version {upgrade.OLDEST} or newer can be upgraded; use the release that wrote it"
            raise StoreError(
                f"database {self.name} has schema version {version} and must be upgraded to version "
                f"{SCHEMA_VERSION} first, but {oldest if version < upgrade.OLDEST else why}"
            )
        copy = self._upgrade_from(version, progress)
        with suppress(StoreError):
            progress("removing free space", 0, None)
            self.compact()
        return copy

    def _upgrade_from(self, version: int, progress: Progress) -> str | None:
        """Upgrade the tables in one transaction; return where the copy is, or None if others did it."""
        engine, copy = self._engine(self.url, begin="BEGIN IMMEDIATE", foreign_keys=False), None
        try:
            with self._translated_errors(), engine.begin() as connection:
                if self._is_postgresql:
                    wait_for_writers(connection, BUSY_TIMEOUT_S)
                if _version(Session(connection)) != version:
                    return None
                copy = upgrade.copy_of(connection, self.file, version, progress)
                upgrade.migrate(connection, version, progress)
        except BaseException:
            if copy and self.file is not None:
                Path(copy).unlink(missing_ok=True)
            raise
        finally:
            engine.dispose()
        return copy

    def compact(self) -> None:
        """Rewrite an SQLite file without its free space; of any other database, nothing is done.

        It needs as much free disk space as the file has content, and that nobody else is writing.

        Raises:
            StoreError: the file cannot be rewritten; then it stays as it was.
        """
        if self.file is not None:
            with self._translated_errors(), closing(self._writer.raw_connection()) as connection:
                connection.execute("VACUUM")

    def _is_missing(self) -> bool:
        """Whether the SQLite file does not exist yet.

        Raises:
            StoreError: it was there before, so it was deleted: a new one would hide that.
        """
        with self._translated_errors():
            missing = self.file is not None and not self.file.exists()
        if missing and self._is_current:
            raise StoreError(
                f"the database file {self.file} was deleted or moved while it was in use; put it back, or "
                "start the program again to begin with an empty one"
            )
        return missing

    def _has_our_tables(self, session: Session) -> bool:
        version = _version(session)
        if version is None and not inspect(session.connection()).get_table_names():
            return False
        if version is None:
            raise StoreError(
                f"{self.name} is the database of another program; choose another with --db or TRECX_DB"
            )
        if version != SCHEMA_VERSION:
            self._is_current = False  # another file is in its place
            raise StoreError(
                f"{self.name} has schema version {version}, but this release needs version {SCHEMA_VERSION}; "
                "use the release that wrote it, or choose another database with --db or TRECX_DB"
            )
        return True

    def _opened(self) -> Session:
        """Open it for reading: an SQLite file is neither created nor changed by reading.

        WAL needs another file next to it. If that file cannot be created, only the database file is read,
        provided that no writer has left changes in a WAL file.
        """
        if self.file is None:
            return Session(self._reader)
        if not self.writable and is_alone(self.file):
            return Session(self._file_reader)
        session = Session(self._reader)
        try:
            session.execute(text("SELECT count(*) FROM sqlite_master"))
        except OperationalError as error:
            session.close()
            if not (lacks_room(error) and is_alone(self.file)):
                raise
            return Session(self._file_reader)
        return session

    def _uri(self, file: Path, **query: str) -> URL:
        return self.url.set(database=file.resolve().as_uri()).update_query_dict({"uri": "true"} | query)

    def _engine(self, url: URL, begin: str, foreign_keys: bool = True) -> Engine:
        if self._is_postgresql:
            return postgresql_engine(url)
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
        engine = create_engine(
            url, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_S}, json_deserializer=read_json
        )

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, record: object) -> None:
            connection.isolation_level = None  # the driver itself begins too late
            connection.execute(f"PRAGMA foreign_keys={foreign_keys:d}")
            if begin == "BEGIN IMMEDIATE":
                _patiently(lambda: connection.execute("PRAGMA journal_mode=WAL"))

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql(begin)

        return engine

    def _translated_errors(self) -> AbstractContextManager[None]:
        return translated_errors(self.name)


def _version(session: Session) -> int | None:
    """Return the version of the tables; None if there are none of ours."""
    if not inspect(session.connection()).has_table(SchemaRow.__tablename__):
        return None
    return session.scalar(select(SchemaRow.version))


def _patiently(work: Callable[[], object]) -> None:
    """Repeat what SQLite refuses without waiting while two processes create the same database."""
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            work()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _url(address: str) -> URL:
    try:
        address.encode()
        url = make_url(address if "://" in address else f"sqlite:///{address}")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:  # of a port, or of text that is none
        raise StoreError(
            f"{without_password(address)!r} is not a database address; give a file, or a URL such as "
            "sqlite:////folder/scores.sqlite or postgresql+psycopg://role@host/database"
        ) from error
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
