"""The commands for networks that are built here: `train`, `flops` and `learning`."""

import itertools
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from trecx.cli import printing, printing_flops
from trecx.cli.opened_store import open_store
from trecx.cli.options import Db, Json, TaskName
from trecx.comparison.training_history import learning_curves
from trecx.datasets.samples import SampleSet
from trecx.datasets.tasks import find_task
from trecx.datasets.training_sets import open_training
from trecx.figures import learning_figure, must_write_pictures
from trecx.files.paths import MODELS
from trecx.store import Run

SystemName = Annotated[str, typer.Argument(metavar="SYSTEM", help="Design: baseline, trecx, sdn, …")]


def train(
    task: TaskName,
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="Design: baseline, trecx, …, or all.")],
    recipe_name: Annotated[
        str, typer.Option("--recipe", help="paper, or short (fewer epochs, for two CPU cores).")
    ] = "paper",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Random seed.")] = 0,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, help="Number of trainings, with seeds SEED, SEED + 1, …")
    ] = 1,
    epochs: Annotated[
        int | None,
        typer.Option(
            "--epochs",
            min=1,
            help="Number of epochs instead of the recipe's; the learning rate schedule is scaled.",
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--data", help="Folder of samples; default: the folder of 'data fetch'.")
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Output folder; the model is written to OUT/TASK/SYSTEM (seed-N below it if N > 0)."
        ),
    ] = MODELS,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Train a network, or resume an interrupted training; then score it on the task's test set."""
    find_task(task)
    with printing.progress() as progress:
        progress("loading Keras", 0, None)
        from trecx.nn import training
        from trecx.nn.networks import describe, systems_of

        progress("loading Keras", 1, 1)
        recipe = training.find_recipe(task, recipe_name, epochs)
        systems = systems_of(task) if system == "all" else (system,)
        descriptions = [describe(task, name) for name in systems]
        samples = open_training(task, folder, progress)
    runs = []
    for description, number in itertools.product(descriptions, range(seed, seed + seeds)):
        place = training.output_folder(out, task, description.system, number)
        printing.tell(f"Training {task}/{description.system}, seed {number}, in {place}")
        plan = training.TrainingPlan(description, recipe, number)
        if training.find_trained(place, plan.config(samples)):
            printing.tell("Already trained: only scored now. To train it again, delete that folder.")
        with printing.training_progress() as progress:
            trained = training.train(plan, samples, place, progress)
        runs += _score(db, trained.model, description.system, samples.test, trained.config)
    if runs or as_json:
        printing.show_runs(runs, as_json, single=len(runs) == 1)


def _score(
    db: str | None, model: Path, system: str, samples: SampleSet, config: Mapping[str, Any]
) -> list[Run]:
    """Score a model and store the run; return an empty list if Keras does not run on TensorFlow."""
    from trecx.nn import keras

    if keras.backend.backend() != "tensorflow":
        printing.tell(
            f"{model} is trained but not scored. To score it, run the command without KERAS_BACKEND."
        )
        return []
    from trecx.nn.scored_run import score_into

    store = open_store(db)
    with printing.progress() as progress:
        run, _ = score_into(store, model, system, samples, False, progress, config)
    return [run]


def flops(task: TaskName, system: SystemName, as_json: Json = False) -> None:
    """Print a network's FLOPs by stage and by exit, and its break-even exit rate."""
    find_task(task)
    with printing.progress() as progress:
        progress("loading TensorFlow", 0, None)
        from trecx.nn.flop_table import flop_table
        from trecx.nn.networks import build, describe

        progress("loading TensorFlow", 1, 1)
        parts = flop_table(build(describe(task, system)))
        baseline = flop_table(build(describe(task, "baseline")))
    document = printing_flops.flops_document(
        task, system, [asdict(part) for part in parts], baseline[-1].total_flops
    )
    printing_flops.show_flops(document, as_json)


def learning(
    task: TaskName,
    models: Annotated[Path, typer.Option("--models", help="Output folder of 'train'.")] = MODELS,
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write the learning curves to this SVG file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the final accuracies of a task's trained networks, and the epoch at which each converged."""
    find_task(task)
    curves = learning_curves(models, task)
    if out:
        must_write_pictures({out: learning_figure([curve for curve in curves if curve.seed == 0])})
        printing.tell(f"Learning curves written to {out}.")
    if as_json:
        printing.print_json([curve.document for curve in curves])
        return
    head = ("network", "epochs", "training accuracy", f"{curves[0].split} accuracy", "converged at epoch")
    printing.print_columns(
        head,
        (
            (
                f"{curve.system}, seed {curve.seed}",
                str(len(curve.measured)),
                f"{100 * curve.training[-1]:.2f} %",
                f"{100 * curve.measured[-1]:.2f} %",
                str(curve.level_epoch),
            )
            for curve in curves
        ),
    )
