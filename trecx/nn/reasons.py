"""Why a model cannot be read or run, in the words of TensorFlow and Keras, cut to what a reader needs."""

import re

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST_CONFIG, _LONGEST = 120, 2_000
# Keras' advice to the caller of its function, which the user of a command is not.
_OTHER_ADVICE = "If you trust the source of"


def cause_in_brief(error: Exception) -> str:
    """Return type and first line of an error of TensorFlow or Keras; their messages are long."""
    first_line = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {first_line[:200]}"


def whole_reason(error: Exception) -> str:
    """Return type and message of an error, in one line, without the network's configuration.

    >>> whole_reason(TypeError("Could not locate class 'Mine'. config={'a': {" + 200 * "x" + "}}"))
    "TypeError: Could not locate class 'Mine'. config={…}"
    """
    text = _COLOUR.sub("", str(error)).partition(_OTHER_ADVICE)[0]
    text = " ".join(_without_configs(text).split())
    ending = "…" if len(text) > _LONGEST else ""
    return f"{type(error).__name__}: {text[:_LONGEST]}{ending}"


def _without_configs(text: str) -> str:
    """Replace what is in braces if it is long: Keras repeats the layers' configuration in its messages."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character == "{":
            if depth == 0:
                parts.append(text[start:place])
                start = place
            depth += 1
        elif character == "}" and depth:
            depth -= 1
            if depth == 0:
                parts.append(_short(text[start : place + 1]))
                start = place + 1
    return "".join([*parts, _short(text[start:]) if depth else text[start:]])


def _short(braced: str) -> str:
    return braced if len(braced) <= _LONGEST_CONFIG else "{…}"
