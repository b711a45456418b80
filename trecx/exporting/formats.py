"""Export formats by file extension."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trecx.errors import ExportError
from trecx.exporting.c_header import c_header
from trecx.exporting.csv_rows import flat_csv
from trecx.exporting.export_file import write_whole
from trecx.saved_points.document import document_of
from trecx.saved_points.record import PointRecord


def json_text(record: PointRecord) -> str:
    """Return a record as JSON (docs/point-schema.md)."""
    return _spread(document_of(record), "\n") + "\n"


def _spread(value: Any, line: str) -> str:
    """Return JSON with one line for each value of an object and each row of a matrix."""
    if not value or not (isinstance(value, dict) or (isinstance(value, list) and isinstance(value[0], list))):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = f"{line}  "
    if isinstance(value, list):
        return f"[{inner}{f',{inner}'.join(_spread(row, inner) for row in value)}{line}]"
    parts = (
        f"{json.dumps(name, ensure_ascii=False)}: {_spread(part, inner)}" for name, part in value.items()
    )
    return f"{{{inner}{f',{inner}'.join(parts)}{line}}}"


FORMATS: dict[str, Callable[[PointRecord], str]] = {".h": c_header, ".json": json_text, ".csv": flat_csv}


def check_ending(path: Path, also: Sequence[str] = ()) -> None:
    """Check that a file's extension is a known format.

    Args:
        path: path of the file.
        also: further extensions that the caller can write.

    Raises:
        ExportError: it is unknown; the message lists the known extensions.
    """
    if path.suffix.lower() not in (*FORMATS, *also):
        known = ", ".join((*FORMATS, *also))
        wrong = f"{path.name}: unknown file extension {path.suffix!r}"
        raise ExportError(f"{wrong}; an operating point is written as {known}")


def write_export(record: PointRecord, path: Path) -> None:
    """Write a record to a file atomically, in the format of its extension.

    Raises:
        ExportError: the extension is unknown.
        OutputError: the file cannot be written; the message says what to do.
    """
    check_ending(path)
    write_whole(path, FORMATS[path.suffix.lower()](record))
