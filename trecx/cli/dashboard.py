"""The command that opens the dashboard, on a store or on a file of scores: `dashboard`."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from trecx.cli import dashboard_server, printing
from trecx.cli import import_options as given
from trecx.cli.opened_store import open_store
from trecx.cli.options import Db, Json
from trecx.errors import StoreError
from trecx.files import paths
from trecx.files.user_store import UserStore, own_store
from trecx.store import Store

DESIGN = "mine"  # of a file's scores, if none is given
_LONGEST = 40  # of a task's name


def dashboard(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE…]", help=given.FILES_HELP)] = None,
    task: Annotated[
        str, typer.Option("--task", help="Task of the scores in FILE; default: the file's name.")
    ] = "",
    system: Annotated[str, typer.Option("--system", help="Design of the scores in FILE.")] = DESIGN,
    exit_flops: given.ExitFlops = "",
    relative_costs: given.RelativeCosts = "",
    energy_uj: given.EnergyUj = "",
    latency_ms: given.LatencyMs = "",
    profile: given.Profile = "",
    classes: given.Classes = "",
    labels_from: given.LabelsFrom = None,
    logits: given.Logits = False,
    sigmoid: given.Sigmoid = False,
    dataset: given.Dataset = "",
    keep_anyway: given.KeepAnyway = False,
    db: Db = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=1,
            max=65535,
            envvar="STREAMLIT_SERVER_PORT",
            help=f"Port; default: {dashboard_server.FIRST_PORT}, or the next free one.",
        ),
    ] = None,
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", envvar="STREAMLIT_SERVER_HEADLESS", help="Do not open a browser."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Open the dashboard in the browser; with FILE, import its scores first and open their run."""
    files = files or []
    task = task or (_task_name(files[0]) if files else "")
    if files:  # a wrong option is refused before anything is done
        about = given.about_scores(
            task, system, dataset, exit_flops, relative_costs, energy_uj, latency_ms, profile
        )
        options = given.read_options(task, classes, labels_from, logits, sigmoid)
    port = dashboard_server.free_port(port)
    address = db or os.environ.get("TRECX_DB") or _default_store(for_files=bool(files))
    store = open_store(address)
    run_id = None
    if files:
        run_id = given.import_files(store, files, about, options, keep_anyway=keep_anyway).run.run_id
        printing.tell(f"It is in the store {store.name}.")
    else:
        _check(store)
    dashboard_server.serve(address, dashboard_server.Shown(store.name, run_id, port), not no_browser, as_json)


def _task_name(file: Path) -> str:
    """Return a valid name for the task of a file's scores.

    >>> _task_name(Path("Door Bell_v2.npz")), _task_name(Path("ρ.csv"))
    ('door-bell-v2', 'scores')
    """
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:_LONGEST].strip("-") or "scores"


def _default_store(for_files: bool) -> str:
    """Return the store that is opened if none is named: files are never imported into a clone's own."""
    if paths.IS_CLONE and not for_files:
        return paths.database_url()
    store = own_store()
    if store.is_older:
        _tell_of_other_scores(store)
    return str(store.file)


def _tell_of_other_scores(store: UserStore) -> None:
    printing.tell(
        f"The scores of this release are not in your store {store.file}: you have changed it, so it was not "
        f"replaced. To see them, add --db {paths.SHIPPED_STORE}"
    )


def _check(store: Store) -> None:
    """Raise if a store cannot be shown.

    Raises:
        StoreError: it does not exist, cannot be read, or is of another release or program.
    """
    if store.file and not store.file.exists():
        raise StoreError(
            f"there is no database file {store.file}; give another with --db, or a file of scores to import "
            "into a new one"
        )
    store.runs()
