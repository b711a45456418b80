"""The command that deletes a run: `delete`."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.opened_store import open_store
from trecx.cli.options import Db, Json, RunName, Source
from trecx.errors import StoreError
from trecx.store import Run

Yes = Annotated[bool, typer.Option("--yes", help="Delete without asking.")]
Compact = Annotated[
    bool, typer.Option("--compact", help="Then rewrite the SQLite file, so that it becomes smaller.")
]


def delete(
    run_name: RunName,
    yes: Yes = False,
    compact: Compact = False,
    source: Source = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Delete a run with its scores, after naming what depends on it."""
    store = open_store(db)
    run = store.find_run(run_name, source)
    dependents = store.dependents_of(run)
    printing.tell(f"{run.run_id}: {run.summary}, stored on {run.created_at:%Y-%m-%d}.")
    for sentence in dependents.sentences:
        printing.tell(sentence)
    if not (yes or _confirmed(run)):
        printing.tell("Nothing was deleted.")
        raise typer.Exit(1)
    with printing.progress() as progress:
        store.delete_run(run, progress)
    printing.tell(f"Deleted {run.run_id}.")
    if compact:
        store.compact()
    elif store.file:
        printing.tell("The file keeps its size, and new runs use the free space. --compact makes it smaller.")
    if as_json:
        kept = {
            "samples_deleted": not dependents.samples_stay,
            "compacted": compact and store.file is not None,
        }
        printing.print_json({"deleted": run.run_id, **asdict(dependents), **kept})


def _confirmed(run: Run) -> bool:
    """Ask on the terminal.

    Raises:
        StoreError: there is no terminal to ask on.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise StoreError(
            f"{run.run_id} was not deleted, as there is no terminal to ask on; to delete it, add --yes"
        )
    return typer.confirm(f"Delete {run.run_id}?", err=True)
