"""Scores in a Parquet file."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trecx.errors import ScoresError
from trecx.importing.arrow_texts import is_text, packed_texts, value_type
from trecx.importing.distinct_cells import CellCollector, Codes, DistinctCells
from trecx.importing.file_content import MAX_UNPACKED_BYTES, check_unpacked
from trecx.importing.metadata import checked_about
from trecx.importing.score_table import ScoreTable
from trecx.importing.table_columns import Columns
from trecx.importing.table_layout import TableLayout, Values, table_layout
from trecx.progress import Progress
from trecx.scores.float32 import as_float32
from trecx.scores.names import PackedNames

ATTRIBUTES = b"PANDAS_ATTRS"  # where pandas stores DataFrame.attrs
NAMES = "sample"  # the column
_BYTES_A_VALUE = 8
_ROWS_AT_ONCE = 1 << 16
_NAMES_AT_ONCE = 1_000
_DAMAGE = (pa.ArrowException, OSError, ValueError)


def read_parquet(content: bytes, class_names: tuple[str, ...], progress: Progress) -> ScoreTable:
    """Return the table in a Parquet file; columns as in CSV, metadata in `DataFrame.attrs`.

    Rows are read in parts, and of each part only what the scores need is kept.

    Raises:
        ScoresError: the table is not valid, damaged or too large; the message names the row and the column.
            The first sample is row 1.
    """
    try:
        schema = pq.read_schema(pa.BufferReader(content))
        said = checked_about(_attributes(schema.metadata or {}))
        layout = table_layout(schema.names, class_names or tuple(said.get("class_names", ())))
        columns = layout.columns
        classes = [name for name in columns.cells if is_text(schema.field(name).type)]
        file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=classes)  # few texts, each often
        check_unpacked(file.metadata.num_rows * len(columns.used) * _BYTES_A_VALUE)
        check_unpacked(_declared_bytes(file))
        if file.metadata.num_rows == 0:
            raise ScoresError("the file has columns but no rows")
        _check_types(file.schema_arrow, columns)
        cells, values = _read(file, layout, progress)
        names = PackedNames.joined(_names(file)) if columns.sample else ()
    except ScoresError:
        raise
    except _DAMAGE as error:
        raise ScoresError(
            f"not a Parquet file, or a damaged one ({str(error).splitlines()[0][:200]})"
        ) from error
    finally:
        pa.default_memory_pool().release_unused()
    return ScoreTable(layout, cells, values, names, 1, said, (columns.words,))


def _attributes(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    try:
        said = json.loads(metadata.get(ATTRIBUTES, b"{}"))
    except (ValueError, RecursionError) as error:
        raise ScoresError("the DataFrame.attrs of the file cannot be read; write the file again") from error
    return said if isinstance(said, dict) else {}


def _declared_bytes(file: pq.ParquetFile) -> int:
    groups = range(file.metadata.num_row_groups)
    return sum(int(file.metadata.row_group(group).total_byte_size) for group in groups)


def _check_types(schema: pa.Schema, columns: Columns) -> None:
    numbers = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_floating)
    for name in (*columns.cells, *[NAMES] * columns.sample):
        kind = value_type(schema.field(name).type)
        if not is_text(kind) and not any(is_kind(kind) for is_kind in numbers):
            raise ScoresError(f"column {name} has the type {kind}; names or numbers are needed")
    for name in columns.numbers:
        kind = schema.field(name).type
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
            raise ScoresError(f"column {name} has the type {kind}; numbers are needed")


def _read(
    file: pq.ParquetFile, layout: TableLayout, progress: Progress
) -> tuple[dict[str, DistinctCells], Values]:
    """Return the labels and predictions by column, and the scores."""
    columns, n_rows, row = layout.columns, file.metadata.num_rows, 0
    collected = {name: CellCollector() for name in columns.cells}
    values = layout.empty(n_rows)
    for part in file.iter_batches(_ROWS_AT_ONCE, columns=[*columns.cells, *columns.numbers]):
        part.validate(full=True)  # whether texts are UTF-8, too
        for name, cells in collected.items():
            cells.add(*_coded(_filled(part.column(name), name, row)))
        numbers = {
            name: _numbers(_filled(part.column(name), name, row), name, row) for name in columns.numbers
        }
        layout.fill(values[row : row + part.num_rows], numbers)
        row += part.num_rows
        progress("reading rows", row, n_rows)
    if row != n_rows:
        raise ScoresError(
            f"not a Parquet file, or a damaged one ({n_rows} rows are declared, but {row} are there)"
        )
    return {name: cells.cells for name, cells in collected.items()}, values


def _names(file: pq.ParquetFile) -> Iterator[PackedNames]:
    """Yield names in parts: a name that is stored once may be repeated in every row."""
    row, unpacked = 0, 0
    for part in file.iter_batches(_names_at_once(file.metadata), columns=[NAMES]):
        part.validate(full=True)
        unpacked += part.nbytes
        check_unpacked(unpacked)
        yield packed_texts(_filled(part.column(NAMES), NAMES, row))  # beside it, sample.id is read, too
        row += part.num_rows


def _names_at_once(metadata: pq.FileMetaData) -> int:
    """Return how many names are read at once, so that they fit into memory even if each is the longest."""
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    columns = (group.column(position) for group in groups for position in range(group.num_columns))
    largest = max(column.total_uncompressed_size for column in columns if column.path_in_schema == NAMES)
    return int(max(1, min(_NAMES_AT_ONCE, MAX_UNPACKED_BYTES // max(largest, 1))))


def _filled(cells: pa.Array, name: str, row: int) -> pa.Array:
    """Return cells of which none is empty."""
    if cells.null_count:
        first = int(np.argmax(cells.is_null().to_numpy(zero_copy_only=False)))
        raise ScoresError(f"row {row + first + 1}, column {name}: the cell is empty or missing")
    return cells


def _coded(cells: pa.Array) -> tuple[Codes, list[Any]]:
    """Return the position of each cell's value, and the distinct values."""
    if pa.types.is_dictionary(cells.type):
        return cells.indices.to_numpy(), cells.dictionary.to_pylist()
    codes, values = pd.factorize(cells.to_numpy(zero_copy_only=False), use_na_sentinel=False)
    return codes, values.tolist()


def _numbers(cells: pa.Array, name: str, row: int) -> Values:
    found = cells.to_numpy(zero_copy_only=False)
    if not np.isfinite(found).all():
        first = int(np.argmin(np.isfinite(found)))
        raise ScoresError(f"row {row + first + 1}, column {name}: {found[first]} is not a finite number")
    return as_float32(found)
