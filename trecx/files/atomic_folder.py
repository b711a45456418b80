"""Writes a folder completely, or leaves the old one unchanged."""

import ctypes
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ABANDONED_AFTER_S = 3600  # writing takes seconds
PART, OLD = ".part", ".old"
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a new temporary folder that replaces `path` if the block ends without an error.

    A reader sees the old folder or the new one. After an error the old folder is unchanged, and the temporary
    one is deleted. Where the system cannot exchange two folders in one step (all but Linux), a kill between
    two renames leaves neither, and the next call brings the old one back.

    Raises:
        OSError: the disk is full, or the parent folder cannot be written to.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    _recover(path)
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        yield part
        for file in part.rglob("*"):
            _to_disk(file)
        _replace(path, part)
    finally:
        shutil.rmtree(part, ignore_errors=True)  # after an exchange it is the old folder


def _replace(path: Path, part: Path) -> None:
    if not path.exists():
        part.rename(path)
    elif not _exchanged(part, path):
        old = path.with_name(f".{path.name}.{os.getpid()}{OLD}")
        path.rename(old)
        try:
            part.rename(path)
        except OSError:
            old.rename(path)
            raise
        shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return False if this system or file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    exchange = getattr(ctypes.CDLL(None), "renameat2", None)
    return exchange is not None and not exchange(_HERE, bytes(one), _HERE, bytes(other), _EXCHANGE)


def _recover(path: Path) -> None:
    """Bring back a folder that a killed process had moved away, and delete what such processes left."""
    for left in path.parent.iterdir():
        if left.name.startswith(f".{path.name}.") and left.name.endswith((PART, OLD)) and left.is_dir():
            if left.name.endswith(OLD) and not path.exists():
                left.rename(path)
            elif time.time() - left.stat().st_mtime > ABANDONED_AFTER_S:
                shutil.rmtree(left, ignore_errors=True)


def _to_disk(file: Path) -> None:
    if file.is_file():
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())
