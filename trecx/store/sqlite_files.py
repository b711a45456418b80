"""What an SQLite file and the files next to it say."""

import sqlite3
from pathlib import Path

from sqlalchemy.exc import OperationalError


def is_alone(file: Path) -> bool:
    """Whether no writer has left changes in a WAL file next to an SQLite file."""
    log = file.with_name(f"{file.name}-wal")
    return not log.exists() or log.stat().st_size == 0


def lacks_room(error: OperationalError) -> bool:
    """Whether SQLite could not write or create a file."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without what kind of it
    return code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)
