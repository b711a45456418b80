"""The commands that read and write score files: `import`, `scores` and `example`."""

from pathlib import Path
from typing import Annotated

import typer

from trecx.cli import import_options as given
from trecx.cli import printing
from trecx.cli.opened_store import open_store
from trecx.cli.options import Again, Db, Json, RunName, Source, System, Task
from trecx.importing.examples import write_examples
from trecx.importing.scores_writer import write_scores


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=given.FILES_HELP)],
    task: Task,
    system: System,
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
    again: Again = False,
    keep_anyway: given.KeepAnyway = False,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Import scores from a file, or from files that belong together."""
    about = given.about_scores(
        task, system, dataset, exit_flops, relative_costs, energy_uj, latency_ms, profile
    )
    options = given.read_options(task, classes, labels_from, logits, sigmoid)
    store = open_store(db)
    hint = " --again adds a new run."
    imported = given.import_files(store, files, about, options, again, keep_anyway, hint)
    printing.show_runs([imported.run], as_json, single=True)


def scores(
    run_name: RunName,
    out: Annotated[Path, typer.Option("--out", help="Output file: .npz, .csv or .parquet.")],
    source: Source = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Write a run's scores to a file; `import` reads the same values back."""
    store = open_store(db)
    run = store.find_run(run_name, source)
    with printing.progress() as progress:
        write_scores(store.load_scores(run), out, progress)
    printing.show_paths({run.run_id: out}, as_json)


def example(
    out: Annotated[Path, typer.Option("--out", help="Output folder; created if it does not exist.")],
    as_json: Json = False,
) -> None:
    """Write example files: scores in each format, and task files."""
    printing.show_paths(write_examples(out), as_json)
