"""An operating point as CSV: one line for each value of its JSON document, with the same name."""

from collections.abc import Iterator, Mapping
from typing import Any

from trecx.files.spreadsheet import csv_text
from trecx.saved_points.document import document_of
from trecx.saved_points.record import PointRecord

HEAD = ("key", "value")


def flat_csv(record: PointRecord) -> str:
    """Return the document's values as lines of key and value.

    A key is the path to the value: `rule.threshold`, `run.exit_flops.2` (counted from 1), and
    `numbers.confusion.yes.no` for samples of class `yes` predicted as `no`. Unknown values are empty. A text
    that a spreadsheet would read as a formula is prefixed with an apostrophe.
    """
    document = document_of(record)
    names = record.run.class_names
    rows = document["numbers"].pop("confusion")
    document["numbers"]["confusion"] = {
        name: dict(zip(names, row, strict=True)) for name, row in zip(names, rows, strict=True)
    }
    return csv_text(HEAD, _values("", document))


def _values(way: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value, 1))
    else:
        yield way, value
        return
    for name, part in parts:
        yield from _values(f"{way}.{name}" if way else str(name), part)
