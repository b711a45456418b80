"""Atomic writing of a text file."""

from pathlib import Path

from trecx.errors import OutputError
from trecx.files.atomic_file import whole_file


def write_whole(path: Path, text: str) -> None:
    """Write a text file in UTF-8 atomically: a reader sees the old file or the new one.

    Raises:
        OutputError: it cannot be written; the message says what to do. An existing file is unchanged.
    """
    try:
        if path.is_dir():
            raise OutputError(f"{path} is a folder; give the path of a file")
        if not path.parent.is_dir():
            raise OutputError(f"there is no folder {path.parent}; create it, or choose another with --out")
        with whole_file(path) as part:
            part.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        why = f"{path} cannot be written ({error.strerror})"
        raise OutputError(f"{why}; choose another with --out") from error
