"""Write the document and its files."""

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from trecx.errors import OutputError
from trecx.figures import write_pictures
from trecx.files.atomic_file import whole_file
from trecx.reproduction.document import FOLDER, Reproduction

DOCUMENT = "reproduction.md"


class Left(NamedTuple):
    """Pictures that were not written, by file name, and the reason."""

    pictures: list[str]
    reason: str


def write(reproduction: Reproduction, folder: Path) -> tuple[dict[str, Path], Left | None]:
    """Write the document, and its numbers and pictures in a folder next to it.

    Args:
        reproduction: what to write.
        folder: the output folder; created if it does not exist.

    Returns:
        The written files by name, and the pictures that were not written, or None.

    Raises:
        OutputError: the folder cannot be written to; the message says what to do.
    """
    beside = folder / FOLDER
    texts = {folder / DOCUMENT: reproduction.markdown}
    texts |= {beside / name: text for name, text in reproduction.csvs.items()}
    try:
        beside.mkdir(parents=True, exist_ok=True)
        with ExitStack() as all_of_them:
            for path, text in texts.items():
                all_of_them.enter_context(whole_file(path)).write_text(text, encoding="utf-8")
        pictures = {beside / name: figure for name, figure in reproduction.figures.items()}
        reason = write_pictures(pictures) if pictures else ""
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written to ({error.strerror}); choose another folder with --out"
        ) from error
    written = [*texts, *({} if reason else pictures)]
    return {path.name: path for path in written}, Left(list(reproduction.figures), reason) if reason else None
