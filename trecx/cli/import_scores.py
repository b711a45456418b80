"""The commands that read and write score files: `import`, `scores` and `example`."""

from pathlib import Path
from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.opened_store import open_store
from trecx.cli.options import Again, Db, Json, RunName, Source, System, Task, numbers
from trecx.datasets.tasks import SYSTEMS, TASKS, checked_name, task_of
from trecx.importing import ReadOptions, open_scores_files
from trecx.importing.examples import write_examples
from trecx.importing.scores_writer import write_scores
from trecx.importing.stored_import import About, import_run

Costs = "one value per exit, earlier exits included."


def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="Score file: .npz, .csv, .parquet or .jsonl; or .npy files of scores, labels and names; or "
            "the log of an EnergyRunner accuracy run and its y_labels.csv.",
        ),
    ],
    task: Task,
    system: System,
    exit_flops: Annotated[
        str,
        typer.Option(
            "--exit-flops", help="a,b,…: FLOPs from the input to each exit, earlier exits included."
        ),
    ] = "",
    relative_costs: Annotated[
        str, typer.Option(help="a,b,…: relative costs of the exits, if their FLOPs are unknown.")
    ] = "",
    energy_uj: Annotated[str, typer.Option(help=f"a,b,…: measured µJ, {Costs}")] = "",
    latency_ms: Annotated[str, typer.Option(help=f"a,b,…: measured ms, {Costs}")] = "",
    profile: Annotated[
        str, typer.Option(help="Name of the device profile for the measured costs; default: task/system.")
    ] = "",
    classes: Annotated[
        str, typer.Option("--classes", help="Class names in the network's order, separated by commas.")
    ] = "",
    labels_from: Annotated[
        int | None,
        typer.Option(
            min=0, max=1, help="Number of the first class in the labels, 0 or 1, if both are possible."
        ),
    ] = None,
    logits: Annotated[bool, typer.Option("--logits", help="The scores are logits: apply a softmax.")] = False,
    sigmoid: Annotated[
        bool, typer.Option("--sigmoid", help="One score per exit: p of the second class, 1 − p of the first.")
    ] = False,
    dataset: Annotated[
        str, typer.Option("--dataset", help="Name of the dataset; default: the file's name.")
    ] = "",
    again: Again = False,
    keep_anyway: Annotated[
        bool, typer.Option("--keep-anyway", help="Store scores that are less accurate than guessing, too.")
    ] = False,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Import scores from a file, or from files that belong together."""
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
    names = tuple(name.strip() for name in classes.split(",") if name.strip())
    options = ReadOptions(names, task_of(task).class_names, labels_from, logits, sigmoid)
    store = open_store(db)
    with printing.progress() as progress:
        content = open_scores_files(files, options, progress)
        imported = import_run(store, content, about, again, progress, keep_anyway)
    printing.tell(f"Read as: {'; '.join(content.remarks)}.")
    hint = "" if imported.run_is_new else " --again adds a new run."
    printing.tell(f"{imported.message}{hint}")
    run, kept = imported.run, imported.profile
    _tell_of_own(task, system)
    if dataset and run.dataset != dataset:
        printing.tell(f"These samples are already stored under the dataset name {run.dataset!r}; it is kept.")
    if run.precision != "float32":
        printing.tell(f"This is an {run.precision} run: ρ acts in steps of 1/256.")
    if run.relative_costs:
        printing.tell("Costs are relative: the final exit counts as 1 MFLOP.")
    if kept:
        printing.tell(f"The measured costs are stored as the device profile {kept.name!r}.")
    printing.show_runs([run], as_json, single=True)


def _tell_of_own(task: str, system: str) -> None:
    """Print a task or design that the paper does not have, because it may be a typing error."""
    own = [f"task {task}"] * (task not in TASKS) + [f"design {system}"] * (system not in SYSTEMS)
    if own:
        printing.tell(f"Not in the paper, so treated as your own: {', '.join(own)}.")


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
