"""Collections: named sets of samples with notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import NoReturn

import numpy as np
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from trecx.errors import StoreError
from trecx.store.connection import Database
from trecx.store.sample_sets import labels_at, names_at
from trecx.store.tables import CollectedRow, CollectionRow, SampleSetRow

NAME_LENGTH = 80
_POSITIONS_AT_ONCE = 500  # in one statement: databases bound the number of its parameters


@dataclass(frozen=True)
class Collection:
    """A named set of samples.

    Attributes:
        collection_id: its number in this database.
        name: of the collection.
        note: given by the user.
        n_samples: number of its samples.
        created_at: when it was created, UTC.
    """

    collection_id: int
    name: str
    note: str
    n_samples: int
    created_at: datetime


@dataclass(frozen=True)
class Collected:
    """One sample of a collection.

    Attributes:
        task: its task.
        dataset: its dataset.
        split: its split of the dataset.
        sample: its name.
        true_class: the name of its true class.
        note: given by the user.
        added_at: when it was added, UTC.
        sample_set_id: its sample set in this database.
        position: its position there.
    """

    task: str
    dataset: str
    split: str
    sample: str
    true_class: str
    note: str
    added_at: datetime
    sample_set_id: int
    position: int


class Collections:
    """All collections of one database, by name.

    Raises:
        StoreError: by every method, if there is no collection of that name.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Collection]:
        """Return all of them, by name."""
        columns = (CollectionRow.id, CollectionRow.name, CollectionRow.note, CollectionRow.created_at)
        query = (
            select(*columns, func.count(CollectedRow.position).label("n_samples"))
            .outerjoin(CollectedRow, CollectedRow.collection_id == CollectionRow.id)
            .group_by(*columns)
        )
        with self._database.reading() as session:
            rows = session.execute(query).all() if session else ()
            found = [
                Collection(row.id, row.name, row.note, row.n_samples, row.created_at.replace(tzinfo=UTC))
                for row in rows
            ]
        return sorted(found, key=lambda collection: collection.name)

    def create(self, name: str, note: str = "") -> str:
        """Create an empty collection; return its name as it is stored.

        Raises:
            StoreError: it has no name, or the name is in use.
        """
        with self._database.writing() as session:
            name = _free_name(session, name)
            session.add(CollectionRow(name=name, note=note.strip(), created_at=_now()))
        return name

    def change(self, collection: Collection, new_name: str, note: str) -> str:
        """Give a collection another name and note; return the name as it is stored.

        Args:
            collection: as the user saw it.
            new_name: no other collection has it.
            note: replaces the one it has.

        Raises:
            StoreError: it has no name, another collection has it, or somebody else has changed it since.
        """
        with self._database.writing() as session:
            name = _free_name(session, new_name, but=collection.collection_id)
            change = update(CollectionRow).where(*_as_seen(collection))
            values = {"name": name, "note": note.strip()}
            if session.scalar(change.values(values).returning(CollectionRow.id)) is None:
                _refuse_changed(session, collection)
            return name

    def delete(self, collection: Collection) -> None:
        """Delete a collection; the samples themselves stay.

        Args:
            collection: as the user saw it.

        Raises:
            StoreError: somebody else has changed it, or what is in it, since.
        """
        with self._database.writing() as session:
            inside = select(func.count()).where(CollectedRow.collection_id == collection.collection_id)
            same = inside.scalar_subquery() == collection.n_samples
            if session.scalar(select(CollectionRow.id).where(*_as_seen(collection), same)) is None:
                _refuse_changed(session, collection)
            session.execute(delete(CollectedRow).filter_by(collection_id=collection.collection_id))
            session.execute(delete(CollectionRow).where(*_as_seen(collection)))

    def add(self, name: str, sample_set_id: int, positions: Sequence[int], note: str = "") -> int:
        """Add samples of one sample set; return how many are new. Samples already in it keep their note."""
        with self._database.writing() as session:
            key = {"collection_id": _found(session, name).id, "sample_set_id": sample_set_id}
            known = set(session.scalars(select(CollectedRow.position).filter_by(**key)))
            facts = key | {"note": note.strip(), "added_at": _now()}
            new = [facts | {"position": position} for position in dict.fromkeys(positions)]
            new = [row for row in new if row["position"] not in known]
            if new:
                session.execute(insert(CollectedRow), new)
            return len(new)

    def remove(self, name: str, sample_set_id: int, positions: Sequence[int]) -> None:
        """Remove samples; a sample that is not in the collection is ignored."""
        with self._database.writing() as session:
            key = {"collection_id": _found(session, name).id, "sample_set_id": sample_set_id}
            for first in range(0, len(positions), _POSITIONS_AT_ONCE):
                some = positions[first : first + _POSITIONS_AT_ONCE]
                query = delete(CollectedRow).filter_by(**key).where(CollectedRow.position.in_(some))
                session.execute(query)

    def samples(self, name: str) -> list[Collected]:
        """Return the samples of a collection, by sample set and position."""
        with self._database.reading() as session:
            collection = _found(session, name)
            query = select(CollectedRow).filter_by(collection_id=collection.id)
            order = (CollectedRow.sample_set_id, CollectedRow.position)
            rows = session.scalars(query.order_by(*order)).all() if session else ()
            found: list[Collected] = []
            for key, of_set in groupby(rows, key=lambda row: row.sample_set_id):
                if session is not None:
                    found += _collected(session, session.get_one(SampleSetRow, key), list(of_set))
            return found


def _collected(session: Session, of_set: SampleSetRow, rows: Sequence[CollectedRow]) -> list[Collected]:
    """Return the samples of one sample set that are in a collection."""
    positions = np.array([row.position for row in rows])
    names, labels = names_at(session, of_set, positions), labels_at(session, of_set, positions)
    return [
        Collected(
            of_set.task,
            of_set.dataset,
            of_set.split,
            name,
            of_set.class_names[label],
            row.note,
            row.added_at.replace(tzinfo=UTC),
            row.sample_set_id,
            row.position,
        )
        for row, name, label in zip(rows, names, labels, strict=True)
    ]


def _found(session: Session | None, name: str) -> CollectionRow:
    row = session.scalar(select(CollectionRow).filter_by(name=name)) if session else None
    if row is None:
        raise StoreError(f"collection {name!r} no longer exists; reload the page")
    return row


def _as_seen(collection: Collection) -> tuple[ColumnElement[bool], ...]:
    return (
        CollectionRow.id == collection.collection_id,
        CollectionRow.name == collection.name,
        CollectionRow.note == collection.note,
        CollectionRow.created_at == collection.created_at.replace(tzinfo=None),
    )


def _refuse_changed(session: Session, collection: Collection) -> NoReturn:
    row = session.get(CollectionRow, collection.collection_id)
    if row is None or row.created_at != collection.created_at.replace(tzinfo=None):
        raise StoreError(f"collection {collection.name!r} no longer exists; reload the page")
    now = "" if row.name == collection.name else f" (it is now {row.name!r})"
    raise StoreError(
        f"collection {collection.name!r} was changed meanwhile by somebody else{now}; reload the page, "
        "then try again"
    )


def _free_name(session: Session, name: str, but: int | None = None) -> str:
    """The name with single spaces, if it is valid and no collection except that with the id `but` has it."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise StoreError(
            f"the name of a collection must have 1 to {NAME_LENGTH} characters; enter another name"
        )
    if session.scalar(select(CollectionRow.id).where(CollectionRow.name == name, CollectionRow.id != but)):
        raise StoreError(
            f"a collection {name!r} exists already; choose another name, or add to that collection"
        )
    return name


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)  # SQLite stores no time zone
