"""Writes a file completely, or leaves the old one unchanged."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path whose file replaces `path` if the block ends without an error.

    A reader sees the old file or the new one. After an error the old file is unchanged, and the temporary
    file is deleted.

    Raises:
        OSError: the disk is full, or the folder cannot be written to.
    """
    path = path.resolve()  # a link stays a link: its target is written
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # two processes may write the same file
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        with suppress(OSError):  # the first error is reported, not this one
            part.unlink(missing_ok=True)
