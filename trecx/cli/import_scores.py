"""The commands for scores as files: `import`, `scores` and `example`."""

from pathlib import Path
from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.options import Again, Db, Json, RunName, Source, System, Task, numbers
from trecx.datasets.tasks import SYSTEMS, TASKS, checked_name, task_of
from trecx.importing import open_scores_file
from trecx.importing.examples import write_examples
from trecx.importing.scores_writer import write_scores
from trecx.importing.stored_import import About, import_run
from trecx.store import Store

Costs = "one an exit, what the exits before it took included."


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scores as .npz, .csv or .parquet.")],
    task: Task,
    system: System,
    exit_flops: Annotated[
        str, typer.Option("--exit-flops", help="a,b,…: FLOPs by the time exit k answers.")
    ] = "",
    relative_costs: Annotated[
        str, typer.Option(help="a,b,…: what exits cost in proportion, where FLOPs are not known.")
    ] = "",
    energy_uj: Annotated[str, typer.Option(help=f"a,b,…: µJ measured, {Costs}")] = "",
    latency_ms: Annotated[str, typer.Option(help=f"a,b,…: ms measured, {Costs}")] = "",
    profile: Annotated[
        str, typer.Option(help="Name to keep what was measured under; else task/system.")
    ] = "",
    classes: Annotated[
        str, typer.Option("--classes", help="Class names in order, separated by commas.")
    ] = "",
    dataset: Annotated[
        str, typer.Option("--dataset", help="What the samples are; else the file's name.")
    ] = "",
    again: Again = False,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Take in scores that were made elsewhere."""
    about = About(
        task=checked_name("task", task),
        system=checked_name("system", system),
        dataset=dataset,
        exit_flops=numbers("--exit-flops", exit_flops, int),
        relative_costs=numbers("--relative-costs", relative_costs, float),
        energy_uj=numbers("--energy-uj", energy_uj, float),
        latency_ms=numbers("--latency-ms", latency_ms, float),
        profile=profile,
    )
    names = [name for name in classes.split(",") if name]
    with printing.progress() as progress:
        content = open_scores_file(file, names, task_of(task).class_names, progress)
        imported = import_run(Store(db), content, about, again, progress)
    printing.tell(imported.message)
    run, kept = imported.run, imported.profile
    _tell_of_own(task, system)
    if dataset and run.dataset != dataset:
        printing.tell(f"Samples of these names and labels are known here as {run.dataset!r}, and stay so.")
    if run.relative_costs:
        printing.tell("Costs are kept in proportion: 1 MFLOP stands for what the final exit costs.")
    if kept:
        printing.tell(f"What was measured is kept as the device profile {kept.name!r}.")
    printing.show_runs([run], as_json, single=True)


def _tell_of_own(task: str, system: str) -> None:
    """Name what is not of the paper: it may be a slip of the finger."""
    own = [f"task {task}"] * (task not in TASKS) + [f"system {system}"] * (system not in SYSTEMS)
    if own:
        printing.tell(f"Not of the paper, so taken as your own: {', '.join(own)}.")


def scores(
    run_name: RunName,
    out: Annotated[Path, typer.Option("--out", help="The file: .npz, .csv or .parquet.")],
    source: Source = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Write a run's scores into a file that `import` reads back bit for bit."""
    store = Store(db)
    run = store.find_run(run_name, source)
    with printing.progress() as progress:
        write_scores(store.load_scores(run), out, progress)
    printing.show_paths({run.run_id: out}, as_json)


def example(
    out: Annotated[Path, typer.Option("--out", help="The folder; it is made.")],
    as_json: Json = False,
) -> None:
    """Write an example of everything that can be brought: scores in each format, and a task of one's own."""
    printing.show_paths(write_examples(out), as_json)
