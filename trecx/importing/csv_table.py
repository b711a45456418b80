"""Scores in a CSV file: cells are read as text, so that an error message can name row and column."""

import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from trecx.errors import ScoresError
from trecx.files.spreadsheet import as_written
from trecx.importing.metadata import checked_about, parse_line
from trecx.importing.score_table import Columns, ScoreTable, find_columns
from trecx.progress import Progress
from trecx.scores.float32 import as_float32

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_ROWS_AT_ONCE = 50_000


def read_csv(content: bytes, class_names: tuple[str, ...], progress: Progress) -> ScoreTable:
    """Return the table in a CSV file.

    Lines above the header that start with # hold metadata (`metadata.parse_line`). Columns are separated by
    commas, semicolons or tabs; if not by commas, a comma within a number is a decimal comma.

    Raises:
        ScoresError: the table is not valid; the message names the row and the column. The header is row 1 of
            a file without # lines.
    """
    source = io.BytesIO(content)
    stream = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    try:
        said, separator, header, first_row = _read_head(stream)
        columns = find_columns(header, class_names or said.get("class_names", ()))
        cells: dict[str, list[pd.Series[str]]] = {name: [] for name in columns.cells}
        numbers: dict[str, list[npt.NDArray[np.float32]]] = {name: [] for name in columns.numbers}
        row = first_row
        for part in _parts(stream, header, separator, first_row):
            _check_filled(part, row)
            for name, found in cells.items():
                found.append(_texts(part[name]))
            for name, values in numbers.items():
                values.append(_numbers(part[name], separator, row))
            row += len(part)
            progress("reading rows", source.tell(), len(content))
    except UnicodeDecodeError as error:
        raise ScoresError(f"not a CSV file in UTF-8 ({error}); save it as 'CSV UTF-8'") from error
    if row == first_row:
        raise ScoresError("the file has a header but no rows")
    progress("reading rows", len(content), len(content))
    return ScoreTable(
        columns,
        {name: pd.concat(parts, ignore_index=True) for name, parts in cells.items()},
        {name: np.concatenate(parts) for name, parts in numbers.items()},
        first_row,
        said,
        _remarks(separator, columns),
    )


def _read_head(stream: TextIO) -> tuple[dict[str, Any], str, list[str], int]:
    """Return the metadata above the header, the separator, the header, and the first sample's row."""
    said: dict[str, Any] = {}
    line, above = stream.readline(), 0
    while line.startswith("#"):
        said |= parse_line(line)
        line, above = stream.readline(), above + 1
    if not line:
        raise ScoresError("not a CSV file (it is empty)")
    with_label = (separator for separator in SEPARATORS if "label" in _header([line], separator))
    separator = next(with_label, ",")
    return checked_about(said), separator, _header(chain([line], stream), separator), above + 2


def _header(lines: Iterable[str], separator: str) -> list[str]:
    try:
        return next(csv.reader(lines, delimiter=separator))
    except csv.Error as error:
        raise ScoresError(f"not a CSV file ({error})") from error


def _parts(stream: TextIO, header: list[str], separator: str, first_row: int) -> "Iterator[pd.DataFrame]":
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "error", pd.errors.ParserWarning
            )  # else cells beyond the header are dropped
            yield from pd.read_csv(
                stream,
                sep=separator,
                names=header,
                header=None,
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
                index_col=False,
                chunksize=_ROWS_AT_ONCE,
            )
    except pd.errors.EmptyDataError:
        return
    except pd.errors.ParserWarning as error:
        raise ScoresError(f"row {first_row} has more cells than the header's {len(header)}") from error
    except pd.errors.ParserError as error:
        ragged = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if ragged is None:
            raise ScoresError(f"not a CSV file ({str(error).strip()})") from error
        expected, line, saw = map(int, ragged.groups())
        row = line + first_row - 1
        raise ScoresError(f"row {row} has {saw} cells, but the header has {expected}") from error


def _check_filled(part: pd.DataFrame, row: int) -> None:
    for name in part:
        empty = (part[name] == "").to_numpy()
        if empty.any():
            raise ScoresError(f"row {row + int(empty.argmax())}, column {name}: the cell is empty or missing")


def _texts(column: "pd.Series[str]") -> "pd.Series[str]":
    """Return texts as they were before they were made safe for a spreadsheet."""
    return column.map(as_written) if column.str.startswith("'").any() else column


def _numbers(column: "pd.Series[str]", separator: str, row: int) -> npt.NDArray[np.float32]:
    texts = column if separator == "," else column.str.replace(",", ".", regex=False)
    found = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64)
    wrong = ~np.isfinite(found)
    if wrong.any():
        first = int(wrong.argmax())
        text = column.iloc[first]
        hint = " (decimal commas need semicolons or tabs between columns)" if "," in text else ""
        raise ScoresError(
            f"row {row + first}, column {column.name}: {text[:80]!r} is not a finite number{hint}"
        )
    return as_float32(found)


def _remarks(separator: str, columns: Columns) -> tuple[str, ...]:
    exits = len(columns.exits)
    kind = "predicted class and confidence" if columns.trace else "scores of all classes"
    return (f"{SEPARATORS[separator]} between columns; {kind} for {exits} exit{'s' * (exits > 1)}",)
