"""Inserts many rows into a table at once."""

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
    """Write rows, each with a value for every column in the order of the table.

    The rows go directly to the driver: SQLAlchemy's conversion of each value, which plain numbers, texts and
    bytes do not need, takes twice as long as SQLite takes to write them.

    Args:
        session: within a transaction.
        table: the table.
        parts: the rows, in parts.
        what: name of the step for `progress`.
        total: number of all rows, if known.
        progress: called after every part.
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
