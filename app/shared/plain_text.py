"""Text of people, where Streamlit would read Markdown."""

import re

_LINKS = re.compile(r"https?:(?=/)|www(?=\.)|(?=@)", re.IGNORECASE)
_JOINER = "\u2060"  # invisible: what is not one word is no address
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(text: str) -> str:
    r"""Return text that Markdown shows as it is: no link, no picture, no colour, no formula, no icon.

    >>> plain("![x](http://y) $a$")
    '\\!\\[x\\]\\(http\\:\u2060//y\\) \\$a\\$'
    """
    words = _LINKS.sub(rf"\g<0>{_JOINER}", " ".join(text.split()))
    return _MARKS.sub(r"\\\1", words)
