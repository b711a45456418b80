"""Scores in a Parquet file."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trecx.errors import ScoresError
from trecx.importing.file_content import MAX_UNPACKED_BYTES, check_unpacked
from trecx.importing.metadata import checked_about
from trecx.importing.score_table import ScoreTable
from trecx.importing.table_columns import find_columns
from trecx.progress import Progress
from trecx.scores.float32 import as_float32

ATTRIBUTES = b"PANDAS_ATTRS"  # where pandas stores DataFrame.attrs
NAMES = "sample"  # the column
_BYTES_A_VALUE = 8
_NAMES_AT_ONCE = 1_000
_DAMAGE = (pa.ArrowException, OSError, ValueError)


def read_parquet(content: bytes, class_names: tuple[str, ...], progress: Progress) -> ScoreTable:
    """Return the table in a Parquet file; columns as in CSV, metadata in `DataFrame.attrs`.

    Raises:
        ScoresError: the table is not valid, damaged or too large; the message names the row and the column.
            The first sample is row 1.
    """
    try:
        schema = pq.read_schema(pa.BufferReader(content))
        said = checked_about(_attributes(schema.metadata or {}))
        columns = find_columns(schema.names, class_names or said.get("class_names", ()))
        wanted = [*columns.cells, *columns.numbers]
        classes = [name for name in columns.cells if name != NAMES and _is_text(schema.field(name).type)]
        file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=classes)  # few texts, each often
        check_unpacked(file.metadata.num_rows * len(wanted) * _BYTES_A_VALUE)
        check_unpacked(_declared_bytes(file))
        table = _read(file, wanted, progress)
        table.validate(full=True)  # whether texts are UTF-8, too
    except ScoresError:
        raise
    except _DAMAGE as error:
        raise ScoresError(
            f"not a Parquet file, or a damaged one ({str(error).splitlines()[0][:200]})"
        ) from error
    if table.num_rows == 0:
        raise ScoresError("the file has columns but no rows")
    return ScoreTable(
        columns,
        {name: _cells(table, name) for name in columns.cells},
        {name: _numbers(table, name) for name in columns.numbers},
        1,
        said,
        (columns.words,),
    )


def _attributes(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    try:
        said = json.loads(metadata.get(ATTRIBUTES, b"{}"))
    except (ValueError, RecursionError) as error:
        raise ScoresError("the DataFrame.attrs of the file cannot be read; write the file again") from error
    return said if isinstance(said, dict) else {}


def _declared_bytes(file: pq.ParquetFile) -> int:
    groups = range(file.metadata.num_row_groups)
    return sum(int(file.metadata.row_group(group).total_byte_size) for group in groups)


def _read(file: pq.ParquetFile, wanted: list[str], progress: Progress) -> pa.Table:
    parts, done = [], 0
    for group in range(file.metadata.num_row_groups):
        part = file.read_row_group(group, columns=[name for name in wanted if name != NAMES])
        if NAMES in wanted:
            part = part.append_column(NAMES, _read_names(file, group))
        parts.append(part)
        done += part.num_rows
        progress("reading rows", done, file.metadata.num_rows)
    return pa.concat_tables(parts) if parts else file.schema_arrow.empty_table()


def _read_names(file: pq.ParquetFile, group: int) -> pa.ChunkedArray:
    """Read names in parts: a name that is stored once may be repeated in every row."""
    held = file.metadata.row_group(group)
    columns = (held.column(position) for position in range(held.num_columns))
    size = sum(column.total_uncompressed_size for column in columns if column.path_in_schema == NAMES)
    at_once = max(1, min(_NAMES_AT_ONCE, MAX_UNPACKED_BYTES // max(size, 1)))
    parts, unpacked = [], 0
    for part in file.iter_batches(at_once, row_groups=[group], columns=[NAMES]):
        parts.append(part.column(0))
        unpacked += part.nbytes
        check_unpacked(unpacked)
    return pa.chunked_array(parts, file.schema_arrow.field(NAMES).type)


def _column(table: pa.Table, name: str) -> pa.ChunkedArray:
    column = table.column(name)
    if column.null_count:
        row = int(np.argmax(column.is_null().to_numpy())) + 1
        raise ScoresError(f"row {row}, column {name}: the cell is empty or missing")
    return column


def _cells(table: pa.Table, name: str) -> "pd.Series[Any]":
    column = _column(table, name).unify_dictionaries()
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    numbers = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_floating)
    if not _is_text(kind) and not any(is_kind(kind) for is_kind in numbers):
        raise ScoresError(f"column {name} has the type {kind}; names or numbers are needed")
    cells: pd.Series[Any] = column.to_pandas()
    return cells


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _numbers(table: pa.Table, name: str) -> npt.NDArray[np.float32]:
    column = _column(table, name)
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        raise ScoresError(f"column {name} has the type {column.type}; numbers are needed")
    found = column.to_numpy()
    wrong = ~np.isfinite(found)
    if wrong.any():
        first = int(wrong.argmax())
        raise ScoresError(f"row {first + 1}, column {name}: {found[first]} is not a finite number")
    return as_float32(found)
