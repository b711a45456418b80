"""Tables as CSV, safe to open in a spreadsheet.

Names and notes come from people, and a spreadsheet would run one that starts as a formula does: such a text
gets an apostrophe before it, which a reader can take off again. Numbers stay as they are.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import pandas as pd

_FORMULA = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r\n])")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV, every text of it made safe.

    >>> csv_text(["note", "gap"], [["=HYPERLINK(1)", -0.5]]).splitlines()
    ['note,gap', "'=HYPERLINK(1),-0.5"]
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([safe(column) for column in columns])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return file.getvalue()


def frame_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV, every text of it made safe; what is missing is an empty cell."""
    cells = frame.astype(object).where(frame.notna(), None)
    return csv_text([str(column) for column in frame.columns], cells.itertuples(index=False))


def safe(cell: object) -> object:
    """Return a cell that no spreadsheet runs.

    >>> safe("=1+1"), safe("'=1+1"), safe("it's"), safe(-1)
    ("'=1+1", "''=1+1", "it's", -1)
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def as_written(text: str) -> str:
    """Return the text that `safe` made this of.

    >>> as_written("'=1+1"), as_written("''=1+1"), as_written("'tis")
    ('=1+1', "'=1+1", "'tis")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def safe_json(text: str) -> str:
    r"""Return JSON of names as part of a CSV file, where any comma begins a cell.

    >>> safe_json('["a,=1"]')
    '["a,\\u003d1"]'
    """
    return re.sub(r"(?<=[,;])(\s*)([=+\-@＝＋－＠])", lambda found: f"{found[1]}\\u{ord(found[2]):04x}", text)
