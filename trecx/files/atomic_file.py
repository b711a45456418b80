"""A file that is there whole, or as it was before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield where to write what takes the place of `path` if the block ends well.

    A reader sees the old file or the new one. After an error the old one is as it was, and nothing is left
    beside it.

    Raises:
        OSError: the disk is full, or the folder cannot be written to.
    """
    path = path.resolve()  # a link stays a link: what it points at is written
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # two processes may write the same file
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        with suppress(OSError):  # whatever was in the way of writing it is told, not this
            part.unlink(missing_ok=True)
