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
        StoreError: by every method but `all`, if there is no such point, its name or note is not valid, or
            somebody else has changed it since the user saw it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SavedPoint]:
        """Return all of them, the newest first, the archived ones included."""
        with self._database.reading() as session:
            query = select(OperatingPointRow).order_by(OperatingPointRow.id.desc())
            return [_point(row) for row in session.scalars(query)] if session else []

    def save(self, record: PointRecord) -> SavedPoint:
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
                revision=1,
                **{name: document.pop(name) for name in _COLUMNS},
                run_id=record.run.run_id,
                run_identity=record.run.identity,
                definition=document,
                created_at=record.taken_at.replace(tzinfo=None),
            )
            session.add(row)
            session.flush()
            return _point(row)

    def rename(self, point: SavedPoint, name: str) -> SavedPoint:
        """Give a point another name; return it as it is now.

        Args:
            point: as the user saw it.
            name: no other point has it.
        """
        name = _checked_name(name)
        with self._database.writing() as session:
            if name != point.record.name:
                _refuse_twice(session, name, but=point.point_id)
            return _changed(session, point, name=name)

    def archive(self, point: SavedPoint) -> SavedPoint:
        """Archive a point, as the user saw it; it stays in the store, and its name stays in use."""
        with self._database.writing() as session:
            return _changed(session, point, retired_at=datetime.now(UTC).replace(tzinfo=None))

    def restore(self, point: SavedPoint) -> SavedPoint:
        """Restore an archived point, as the user saw it."""
        with self._database.writing() as session:
            return _changed(session, point, retired_at=None)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise StoreError("the point has no name; enter one")
    if len(name) > NAME_LENGTH:
        raise StoreError(f"the name is too long ({len(name):,} characters); use at most {NAME_LENGTH}")
    return name


def _refuse_twice(session: Session, name: str, but: int | None = None) -> None:
    taken = session.scalar(
        select(OperatingPointRow).where(OperatingPointRow.name == name, OperatingPointRow.id != but)
    )
    if taken:
        raise StoreError(f"a saved point has this name already ({_status(taken)}); choose another name")


def _changed(session: Session, point: SavedPoint, **values: Any) -> SavedPoint:
    """Change a point if it is as the user saw it; return it as it is now. Writers wait for one another."""
    row, name = session.get(OperatingPointRow, point.point_id), point.record.name
    if row is None:
        raise StoreError(f"saved point “{name}” no longer exists; reload the page")
    if row.revision != point.revision:
        raise StoreError(
            f"saved point “{name}” was changed meanwhile by somebody else (it is now “{row.name}”, "
            f"{_status(row)}); reload the page, then try again"
        )
    for column, value in values.items():
        setattr(row, column, value)
    row.revision += 1
    session.flush()
    return _point(row)


def _status(row: OperatingPointRow) -> str:
    return "active" if row.retired_at is None else "archived"


def _point(row: OperatingPointRow) -> SavedPoint:
    document: Mapping[str, Any] = row.definition | {name: getattr(row, name) for name in _COLUMNS}
    retired_at = None if row.retired_at is None else row.retired_at.replace(tzinfo=UTC)
    return SavedPoint(row.id, record_of(document), row.revision, retired_at)
