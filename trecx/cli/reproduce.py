"""The command that writes the paper's tables and figures beside ours: `reproduce`."""

from pathlib import Path
from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.options import Db, Json
from trecx.paths import DOCS
from trecx.store import Store


def reproduce(
    folder: Annotated[Path, typer.Option("--out", help="Where reproduction.md and its folder go.")] = DOCS,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Write the paper's tables and figures beside ours, from the runs in the store."""
    from trecx.reproduction import reproduction_of, write  # Plotly is loaded only where something is drawn

    found, left = write(reproduction_of(Store(db)), folder)
    if left:
        printing.tell(f"These pictures were left as they were: {', '.join(left.pictures)}. {left.reason}.")
    printing.show_paths(found, as_json)
