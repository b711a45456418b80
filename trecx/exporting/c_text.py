"""Text and numbers in C: comments that user text cannot end, and literals that are exact."""

import re
import textwrap
from collections.abc import Iterable

import numpy as np

WIDTH = 100
LABEL = 17
_HARMLESS = re.compile(r"[ -\[\]-~]")  # printable ASCII without the backslash, which could join lines
_HARMLESS_IN_STRING = re.compile(r"[ !#->@-\[\]-~]")  # neither a quote, a backslash nor part of a trigraph
_JOINED = re.compile(r"(?<=\*)/|(?<=/)\*|(?<=\?)\?")  # ends a comment, looks like a new one, forms a trigraph


def comment_text(text: str) -> str:
    r"""Return a text that is safe in a comment: other characters than harmless ASCII become code points.

    >>> comment_text("ρ */ ??/ \\")
    '<U+03C1> *<U+002F> ?<U+003F>/ <U+005C>'
    """
    ascii_ = "".join(c if _HARMLESS.fullmatch(c) else _code_point(c) for c in text)
    return _JOINED.sub(lambda found: _code_point(found[0]), ascii_)


def comment_block(rows: Iterable[tuple[str, str]]) -> str:
    """Return a comment with labelled texts; a text may have several lines."""
    lines = []
    for label, text in rows:
        paragraphs = [comment_text(line) for line in text.split("\n")]
        wrapped = [part for line in paragraphs for part in textwrap.wrap(line, WIDTH - LABEL - 4) or [""]]
        lines += [
            f" * {name:{LABEL}} {part}".rstrip()
            for name, part in zip([label, *[""] * len(wrapped)], wrapped, strict=False)
        ]
    return "\n".join(["/*", *lines, " */"])


def string_literal(text: str) -> str:
    r"""Return a text as a string literal of C99 and C++, in UTF-8.

    Characters other than harmless ASCII are octal escapes of three digits, which no following digit extends.

    >>> print(string_literal('say "ρ" 1?'))
    "say \042\317\201\042 1\077"
    """
    characters = (chr(byte) for byte in text.encode("utf-8", "replace"))
    safe = _HARMLESS_IN_STRING.fullmatch
    return '"' + "".join(c if safe(c) else f"\\{ord(c):03o}" for c in characters) + '"'


def float_literal(value: np.float32) -> str:
    """Return a float32 as a literal of C99 and C++; nine digits distinguish all float32 values.

    >>> float_literal(np.float32(0.69)), float_literal(np.float32(1))
    ('0.689999998f', '1.0f')
    """
    text = f"{float(value):.9g}"
    return f"{text}f" if re.search(r"[.e]", text) else f"{text}.0f"


def double_literal(value: float) -> str:
    """Return a float64 as a literal of C99 and C++; an infinite one needs <math.h>.

    >>> double_literal(0.1), double_literal(float("-inf"))
    ('0.10000000000000001', '-HUGE_VAL')
    """
    if np.isinf(value):
        return "HUGE_VAL" if value > 0 else "-HUGE_VAL"
    text = f"{value:.17g}"
    return text if re.search(r"[.e]", text) else f"{text}.0"


def _code_point(character: str) -> str:
    return f"<U+{ord(character):04X}>"
