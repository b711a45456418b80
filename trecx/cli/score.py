"""The command that scores a model: `score`."""

from pathlib import Path
from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.given_model import GivenModel
from trecx.cli.opened_store import open_store
from trecx.cli.options import Again, Db, Json, System
from trecx.importing.plausibility import doubts


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
    model = GivenModel.checked(model_path, system, task, task_file, folder)
    store = open_store(db)
    with printing.progress() as progress:
        progress("loading TensorFlow", 0, None)
        from trecx.nn.scored_run import score_into  # TensorFlow is loaded only if a model is run

        progress("loading TensorFlow", 1, 1)
        samples = model.test_samples(progress)
        run, new = score_into(store, model_path, system, samples, again, progress, model.training)
    for doubt in doubts(store.load_answers(run))[:1] if new else ():
        printing.tell(f"These scores are probably wrong. {doubt}")
    if not new:
        printing.tell(
            f"{run.run_id} already exists: this model was scored before. Nothing was added; "
            "--again adds a new run."
        )
    printing.show_runs([run], as_json, single=True)
