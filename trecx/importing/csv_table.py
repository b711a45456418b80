"""Scores in a CSV file: cells are read as text, so that an error message can name row and column."""

import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from trecx.errors import ScoresError
from trecx.files.spreadsheet import as_written
from trecx.importing.arrow_texts import packed_texts
from trecx.importing.distinct_cells import CellCollector
from trecx.importing.metadata import checked_about, parse_line
from trecx.importing.score_table import ScoreTable
from trecx.importing.table_layout import Values, table_layout
from trecx.progress import Progress
from trecx.scores.float32 import as_float32
from trecx.scores.names import PackedNames

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_ROWS_AT_ONCE = 50_000
_DECIMAL_COMMA = re.compile(r"^(\s*[+-]?[0-9]+),([0-9]*\s*)$", re.ASCII)
_SEPARATOR_LINE = re.compile(r"sep=.", re.IGNORECASE)  # which Excel writes above the header


def read_csv(content: bytes, class_names: tuple[str, ...], progress: Progress) -> ScoreTable:
    """Return the table in a CSV file.

    Lines above the header that start with # hold metadata (`metadata.parse_line`), and sep=; names the
    separator, as Excel writes it. Columns are separated by commas, semicolons or tabs; if not by commas, a
    comma within a number is a decimal comma. Blanks around a cell, and blank lines at the end, do not count.

    Raises:
        ScoresError: the table is not valid; the message names the row and the column. The header is row 1 of
            a file without # lines.
    """
    source = io.BytesIO(content)
    stream = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    try:
        head = _read_head(stream)
        layout = table_layout(head.columns, class_names or tuple(head.said.get("class_names", ())))
        columns, row = layout.columns, head.first_row
        collected = {name: CellCollector() for name in columns.cells}
        values: list[Values] = []
        names: list[PackedNames] = []
        for part in _filled(_parts(stream, head), columns.used, row):
            for name, cells in collected.items():
                texts = _pointed(_texts(part[name]), head.separator)
                cells.add(*pd.factorize(texts))
            if columns.sample:
                names.append(packed_texts(pa.array(_texts(part["sample"]))))
            numbers = {name: _numbers(part[name], head.separator, row) for name in columns.numbers}
            values.append(layout.empty(len(part)))
            layout.fill(values[-1], numbers)
            row += len(part)
            progress("reading rows", source.tell(), len(content))
    except UnicodeDecodeError as error:
        raise ScoresError(f"not a CSV file in UTF-8 ({error}); save it as 'CSV UTF-8'") from error
    if row == head.first_row:
        raise ScoresError("the file has a header but no rows")
    progress("reading rows", len(content), len(content))
    return ScoreTable(
        layout,
        {name: cells.cells for name, cells in collected.items()},
        np.concatenate(values),
        PackedNames.joined(names) if columns.sample else (),
        head.first_row,
        head.said,
        (f"{SEPARATORS[head.separator]} between columns; {columns.words}",),
    )


@dataclass(frozen=True)
class _Head:
    """What stands above the rows: metadata, separator, columns, and how cells are written."""

    said: dict[str, Any]
    separator: str
    columns: list[str]
    first_row: int
    blanks: bool  # whether a blank follows each separator


def _read_head(stream: TextIO) -> _Head:
    said: dict[str, Any] = {}
    line, above, named = stream.readline(), 0, ""
    while line.startswith("#") or _SEPARATOR_LINE.fullmatch(line.strip("\r\n")):
        if line.startswith("#"):
            said |= parse_line(line)
        else:
            named = line[len("sep=")]
        line, above = stream.readline(), above + 1
    if not line:
        raise ScoresError("not a CSV file (it is empty)")
    if named and named not in SEPARATORS:
        raise ScoresError(
            f"the line sep={named} names a separator that is not supported; use commas, semicolons or tabs"
        )
    with_label = (
        separator for separator in SEPARATORS if "label" in map(str.strip, _header([line], separator))
    )
    separator = named or next(with_label, ",")
    blanks = all(name.startswith(" ") for name in _header([line], separator)[1:])
    columns = [name.strip() for name in _header(chain([line], stream), separator, blanks)]
    named_all = [name or f"(column {k + 1}, without a name)" for k, name in enumerate(columns)]
    return _Head(checked_about(said), separator, named_all, above + 2, blanks)


def _header(lines: Iterable[str], separator: str, blanks: bool = False) -> list[str]:
    try:
        return next(csv.reader(lines, delimiter=separator, skipinitialspace=blanks))
    except csv.Error as error:
        raise ScoresError(f"not a CSV file ({error})") from error


def _parts(stream: TextIO, head: _Head) -> "Iterator[pd.DataFrame]":
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "error", pd.errors.ParserWarning
            )  # else cells beyond the header are dropped
            yield from pd.read_csv(
                stream,
                sep=head.separator,
                names=head.columns,
                header=None,
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
                skipinitialspace=head.blanks,
                index_col=False,
                chunksize=_ROWS_AT_ONCE,
            )
    except pd.errors.EmptyDataError:
        return
    except pd.errors.ParserWarning as error:
        raise ScoresError(
            f"row {head.first_row} has more cells than the header's {len(head.columns)}; correct the row, or "
            "quote names that contain the separator"
        ) from error
    except pd.errors.ParserError as error:
        ragged = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if ragged is None:
            raise ScoresError(f"not a CSV file ({str(error).strip()})") from error
        expected, line, saw = map(int, ragged.groups())
        row = line + head.first_row - 1
        raise ScoresError(
            f"row {row} has {saw} cells, but the header has {expected}; correct the row, or quote names that "
            "contain the separator"
        ) from error


def _filled(parts: "Iterator[pd.DataFrame]", used: list[str], row: int) -> "Iterator[pd.DataFrame]":
    """Yield parts without the blank rows at the end of the file; any other empty cell in use is an error."""
    blank = pd.DataFrame()
    for part in parts:
        found = pd.concat([blank, part], ignore_index=True) if len(blank) else part
        blank_rows = (found.to_numpy() == "").all(axis=1)
        n_filled = len(found) - int(np.argmin(blank_rows[::-1])) if not blank_rows.all() else 0
        empty = found[used][:n_filled].to_numpy() == ""
        if empty.any():
            at, column = np.argwhere(empty)[0]
            raise ScoresError(
                f"row {row + at}, column {used[column]}: the cell is empty or missing; fill it, or delete "
                "the row"
            )
        blank = found[n_filled:]
        if n_filled:
            yield found[:n_filled]
        row += n_filled


def _texts(column: "pd.Series[str]") -> "pd.Series[str]":
    """Return texts as they were before they were made safe for a spreadsheet."""
    column = column.reset_index(drop=True)
    return column.map(as_written) if column.str.startswith("'").any() else column


def _pointed(column: "pd.Series[str]", separator: str) -> "pd.Series[str]":
    """Return classes with a point in numbers such as 3,0."""
    return column if separator == "," else column.str.replace(_DECIMAL_COMMA, r"\1.\2", regex=True)


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
