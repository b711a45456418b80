"""Metadata in a file of scores: exit FLOPs, class names, measured costs."""

import json
from collections.abc import Mapping
from typing import Any

from trecx.errors import ScoresError

NAMES = ("class_names",)
COSTS = ("exit_flops", "energy_uj", "latency_ms")
KEYS = (*COSTS, *NAMES)
LARGEST = 2**63  # of a number; NaN fails every comparison


def checked_about(said: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return the known metadata of a file, each as a tuple.

    Raises:
        ScoresError: one is not a list of numbers, or of names.
    """
    found: dict[str, tuple[Any, ...]] = {}
    for key in KEYS:
        if key in said:
            values = said[key]
            if not isinstance(values, list | tuple) or not all(_fits(key, value) for value in values):
                wanted = "names" if key in NAMES else "numbers, one per exit"
                raise ScoresError(f"{key} must be a list of {wanted}, got {str(values)[:80]!r}")
            found[key] = tuple(map(str, values)) if key in NAMES else tuple(values)
    return found


def parse_line(line: str) -> dict[str, Any]:
    """Return the metadata in a line above a CSV header: a key, a colon, values.

    Raises:
        ScoresError: the values of a known key cannot be read; the message says how to write them.

    >>> parse_line("# exit_flops: 3127080, 5647920")
    {'exit_flops': [3127080, 5647920]}
    """
    key, colon, text = line.strip().lstrip("#").partition(":")
    key, text = key.strip(), text.strip()
    if not colon or key not in KEYS:
        return {}  # a comment
    try:
        return {key: json.loads(text if text.startswith("[") else f"[{text}]")}
    except (ValueError, RecursionError) as error:
        like = 'class_names: ["cat", "dog"]' if key in NAMES else f"{key}: 3127080, 5647920"
        raise ScoresError(f"the line {line.strip()[:80]!r} cannot be read; write it as # {like}") from error


def _fits(key: str, value: object) -> bool:
    if key in NAMES:
        return isinstance(value, str | int)
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
