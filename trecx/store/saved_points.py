"""Saved operating points."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from trecx.errors import StoreError
from trecx.saved_points.document import document_of, record_of
from trecx.saved_points.record import PointRecord, SavedPoint
from trecx.store.connection import Database
from trecx.store.tables import OperatingPointRow

NAME_LENGTH, AUTHOR_LENGTH, NOTE_LENGTH = 80, 80, 10_000
_COLUMNS = ("name", "note", "author", "numbers")  # of the document, that are columns here


class SavedPoints:
    """All saved points of one database; none is ever deleted.

    Raises:
        StoreError: by every method but `all`, if there is no such point, or its name or note is not valid.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SavedPoint]:
        """Return all of them, the newest first, the archived ones included."""
        with self._database.reading() as session:
            query = select(OperatingPointRow).order_by(OperatingPointRow.id.desc())
            return [_point(row) for row in session.scalars(query)] if session else []

    def keep(self, record: PointRecord) -> SavedPoint:
        """Save a record under its name."""
        record = replace(record, name=_checked_name(record.name), author=" ".join(record.author.split()))
        if len(record.author) > AUTHOR_LENGTH:
            raise StoreError(f"the author's name is too long; use at most {AUTHOR_LENGTH} characters")
        if len(record.note) > NOTE_LENGTH:
            length = f"{len(record.note):,} characters"
            raise StoreError(f"the note is too long ({length}); use at most {NOTE_LENGTH:,} characters")
        document = document_of(record)
        with self._database.writing() as session:
            _refuse_twice(session, record.name)
            row = OperatingPointRow(
                **{name: document.pop(name) for name in _COLUMNS},
                run_id=record.run.run_id,
                run_identity=record.run.identity,
                definition=document,
                created_at=record.taken_at.replace(tzinfo=None),
            )
            session.add(row)
            session.flush()
            return _point(row)

    def rename(self, point_id: int, name: str) -> None:
        """Give a point another name."""
        name = _checked_name(name)
        with self._database.writing() as session:
            row = _found(session, point_id)
            if name != row.name:
                _refuse_twice(session, name)
                row.name = name

    def retire(self, point_id: int) -> None:
        """Archive a point; it stays in the store, and its name stays in use."""
        with self._database.writing() as session:
            _found(session, point_id).retired_at = datetime.now(UTC).replace(tzinfo=None)

    def bring_back(self, point_id: int) -> None:
        """Restore an archived point."""
        with self._database.writing() as session:
            _found(session, point_id).retired_at = None


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise StoreError("the point has no name; enter one")
    if len(name) > NAME_LENGTH:
        raise StoreError(f"the name is too long ({len(name):,} characters); use at most {NAME_LENGTH}")
    return name


def _refuse_twice(session: Session, name: str) -> None:
    taken = session.scalar(select(OperatingPointRow).filter_by(name=name).limit(1))
    if taken:
        where = "active" if taken.retired_at is None else "archived"
        raise StoreError(f"a saved point has this name already ({where}); choose another name")


def _found(session: Session, point_id: int) -> OperatingPointRow:
    row = session.get(OperatingPointRow, point_id)
    if row is None:
        raise StoreError(f"saved point {point_id} no longer exists; reload the page")
    return row


def _point(row: OperatingPointRow) -> SavedPoint:
    document: Mapping[str, Any] = row.definition | {name: getattr(row, name) for name in _COLUMNS}
    retired_at = None if row.retired_at is None else row.retired_at.replace(tzinfo=UTC)
    return SavedPoint(row.id, record_of(document), retired_at)
