"""Many rows into a table at once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import DeclarativeBase, Session

from trecx.progress import Progress, silent


def insert_rows(
    session: Session,
    table: type[DeclarativeBase],
    parts: Iterable[list[tuple[Any, ...]]],
    what: str = "writing",
    total: int | None = None,
    progress: Progress = silent,
) -> None:
    """Write rows, each with a value for every column in the order of the table's, as the database takes them.

    The driver is given the rows itself: SQLAlchemy's own care for each value, which plain numbers, texts and
    bytes do not need, takes twice as long as SQLite takes to write them.

    Args:
        session: within a transaction.
        table: where the rows go.
        parts: some rows at a time.
        what: said to `progress`, with the number of rows written.
        total: how many rows there will be, if that is known.
        progress: told after every part.
    """
    connection = session.connection()
    compiled = insert(table).compile(dialect=connection.dialect)
    names = [column.name for column in table.__table__.columns]
    done = 0
    for rows in parts:
        named = None if compiled.positional else [dict(zip(names, row, strict=True)) for row in rows]
        connection.exec_driver_sql(str(compiled), named or rows)
        done += len(rows)
        progress(what, done, total)
