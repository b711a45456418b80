"""The command that makes the staged int8 network of a model, with its scores and its folder: `deploy`."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trecx.cli import printing
from trecx.cli.asked_point import AskedPoint, Thresholds
from trecx.cli.given_model import GivenModel
from trecx.cli.opened_store import open_store
from trecx.cli.options import Json
from trecx.cli.printing_deployment import show_deployment
from trecx.cli.run_context import Asked, with_options
from trecx.deploy.calibration import CalibrationChoice, calibration_source, choose_calibration
from trecx.jobs.known_models import KnownModel, model_of
from trecx.jobs.model_deployment import deploy_known
from trecx.progress import Progress
from trecx.saved_points.record import PointRecord
from trecx.store import Run, Store

if TYPE_CHECKING:  # TensorFlow is loaded only where a model is run
    from trecx.deploy.deployment import Deployed

MODEL, CALIBRATION = "A model of your own", "Calibration"  # headings in --help


@with_options
def deploy(
    name: Annotated[
        str,
        typer.Argument(
            metavar="RUN|MODEL", help="A run, such as kws/trecx; or a model file or folder, with --system."
        ),
    ],
    asked: Asked,
    out: Annotated[Path, typer.Option(help="Folder to write; an earlier deployment in it is replaced.")],
    threshold: Annotated[
        float | None, typer.Option(help="ρ, 0..1, or inf: no early exits. A baseline needs none.")
    ] = None,
    thresholds: Thresholds = "",
    system: Annotated[
        str, typer.Option("--system", help="Design of the model: trecx, sdn, …", rich_help_panel=MODEL)
    ] = "",
    task: Annotated[str, typer.Option("--task", help="kws, ic, vww or digits.", rich_help_panel=MODEL)] = "",
    task_file: Annotated[
        Path | None, typer.Option("--task-file", help="TOML file of a new task.", rich_help_panel=MODEL)
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--data", help="Folder of test samples.", rich_help_panel=MODEL)
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            help="Folder of samples for calibration, laid out like --data; default: training samples, where "
            "there are any.",
            rich_help_panel=CALIBRATION,
        ),
    ] = None,
    calibration_samples: Annotated[
        int, typer.Option(min=1, help="Number of calibration samples.", rich_help_panel=CALIBRATION)
    ] = CalibrationChoice.n_samples,
    calibration_seed: Annotated[
        int, typer.Option(help="Another seed chooses other samples.", rich_help_panel=CALIBRATION)
    ] = CalibrationChoice.seed,
    as_json: Json = False,
) -> None:
    """Make the int8 network of a model, cut at its exits, with its scores and all that firmware needs.

    Loading a Keras model or a SavedModel can run code: deploy only models that you trust.
    """
    choice = CalibrationChoice(calibration_samples, calibration_seed)
    given = GivenModel.checked(Path(name), system, task, task_file, folder) if system else None
    if given is None and (task or task_file or folder or calibration):
        raise typer.BadParameter("--task, --task-file, --data and --calibration need a MODEL with --system")
    store = open_store(asked.db)
    source: GivenModel | KnownModel
    if given:
        source, n_exits = given, 1 if system == "baseline" else None
    else:
        run = store.find_run(name, asked.source)
        source, n_exits = model_of(run), run.n_exits
    point = AskedPoint.checked(asked, threshold, thresholds, n_exits)
    point_of = partial(point.record, store)
    with printing.progress() as progress:
        if isinstance(source, GivenModel):
            done = _deploy_given(source, store, point_of, out, calibration, choice, progress)
        else:
            done = deploy_known(source, store, point_of, out, choice, progress)
    show_deployment(done, as_json)


def _deploy_given(
    given: GivenModel,
    store: Store,
    point_of: Callable[[Run], PointRecord],
    out: Path,
    calibration: Path | None,
    choice: CalibrationChoice,
    progress: Progress,
) -> "Deployed":
    progress("loading TensorFlow", 0, None)
    from trecx.deploy.deployment import deploy_model

    progress("loading TensorFlow", 1, 1)
    tested = given.test_samples(progress)
    own = replace(given, folder=calibration, training=None).test_samples(progress) if calibration else None
    some = calibration_source(tested, given.training, own, given.folder, progress)
    chosen = choose_calibration(some, tested, choice)
    return deploy_model(
        store, given.path, given.system, tested, chosen, point_of, out, given.training, progress
    )
