"""User text in Markdown: shown as it is, whatever it contains."""

import re
import unicodedata

# Every mark but those that mean nothing in a word or a number: `kws-trecx`, `0.02`.
_MARKS = re.compile(r"(?!(?<=\w)-(?=\w)|(?<=\d)\.(?=\d))([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    r"""Return a text that Markdown shows literally, on one line, also in a table.

    Control characters, which include those that reverse the direction of text, become code points.

    >>> print(plain("<b>*x*</b> | [a](b)\n# c"))
    \<b\>\*x\*\<\/b\> \| \[a\]\(b\) \# c
    """
    line = " ".join(text.split())
    visible = "".join(f"<U+{ord(c):04X}>" if _hidden(c) else c for c in line)
    return _MARKS.sub(r"\\\1", visible)


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table; its cells are Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
