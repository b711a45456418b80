"""Writing a file whole, or not at all."""

from pathlib import Path

from trecx.errors import OutputError
from trecx.files.atomic_file import whole_file


def write_whole(path: Path, text: str) -> None:
    """Write a text file in UTF-8 by way of a file beside it: a reader sees the old one or the new one.

    Raises:
        OutputError: it cannot be written; the message says what to do. What was there is unchanged.
    """
    try:
        if path.is_dir():
            raise OutputError(f"{path} is a folder; name a file in it")
        if not path.parent.is_dir():
            raise OutputError(f"there is no folder {path.parent}; make it, or choose another with --out")
        with whole_file(path) as part:
            part.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        why = f"{path} cannot be written ({error.strerror})"
        raise OutputError(f"{why}; choose another with --out") from error
