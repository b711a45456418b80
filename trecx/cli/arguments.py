"""What is typed after a command: a value that is no text is refused in one place."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from trecx.cli.terminal import escaped, is_writable
from trecx.errors import TrecxError


def with_valid_text(command: Callable[..., None]) -> Callable[..., None]:
    """Refuse an option that is not valid text before the command begins; the path of a file may be any bytes.

    The command raises a TrecxError that names the value.
    """

    @wraps(command)
    def run(**given: Any) -> None:
        for value in _texts(given.values()):
            if not is_writable(value):
                raise TrecxError(not_text(value))
        command(**given)

    return run


def not_text(value: str) -> str:
    """Return why a value is refused, and what to do."""
    encoding = sys.getfilesystemencoding()
    why = f"'{escaped(value[:80])}' is not valid text in the encoding of this terminal, which is {encoding}"
    if encoding.lower().replace("-", "") == "utf8":
        return f"{why}; enter it in UTF-8, or, if it is the name of a file, rename the file"
    return f"{why}; set LC_ALL=C.UTF-8, then repeat the command"


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from _texts(value)
