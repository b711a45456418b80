"""User text, escaped for Markdown."""

import re

_LINKS = re.compile(r"https?:(?=/)|www(?=\.)|(?=@)", re.IGNORECASE)
_JOINER = "\u2060"  # invisible; it splits a word, so that the text is not a link
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(text: str) -> str:
    r"""Return text that Markdown shows as it is: no links, images, colours, formulas or icons.

    >>> plain("![x](http://y) $a$")
    '\\!\\[x\\]\\(http\\:\u2060//y\\) \\$a\\$'
    """
    words = _LINKS.sub(rf"\g<0>{_JOINER}", " ".join(text.split()))
    return _MARKS.sub(r"\\\1", words)
