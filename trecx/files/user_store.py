"""The store in the user's data folder: made of the shipped one, and never overwritten once it was changed."""

import fcntl
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from trecx.errors import StoreError
from trecx.files.atomic_file import whole_file
from trecx.files.paths import SHIPPED_STORE, user_folder

NAME = "scores.sqlite"
_ORIGIN = "scores.origin.json"  # says what the store was made of


class UserStore(NamedTuple):
    """The store in the user's data folder.

    Attributes:
        file: its SQLite file.
        is_older: whether this release ships other scores than the file was made of, and the file stays, as
            it was changed since.
    """

    file: Path
    is_older: bool


@cache  # a process asks often, and the shipped store does not change under it
def own_store() -> UserStore:
    """Return the store in this user's data folder, made of the shipped one if needed.

    Raises:
        StoreError: it cannot be made.
    """
    return user_store(SHIPPED_STORE, user_folder())


def user_store(shipped: Path, folder: Path) -> UserStore:
    """Return the store in a folder, made of the shipped one if needed.

    If a release ships other scores, a store that was not changed since it was made is replaced by them, and
    one that was changed stays as it is.

    Args:
        shipped: the SQLite file that this release ships; it is only read.
        folder: the user's data folder; created if it does not exist.

    Raises:
        StoreError: the folder or the file cannot be written, or the shipped file cannot be read.
    """
    file = folder / NAME
    try:
        seen = _seen(shipped)
        if file.exists() and (origin := _origin(folder)).get("seen") == seen:
            return UserStore(file, origin["is_older"])
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            return UserStore(file, _brought_up_to_date(file, shipped, seen))
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"the store {file} cannot be made of {shipped} ({error}); choose another database with --db or "
            "TRECX_DB"
        ) from error


def is_alone(file: Path) -> bool:
    """Whether no writer has left changes in a WAL file next to an SQLite file."""
    log = file.with_name(f"{file.name}-wal")
    return not log.exists() or log.stat().st_size == 0


def _brought_up_to_date(file: Path, shipped: Path, seen: list[int]) -> bool:
    """Make or replace the store where that loses nothing; return whether it stays although it is older."""
    made_of, origin = _sha256(shipped), _origin(file.parent)
    is_older = False
    if not file.exists() or (origin.get("made_of") != made_of and _is_unchanged(file, origin)):
        _copy(shipped, file)
        origin = {"made_of": made_of, "made": _sha256(file)}
    else:
        is_older = origin.get("made_of") != made_of
    with whole_file(file.with_name(_ORIGIN)) as part:
        part.write_text(json.dumps(origin | {"seen": seen, "is_older": is_older}), encoding="utf-8")
    return is_older


def _is_unchanged(file: Path, origin: dict[str, Any]) -> bool:
    return is_alone(file) and origin.get("made") == _sha256(file)


def _copy(shipped: Path, file: Path) -> None:
    # A shipped file may lie where nobody can write, so that SQLite must not ask for a lock; only the one of a
    # clone may have changes in a WAL file.
    alone = "&immutable=1" if is_alone(shipped) else ""
    address = f"{shipped.resolve().as_uri()}?mode=ro{alone}"
    with (
        whole_file(file) as part,
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(part)) as target,
    ):
        source.backup(target)


def _origin(folder: Path) -> dict[str, Any]:
    """Return what the store was made of; empty if that is not known."""
    try:
        origin = json.loads((folder / _ORIGIN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return origin if isinstance(origin, dict) else {}


def _seen(file: Path) -> list[int]:
    status = file.stat()
    return [status.st_size, status.st_mtime_ns]


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time make the store."""
    with (folder / ".scores.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
