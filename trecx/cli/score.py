"""The command that scores a model: `score`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from trecx.cli import printing
from trecx.cli.arguments import not_text
from trecx.cli.opened_store import open_store
from trecx.cli.options import Again, Db, Json, System
from trecx.cli.terminal import is_writable
from trecx.datasets.custom_samples import open_custom_samples
from trecx.datasets.samples import SampleSet
from trecx.datasets.task_file import CustomTask, read_task_file
from trecx.datasets.tasks import checked_name, find_system, find_task
from trecx.errors import ModelError
from trecx.files.paths import DOWNLOADS
from trecx.importing.plausibility import doubts
from trecx.jobs.known_models import training_of
from trecx.jobs.model_scoring import samples_to_score


def score(
    model_path: Annotated[
        Path, typer.Argument(metavar="MODEL", help="SavedModel folder, .h5, .keras or .tflite file.")
    ],
    system: System,
    task: Annotated[str, typer.Option("--task", help="kws, ic, vww or digits.")] = "",
    task_file: Annotated[Path | None, typer.Option("--task-file", help="TOML file of a new task.")] = None,
    folder: Annotated[
        Path | None, typer.Option("--data", help="Folder of samples; default: the folder of 'data fetch'.")
    ] = None,
    again: Again = False,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Score a model on its task's test set, and store the scores of every exit.

    Loading a Keras model or a SavedModel can run code: score only models that you trust. A .tflite file is
    data.
    """
    if not is_writable(model_path.name):  # it becomes the name of the run's model
        raise ModelError(not_text(model_path.name))
    own = _own_task(task, task_file, folder)
    _ = checked_name("system", system) if own else find_system(system)
    store = open_store(db)
    with printing.progress() as progress:
        progress("loading TensorFlow", 0, None)
        from trecx.nn.scored_run import score_into  # TensorFlow is loaded only if a model is run

        progress("loading TensorFlow", 1, 1)
        if own and folder:
            samples, training = open_custom_samples(own, folder, progress), None
        else:
            training = _training_of(model_path, task, system)
            samples = _named(samples_to_score(task, training, folder, progress), folder)
        run, new = score_into(store, model_path, system, samples, again, progress, training)
    for doubt in doubts(store.load_answers(run))[:1] if new else ():
        printing.tell(f"These scores are probably wrong. {doubt}")
    if not new:
        printing.tell(
            f"{run.run_id} already exists: this model was scored before. Nothing was added; "
            "--again adds a new run."
        )
    printing.show_runs([run], as_json, single=True)


def _training_of(model: Path, task: str, system: str) -> dict[str, Any] | None:
    """Return how a model was trained, if 'train' wrote it; None for any other model."""
    training = training_of(model.parent) if model.name == "model.keras" else None
    if training and (training["task"], training["system"]) != (task, system):
        trained = f"{training['task']}/{training['system']}"
        raise ModelError(f"{model} was trained as {trained}; use that --task and --system")
    return training


def _named(samples: SampleSet, folder: Path | None) -> SampleSet:
    """Add the folder's name to the dataset's title if the samples were not downloaded by this project."""
    if folder is None or folder.resolve().is_relative_to(DOWNLOADS):
        return samples
    return replace(samples, dataset=f"{samples.dataset}, from {folder.resolve().name}")


def _own_task(task: str, task_file: Path | None, folder: Path | None) -> CustomTask | None:
    """Return the task of a task file; None if a built-in task is named."""
    if bool(task) == bool(task_file):
        raise typer.BadParameter("give either --task (a built-in task) or --task-file (a new task)")
    if task_file is None:
        find_task(task)
        return None
    if folder is None:
        raise typer.BadParameter("--task-file needs --data, the folder of samples")
    return read_task_file(task_file)
