"""Text that a terminal or file can take: what its encoding lacks is replaced by something readable."""

import codecs
import sys
from typing import TextIO

# Signs of this project's own texts. Letters of names are escaped instead, so that no name is changed.
READABLE = {
    **{"ρ": "rho", "µ": "u", "μ": "u", "Σ": "sum", "∞": "inf", "−": "-", "–": "-", "—": "-", "─": "-"},
    **{"·": "/", "×": "x", "±": "+/-", "≥": ">=", "≤": "<=", "→": "->", "…": "...", "²": "^2"},
    **{"“": '"', "”": '"', "‘": "'", "’": "'", "₁": "1", "₂": "2", "\N{NO-BREAK SPACE}": " "},
}
_HANDLER = "trecx.readable"
_FIRST_BYTE = 0xDC00  # of the half characters that stand for bytes that are no text


def prepare_streams() -> None:
    """Make standard output and standard error take any text."""
    codecs.register_error(_HANDLER, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)


def shown(text: str, stream: TextIO) -> str:
    r"""Return text as a stream shows it, so that it can be laid out.

    >>> import io
    >>> shown("ρ ≥ 0.9: −3 pt, µJ, Größe", io.TextIOWrapper(io.BytesIO(), "ascii"))
    'rho >= 0.9: -3 pt, uJ, Gr\\xf6\\xdfe'
    """
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if is_writable(text, encoding):
        return text
    return "".join(each if is_writable(each, encoding) else _readable(each) for each in text)


def escaped(text: str) -> str:
    r"""Return text in which bytes that are no text are shown as bytes.

    >>> escaped("b\udcffd")
    'b\\xffd'
    """
    return "".join(each if is_writable(each) else _readable(each) for each in text)


def is_writable(text: str, encoding: str = "utf-8") -> bool:
    """Return whether an encoding has every character of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _readable(character: str) -> str:
    """Return ASCII for a character: a word, or its escape; a byte that is no text is shown as a byte."""
    number = ord(character)
    if _FIRST_BYTE <= number < _FIRST_BYTE + 256:
        return f"\\x{number - _FIRST_BYTE:02x}"
    return READABLE.get(character) or character.encode("ascii", "backslashreplace").decode()


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_readable, error.object[error.start : error.end])), error.end
