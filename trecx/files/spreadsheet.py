"""Tables as CSV, safe to open in a spreadsheet.

Names and notes come from users, and a spreadsheet would run a text that starts like a formula. Such a text
gets a leading apostrophe, which a reader can remove. Numbers do not change.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r\n])")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV; every text in it is made safe.

    >>> csv_text(["note", "gap"], [["=HYPERLINK(1)", -0.5]]).splitlines()
    ['note,gap', "'=HYPERLINK(1),-0.5"]
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([safe(column) for column in columns])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return file.getvalue()


def frame_csv(frame: "pd.DataFrame") -> str:
    """Return a table as CSV; every text in it is made safe, and missing values are empty cells."""
    cells = frame.astype(object).where(frame.notna(), None)
    return csv_text([str(column) for column in frame.columns], cells.itertuples(index=False))


def safe(cell: object) -> object:
    """Return a cell that no spreadsheet executes.

    >>> safe("=1+1"), safe("'=1+1"), safe("it's"), safe(-1)
    ("'=1+1", "''=1+1", "it's", -1)
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def as_written(text: str) -> str:
    """Return the original of a text that `safe` returned.

    >>> as_written("'=1+1"), as_written("''=1+1"), as_written("'tis")
    ('=1+1', "'=1+1", "'tis")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def safe_json(text: str) -> str:
    r"""Return JSON of names for a CSV file, in which any comma starts a cell.

    >>> safe_json('["a,=1"]')
    '["a,\\u003d1"]'
    """
    return re.sub(r"(?<=[,;])(\s*)([=+\-@＝＋－＠])", lambda found: f"{found[1]}\\u{ord(found[2]):04x}", text)
