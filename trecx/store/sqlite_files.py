"""What an SQLite file and the files next to it say."""

import sqlite3

from sqlalchemy.exc import OperationalError

from trecx.files.user_store import is_alone

__all__ = ["is_alone", "lacks_room"]


def lacks_room(error: OperationalError) -> bool:
    """Whether SQLite could not write or create a file."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without what kind of it
    return code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)
