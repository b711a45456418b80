"""The command that compares the paper's tables and figures with this project's: `reproduce`."""

from pathlib import Path
from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.opened_store import open_store
from trecx.cli.options import Db, Json
from trecx.files.paths import DOCS


def reproduce(
    folder: Annotated[
        Path, typer.Option("--out", help="Output folder for reproduction.md and its figures.")
    ] = DOCS,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Write the comparison with the paper's tables and figures, from the stored runs."""
    from trecx.reproduction import reproduction_of, write  # Plotly is loaded only if figures are drawn

    found, left = write(reproduction_of(open_store(db)), folder)
    if left:
        printing.tell(f"These figures were not updated: {', '.join(left.pictures)}. {left.reason}.")
    printing.show_paths(found, as_json)
