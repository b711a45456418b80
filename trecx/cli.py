"""The command line: it finds what is asked for, calls the library, and prints."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from trecx import cli_choose, cli_export, cli_import, cli_train, printing
from trecx.cli_options import Again, Db, Grid, Json, RunName, Source, System, TaskName
from trecx.curve import benefit_curve, operating_point, tradeoff_points
from trecx.datasets.fetch import fetch_dataset, fetch_models
from trecx.datasets.own_samples import open_own_samples
from trecx.datasets.samples import SampleSet
from trecx.datasets.task_file import OwnTask, read_task_file
from trecx.datasets.tasks import checked_name, find_system, find_task
from trecx.errors import ModelError, ScoresError, TrecxError
from trecx.jobs.known import training_of
from trecx.jobs.scoring import samples_to_score
from trecx.paths import DOCS, DOWNLOADS
from trecx.store import Store

app = typer.Typer(
    help="Choose the confidence threshold ρ of an early-exit network on a microcontroller.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data = typer.Typer(help="The samples that models are scored on.", no_args_is_help=True)
models = typer.Typer(help="The paper's published models.", no_args_is_help=True)
app.add_typer(data, name="data")
app.add_typer(models, name="models")
app.command()(cli_choose.choose)
app.command()(cli_choose.devices)
app.command()(cli_export.export)
app.command("import")(cli_import.import_)
app.command()(cli_import.scores)
app.command()(cli_import.example)
app.command()(cli_train.train)
app.command()(cli_train.flops)
app.command()(cli_train.learning)


@app.command()
def runs(db: Db = None, as_json: Json = False) -> None:
    """List all runs."""
    store = Store(db)
    if not (found := store.runs()) and not as_json:
        printing.tell(f"There are no runs in {store.name} yet.")
    printing.show_runs(found, as_json)


@app.command()
def curve(
    run_name: RunName, grid: Grid = None, source: Source = None, db: Db = None, as_json: Json = False
) -> None:
    """Print the benefit curve: accuracy, exit rate and FLOPs at each step of ρ."""
    store = Store(db)
    run = store.find_run(run_name, source)
    points = benefit_curve(store.load_scores(run))
    printing.show_curve(run, points.on_grid(grid) if grid else points, as_json)


@app.command()
def point(
    run_name: RunName,
    threshold: Annotated[float, typer.Option("--threshold", help="ρ, 0..1, or inf: nobody leaves early.")],
    source: Source = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Print what one ρ does: accuracy, exits, FLOPs, confusion, overthinking."""
    store = Store(db)
    run = store.find_run(run_name, source)
    found = operating_point(store.load_scores(run), threshold)
    printing.show_point(run, found, store.baseline_of(run), as_json)


@app.command()
def tradeoff(
    run_name: RunName,
    grid: Grid = None,
    baseline_accuracy: Annotated[
        float | None,
        typer.Option("--baseline-accuracy", help="0..1; otherwise that of the task's baseline run."),
    ] = None,
    source: Source = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Print the points closest to the baseline's accuracy and 1, 2, 3 points below it (Table 1)."""
    store = Store(db)
    run = store.find_run(run_name, source)
    baseline = store.baseline_of(run)
    if baseline_accuracy is None:
        if baseline is None:
            raise ScoresError(
                f"no baseline of task {run.task} was scored over the samples of {run.run_id}; "
                "score one, or give --baseline-accuracy"
            )
        baseline_accuracy = baseline.standalone_accuracy[-1]
    points = benefit_curve(store.load_scores(run))
    found = tradeoff_points(points.on_grid(grid) if grid else points, baseline_accuracy)
    printing.show_tradeoff(run, found, baseline_accuracy, baseline, as_json)


@app.command()
def score(
    model_path: Annotated[Path, typer.Argument(metavar="MODEL", help="SavedModel folder, .h5 or .keras.")],
    system: System,
    task: Annotated[str, typer.Option("--task", help="kws, ic, vww or digits.")] = "",
    task_file: Annotated[
        Path | None, typer.Option("--task-file", help="A task of your own: a TOML file.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--data", help="Where the samples are; else where 'data fetch' puts them.")
    ] = None,
    again: Again = False,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Run a model over its task's test set and keep every exit's scores. A model file is a program."""
    own = _own_task(task, task_file, folder)
    _ = checked_name("system", system) if own else find_system(system)
    with printing.progress() as progress:
        progress("loading TensorFlow", 0, None)
        from trecx.nn.run import score_into  # TensorFlow is loaded only where a model is run

        progress("loading TensorFlow", 1, 1)
        if own and folder:
            samples, training = open_own_samples(own, folder, progress), None
        else:
            training = _training_of(model_path, task, system)
            samples = _named(samples_to_score(task, training, folder, progress), folder)
        run, new = score_into(Store(db), model_path, system, samples, again, progress, training)
    if not new:
        printing.tell(f"{run.run_id} was scored before and is unchanged; --again makes a new run.")
    printing.show_runs([run], as_json, single=True)


def _training_of(model: Path, task: str, system: str) -> dict[str, Any] | None:
    """Return what shaped a model that 'train' made; None for any other."""
    training = training_of(model.parent) if model.name == "model.keras" else None
    if training and (training["task"], training["system"]) != (task, system):
        trained = f"{training['task']}/{training['system']}"
        raise ModelError(f"{model} was trained as {trained}; give its own --task and --system")
    return training


def _named(samples: SampleSet, folder: Path | None) -> SampleSet:
    """Say in the dataset's title that the samples are somebody's own, if they are."""
    if folder is None or folder.resolve().is_relative_to(DOWNLOADS):
        return samples
    return replace(samples, dataset=f"{samples.dataset}, from {folder.resolve().name}")


def _own_task(task: str, task_file: Path | None, folder: Path | None) -> OwnTask | None:
    """Return the task of a task file; None where a task of the paper is named."""
    if bool(task) == bool(task_file):
        raise typer.BadParameter("give --task for a task of the paper, or --task-file for one of your own")
    if task_file is None:
        find_task(task)
        return None
    if folder is None:
        raise typer.BadParameter("a task of your own needs --data: where its samples are")
    return read_task_file(task_file)


@app.command()
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


@data.command("fetch")
def fetch_data(
    task: TaskName,
    key: Annotated[
        str | None, typer.Option("--key", help="Another dataset of the task, as data/sources.toml calls it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Download a task's test set and check it."""
    with printing.progress() as progress:
        folder = fetch_dataset(task, progress, key=key)
    printing.show_paths({task: folder}, as_json)


@models.command("fetch")
def fetch_published(task: TaskName, as_json: Json = False) -> None:
    """Download the paper's trained models of a task and check them."""
    with printing.progress() as progress:
        found = fetch_models(task, progress)
    printing.show_paths(found, as_json)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a TrecxError is told in one line and ends with status 1."""
    try:
        app(args=arguments, prog_name="trecx")
    except TrecxError as error:
        printing.tell_error(str(error))
        sys.exit(1)
