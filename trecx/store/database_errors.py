"""Errors of the database as sentences: what failed, then what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from trecx.errors import StoreError, install_extra
from trecx.store.columns import DamageError

_READ_ONLY = "it is read-only; make it writable, or choose another database with --db or TRECX_DB"
_BUSY = "another program is writing to it; wait until it is done, then try again"
_TAKEN = (
    "the same name or key was stored by somebody else at the same time; nothing was changed; reload, "
    "then try again"
)
_GONE = "something that this needs was deleted by somebody else; nothing was changed; reload, then try again"
_DAMAGED = "it is damaged; restore it from a copy, or choose another database with --db or TRECX_DB"
_AWAY = "the server ended the connection; wait a moment, check what was saved, then try again"
_REFUSED = (
    "the server rejects the role or its password; check the role in the address, and the password in "
    "~/.pgpass or PGPASSWORD"
)
_CROWDED = "the server has no connection left; wait a moment, then try again, or raise its max_connections"
_REMEDIES = {  # signs in the text of the driver
    "database is locked": _BUSY,
    "readonly database": _READ_ONLY,
    "read-only": _READ_ONLY,
    "file is not a database": "it is not an SQLite database; choose another file with --db or TRECX_DB",
    "malformed": _DAMAGED,
    "Could not decode": _DAMAGED,
    "no such": _DAMAGED,
    "No row was found": _DAMAGED,
    "too big": f"a value is too large to be stored, or {_DAMAGED}",
    "unsupported file format": _DAMAGED,
    "unable to open": "it cannot be opened; check that its folder exists and that you have access to it",
    "disk is full": "the disk is full; free disk space, then try again (nothing was changed)",
    "disk I/O error": "the disk is full or damaged; free disk space, then try again (nothing was changed)",
    "UNIQUE constraint failed": _TAKEN,
    "FOREIGN KEY constraint failed": _GONE,
    "Peer authentication failed": "the server accepts this role from the system user of that name only; add "
    "the host to the address (ROLE@localhost/DATABASE)",
    "authentication failed": _REFUSED,
    'FATAL:  role "': _REFUSED,
    "no password supplied": "the server needs a password; put it into ~/.pgpass or PGPASSWORD",
    "no pg_hba.conf entry": "the server accepts no connection of this role from this computer; ask its "
    "administrator for an entry in pg_hba.conf",
    "too many c": _CROWDED,
    "connection slots": _CROWDED,
    "starting up": "the server is starting up; wait a moment, then try again",
    "shutting down": "the server is shutting down; start it, then try again",
    "failed to resolve host": "the name of its server is not known; check the name and the network",
    "timeout expired": "its server does not answer; check its name and the network, then try again",
    "Connection refused": "there is no server at this address; start it, or check host and port",
    "connection to server": "the server cannot be reached; check the address and that the server runs",
    "server closed the connection": _AWAY,
    "connection is lost": _AWAY,
    "NUL": "a text contains a NUL character, which PostgreSQL cannot store; remove it, then try again",
}
_STATES = {  # the server's SQLSTATE, or the first characters of it
    "08": _AWAY,
    "23505": _TAKEN,
    "23503": _GONE,
    "25006": _READ_ONLY,
    "42501": "this role has no right to do that; ask the owner of the database for it (docs/postgresql.md), "
    "or choose another database with --db or TRECX_DB",
    "53100": _REMEDIES["disk is full"],
    "53200": "the server has no memory left; wait a moment, then try again (nothing was changed)",
    "55P03": _BUSY,
    "57014": "the server stopped this, because it took too long; nothing was changed; try again, or raise "
    "its statement_timeout",
    "57P": _AWAY,
    "40": "somebody else changed the same at the same time; nothing was changed; try again",
}
_NO_DATABASE = re.compile(r'database "(.*)" does not exist')
_PASSWORD = re.compile(r"(://[^:/@]*:).*@")
_SECRET = ("password", "sslpassword")


@contextmanager
def translated_errors(name: str) -> Iterator[None]:
    """Raise the errors of a database as sentences for the user.

    Args:
        name: the address, without a password.

    Raises:
        StoreError: the database, its driver or its folder failed.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(f"database {name}: {_remedy(error)}") from error
    except DamageError as error:
        raise StoreError(
            f"database {name}: {error}; what is not damaged can still be used. Restore the database from a "
            "copy, or delete what is damaged and store it again"
        ) from error
    except UnicodeDecodeError as error:
        raise StoreError(f"database {name}: {_DAMAGED}") from error
    except PermissionError as error:
        raise StoreError(f"database {name}: {_REMEDIES['unable to open']}") from error
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{error.object[:80]!r} cannot be stored, because it is not valid UTF-8 text; "
            "rename the file, or enter the name again in UTF-8"
        ) from error
    except ImportError as error:
        raise StoreError(missing_driver(name, error.name)) from error


def missing_driver(name: str, driver: str | None) -> str:
    """Say that the driver of a database is not installed, and how to install it."""
    if name.startswith("postgresql") and not name.startswith("postgresql+psycopg:"):
        return (
            f"database {name} needs the driver {driver!r}; use an address that begins with postgresql+psycopg"
        )
    if name.startswith("postgresql"):
        return f"database {name} needs psycopg, which is not installed; run {install_extra('postgres')}"
    return f"database {name} needs the driver {driver!r}, which is not installed; install it"


def shown_address(url: URL) -> str:
    """Return an address without the passwords in it."""
    secret = {key: "***" for key in _SECRET if key in url.query}
    return url.update_query_dict(secret).render_as_string(hide_password=True).replace("%2A%2A%2A", "***")


def without_password(address: str) -> str:
    """Return a text that should be an address without what looks like a password in it.

    >>> without_password("postgres//ada:secret@host")
    'postgres//ada:secret@host'
    >>> without_password("nonsense://ada:se@cret@host")
    'nonsense://ada:***@host'
    """
    return _PASSWORD.sub(r"\1***@", address)


def _remedy(error: SQLAlchemyError) -> str:
    original = getattr(error, "orig", None)
    state, text = getattr(original, "sqlstate", None), str(original or error)
    for sign, words in _STATES.items():
        if state and state.startswith(sign):
            return words
    if missing := _NO_DATABASE.search(text):
        return f"the server has no database {missing[1]!r}; create it (docs/postgresql.md), or check its name"
    for sign, words in _REMEDIES.items():
        if sign in text:
            return words
    return text if state is None else f"{text.splitlines()[0]}; nothing was changed"
