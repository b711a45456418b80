"""Scores in JSON lines: one object per sample."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from trecx.errors import ScoresError
from trecx.importing.distinct_cells import distinct_cells
from trecx.importing.metadata import KEYS, checked_about
from trecx.importing.score_table import ScoreTable
from trecx.importing.table_layout import table_layout
from trecx.progress import Progress
from trecx.scores.exit_scores import MAX_EXITS
from trecx.scores.float32 import as_float32
from trecx.scores.names import MAX_CLASSES

_NESTED = {"probabilities": "", "predictions": "prediction", "confidence": "confidence"}
_REPORTED = 10_000  # rows between two reports of progress
_LIKE = '{"label": "cat", "exit1_cat": 0.7, "exit1_dog": 0.3} or {"label": 0, "probabilities": [[0.7, 0.3]]}'


def read_json_lines(content: bytes, class_names: tuple[str, ...], progress: Progress) -> ScoreTable:
    """Return the table in a JSON lines file, or in one JSON list of objects.

    An object has `label`, optionally `sample`, and either the columns of a CSV file, or `probabilities`, a
    list for each exit (or one list, for one exit), or `predictions` and `confidence`, lists with one value
    per exit. `exit1` may also be an object of scores by class, or a list. A first object without a label
    holds metadata.

    Raises:
        ScoresError: a line is no such object; the message names the row. The first sample is row 1, or row 2
            below metadata.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScoresError(f"not JSON lines in UTF-8 ({error}); save the file as UTF-8") from error
    rows: list[dict[str, Any]] = []
    said: dict[str, Any] = {}
    first, unnamed = 1, False
    for row, found in _objects(text):
        if not rows and not said and "label" not in found and set(found) <= set(KEYS) and found:
            said, first = found, row + 1
            continue
        rows.append(_flat(found, row))
        unnamed = unnamed or any(isinstance(value, list) for value in found.values())
        if len(rows) % _REPORTED == 0:
            progress("reading rows", len(rows), None)
    if not rows:
        raise ScoresError("the file has no samples; write one JSON object per sample")
    about = checked_about(said)
    layout = table_layout(list(rows[0]), class_names or tuple(about.get("class_names", ())), unnamed)
    table: dict[str, list[Any]] = {name: [] for name in rows[0]}
    for number, values in enumerate(rows, first):
        if values.keys() != table.keys():
            missing = sorted(table.keys() ^ values.keys())
            raise ScoresError(
                f"row {number}: has other keys than row {first} ({', '.join(missing)[:200]}); give all "
                "samples the same"
            )
        for name, value in values.items():
            table[name].append(value)
    progress("reading rows", len(rows), len(rows))
    columns, scores = layout.columns, layout.empty(len(rows))
    cells = {name: _cells(table[name], name, first) for name in columns.cells}
    names = _cells(table["sample"], "sample", first).tolist() if columns.sample else ()
    layout.fill(scores, {name: _numbers(table[name], name, first) for name in columns.numbers})
    return ScoreTable(
        layout,
        {name: distinct_cells(found) for name, found in cells.items()},
        scores,
        names,
        first,
        about,
        (f"JSON lines; {columns.words}",),
    )


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each row, from 1, and the object in it."""
    if text.lstrip().startswith("["):
        found = _parsed(text, "the file")
        numbered = enumerate(found, 1)
    else:
        lines = text.rstrip().split("\n") if text.strip() else []
        numbered = ((row, _parsed(line, f"row {row}")) for row, line in enumerate(lines, 1))  # type: ignore[assignment]
    for row, value in numbered:
        if not isinstance(value, dict):
            raise ScoresError(
                f"row {row}: {str(value)[:80]!r} is not a JSON object; write rows such as {_LIKE}"
            )
        yield row, value


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScoresError(f"{where}: not JSON ({error}); write rows such as {_LIKE}") from error


def _flat(found: Mapping[str, Any], row: int) -> dict[str, Any]:
    """Return an object with the columns of a table."""
    flat: dict[str, Any] = {}
    for key, value in found.items():
        if key in _NESTED:
            exits = value if isinstance(value, list) else [value]
            exits = (
                [exits]
                if key == "probabilities" and exits and not isinstance(exits[0], list | dict)
                else exits
            )
            for k, scores in enumerate(exits[: MAX_EXITS + 1], 1):
                flat |= _exit(k, scores) if key == "probabilities" else {f"exit{k}_{_NESTED[key]}": scores}
        elif isinstance(value, dict | list) and key.startswith("exit") and key[4:].isdecimal():
            flat |= {name.replace("exit0", key, 1): score for name, score in _exit(0, value).items()}
        elif isinstance(value, dict | list):
            raise ScoresError(
                f"row {row}, {key}: {str(value)[:80]!r} is not a value; write rows such as {_LIKE}"
            )
        else:
            flat[key.strip()] = value
    return flat


def _exit(k: int, scores: Any) -> dict[str, Any]:
    if isinstance(scores, dict):
        return {f"exit{k}_{name}": value for name, value in scores.items()}
    listed = scores if isinstance(scores, list) else [scores]
    return {f"exit{k}_{c}": value for c, value in enumerate(listed[: MAX_CLASSES + 1])}


def _cells(values: list[Any], name: str, first: int) -> "pd.Series[Any]":
    for row, value in enumerate(values, first):
        if (
            not isinstance(value, str | int | float)
            or value != value
            or value in (float("inf"), float("-inf"))
        ):
            raise ScoresError(
                f"row {row}, column {name}: {str(value)[:80]!r} is not a name or a whole number"
            )
    if all(isinstance(value, str) for value in values):
        return pd.Series(values, dtype=object)
    return pd.Series([_as_text(value) for value in values], dtype=object)


def _as_text(value: str | float | int) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _numbers(values: list[Any], name: str, first: int) -> npt.NDArray[np.float32]:
    for row, value in enumerate(values, first):
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 2**63:
            raise ScoresError(f"row {row}, column {name}: {str(value)[:80]!r} is not a finite number")
    return as_float32(np.array(values, np.float64))
