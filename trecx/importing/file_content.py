"""The bytes of a file, read once, so that everything later uses the same content."""

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
        ScoresError: it is missing, not a regular file, too large, cannot be read, or changed meanwhile.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ScoresError("not a regular file")  # opening a pipe would wait for a writer
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            check_size(before.st_size, MAX_FILE_BYTES)
            content = _read(file, before.st_size, progress)
            after = os.fstat(file.fileno())
    except FileNotFoundError as error:
        raise ScoresError(f"there is no file {path}; check the path") from error
    except OSError as error:
        raise ScoresError(f"cannot be read ({error.strerror})") from error
    if (len(content), before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ScoresError(
            "the file changed while it was read; wait until it is complete, then import it again"
        )
    return content


def check_size(n_bytes: int, limit: int) -> None:
    """Refuse a file that is too large.

    Raises:
        ScoresError: it is; the message says the limit.
    """
    if n_bytes > limit:
        raise ScoresError(
            f"the file is too large ({_megabytes(n_bytes)}; limit {_megabytes(limit)}); give fewer "
            "samples, or only prediction and confidence per exit"
        )


def check_unpacked(n_bytes: int) -> None:
    """Refuse a file whose declared uncompressed size is too large, before anything is uncompressed.

    Raises:
        ScoresError: it is.
    """
    if n_bytes > MAX_UNPACKED_BYTES:
        raise ScoresError(
            f"the file is too large uncompressed ({_megabytes(n_bytes)}; limit "
            f"{_megabytes(MAX_UNPACKED_BYTES)}), so it was not read; give fewer samples"
        )


def _read(file: BinaryIO, size: int, progress: Progress) -> bytes:
    content = file.read(size + 1)  # one byte more than expected, to notice that the file grew
    progress("reading the file", size, size)
    return content


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1024**2:,.0f} MB"
