"""A file's bytes, read once, so that all that follows is about the same content."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from trecx.errors import ScoresError
from trecx.progress import Progress, silent

MAX_FILE_BYTES = 2 * 1024**3
MAX_UNPACKED_BYTES = 4 * 1024**3


def read_content(path: Path, progress: Progress = silent) -> bytes:
    """Return the bytes of a file.

    Raises:
        ScoresError: it is not there, no plain file, too large, cannot be read, or changed meanwhile.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ScoresError("not a plain file")  # opening a pipe would wait for whoever writes into it
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            check_size(before.st_size, MAX_FILE_BYTES)
            content = _read(file, before.st_size, progress)
            after = os.fstat(file.fileno())
    except FileNotFoundError as error:
        raise ScoresError(f"there is no file {path}") from error
    except OSError as error:
        raise ScoresError(f"cannot be read ({error.strerror})") from error
    if (len(content), before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ScoresError("changed while it was read; wait until it is written, then import it again")
    return content


def check_size(n_bytes: int, limit: int) -> None:
    """Refuse a file that is too large.

    Raises:
        ScoresError: it is; the message says how large it may be.
    """
    if n_bytes > limit:
        raise ScoresError(
            f"{_megabytes(n_bytes)}, and at most {_megabytes(limit)} are taken in; give fewer samples, or "
            "only predictions and confidence by exit"
        )


def check_unpacked(n_bytes: int) -> None:
    """Refuse a file that says of itself that it unpacks to too much, before anything is unpacked.

    Raises:
        ScoresError: it does.
    """
    if n_bytes > MAX_UNPACKED_BYTES:
        raise ScoresError(
            f"unpacks to {_megabytes(n_bytes)}, and at most {_megabytes(MAX_UNPACKED_BYTES)} are taken in; "
            "nothing of it was read"
        )


def _read(file: BinaryIO, size: int, progress: Progress) -> bytes:
    content = file.read(size + 1)  # one more than there should be, should it grow
    progress("reading the file", size, size)
    return content


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1024**2:,.0f} MB"
