"""Opens the database: reliable transactions, and errors with the next step."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from trecx.errors import StoreError
from trecx.store.tables import SCHEMA_VERSION, Base, SchemaRow

BUSY_TIMEOUT_S = 60.0  # a run that took hours to score must not be lost while a large import writes

_READ_ONLY = "it is read-only; make it writable, or choose another database with --db or TRECX_DB"
_REMEDIES = {
    "database is locked": "another program is writing to it; wait until it is done, then try again",
    "readonly database": _READ_ONLY,
    "read-only": _READ_ONLY,
    "file is not a database": "it is not an SQLite database; choose another file with --db or TRECX_DB",
    "malformed": "it is damaged; restore it from a copy, or choose another database with --db or TRECX_DB",
    "unable to open": "it cannot be opened; check that its folder exists and that you have access to it",
    "disk is full": "the disk is full; free disk space, then try again (nothing was changed)",
    "disk I/O error": "the disk is full or damaged; free disk space, then try again (nothing was changed)",
}


class Database:
    """One database address; a connection is opened for each transaction.

    Args:
        address: an SQLAlchemy URL, or the path of an SQLite file.

    Raises:
        StoreError: the address is not valid.
    """

    def __init__(self, address: str) -> None:
        self.url = _url(address)
        self.name = self.url.render_as_string(hide_password=True)
        with self._translated_errors():
            self._writer = self._engine(self.url, begin="BEGIN IMMEDIATE")

    @cached_property
    def _reader(self) -> Engine:
        """An engine that never creates the file, and removes the files that WAL needs."""
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
        with self._translated_errors():
            missing = self.file is not None and not self.file.exists()
        if missing:
            yield None
            return
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
        with self._translated_errors(), Session(self._writer) as session, session.begin():
            if not self._has_our_tables(session):
                Base.metadata.create_all(session.connection())
                session.add(SchemaRow(version=SCHEMA_VERSION))
            yield session

    def compact(self) -> None:
        """Rewrite an SQLite file without its free space; of any other database, nothing is done.

        It needs as much free disk space as the file has content, and that nobody else is writing.

        Raises:
            StoreError: the file cannot be rewritten; then it stays as it was.
        """
        if self.file is not None:
            with self._translated_errors(), closing(self._writer.raw_connection()) as connection:
                connection.execute("VACUUM")

    def _has_our_tables(self, session: Session) -> bool:
        names = inspect(session.connection()).get_table_names()
        if not names:
            return False
        if SchemaRow.__tablename__ not in names:
            raise StoreError(
                f"{self.name} is the database of another program; choose another with --db or TRECX_DB"
            )
        version = session.scalar(select(SchemaRow.version))
        if version != SCHEMA_VERSION:
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
        if not self.writable and _is_alone(self.file):
            return Session(self._file_reader)
        session = Session(self._reader)
        try:
            session.execute(text("SELECT count(*) FROM sqlite_master"))
        except OperationalError as error:
            session.close()
            if not (_lacks_room(error) and _is_alone(self.file)):
                raise
            return Session(self._file_reader)
        return session

    def _uri(self, file: Path, **query: str) -> URL:
        return self.url.set(database=file.resolve().as_uri()).update_query_dict({"uri": "true"} | query)

    def _engine(self, url: URL, begin: str) -> Engine:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_S})

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, record: object) -> None:
            connection.isolation_level = None  # the driver itself begins too late
            connection.execute("PRAGMA foreign_keys=ON")
            if begin == "BEGIN IMMEDIATE":
                _patiently(lambda: connection.execute("PRAGMA journal_mode=WAL"))

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql(begin)

        return engine

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            text = str(getattr(error, "orig", None) or error)
            remedy = next((words for sign, words in _REMEDIES.items() if sign in text), text)
            raise StoreError(f"database {self.name}: {remedy}") from error
        except PermissionError as error:
            raise StoreError(f"database {self.name}: {_REMEDIES['unable to open']}") from error
        except UnicodeEncodeError as error:
            raise StoreError(
                f"{error.object[:80]!r} cannot be stored, because it is not valid UTF-8 text; "
                "rename the file, or enter the name again in UTF-8"
            ) from error
        except ModuleNotFoundError as error:
            raise StoreError(
                f"database {self.name} needs the driver {error.name!r}, which is not installed; install it"
            ) from error


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


def _is_alone(file: Path) -> bool:
    """Whether no writer has left changes in a WAL file next to an SQLite file."""
    log = file.with_name(f"{file.name}-wal")
    return not log.exists() or log.stat().st_size == 0


def _lacks_room(error: OperationalError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without what kind of it
    return code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)


def _url(address: str) -> URL:
    try:
        address.encode()
        url = make_url(address if "://" in address else f"sqlite:///{address}")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, UnicodeEncodeError) as error:
        raise StoreError(
            f"{address!r} is not a database address; give a file, or a URL such as "
            "sqlite:////folder/scores.sqlite"
        ) from error
    return url
