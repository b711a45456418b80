"""Deploy a known model: download what is missing, then make its staged int8 network and its folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from trecx.datasets.samples import SampleSet
from trecx.deploy.calibration import (
    CalibrationChoice,
    CalibrationSamples,
    calibration_source,
    choose_calibration,
)
from trecx.jobs.known_models import KnownModel
from trecx.jobs.model_scoring import fetch_missing, samples_to_score
from trecx.progress import Progress, silent
from trecx.saved_points.record import PointRecord
from trecx.store import Run, Store

if TYPE_CHECKING:  # TensorFlow is loaded only where a model is run
    from trecx.deploy.deployment import Deployed

DEFAULT_CHOICE = CalibrationChoice()


def deploy_known(
    model: KnownModel,
    store: Store,
    point_of: Callable[[Run], PointRecord],
    out: Path,
    choice: CalibrationChoice = DEFAULT_CHOICE,
    progress: Progress = silent,
) -> "Deployed":
    """Make a known model's staged int8 network, store its run, and write its folder.

    Args:
        model: the model.
        store: the store of the runs.
        point_of: returns the operating point of the int8 run.
        out: the folder to write.
        choice: how the calibration samples are chosen.
        progress: called with the progress of each step.

    Raises:
        FetchError: a download failed.
        DatasetError: the samples are damaged, or may include samples of the training set.
        ExportError: `out` is not a folder that may be replaced.
        ModelError: the model cannot be converted, cut or run, or a tool is not installed.
        StoreError: a run could not be stored.
    """
    tested, calibration = deployment_samples(model, choice, progress)
    progress("loading TensorFlow", 0, None)
    from trecx.deploy.deployment import deploy_model

    progress("loading TensorFlow", 1, 1)
    return deploy_model(
        store, model.path, model.system, tested, calibration, point_of, out, model.training, progress
    )


def deployment_samples(
    model: KnownModel, choice: CalibrationChoice = DEFAULT_CHOICE, progress: Progress = silent
) -> tuple[SampleSet, CalibrationSamples]:
    """Download what is missing of a known model; return the samples to score, and those that calibrate.

    Raises:
        FetchError: a download failed.
        DatasetError: the samples are damaged, or may include samples of the training set.
    """
    fetch_missing(model, progress)
    tested = samples_to_score(model.task, model.training, progress=progress)
    source = calibration_source(tested, model.training, progress=progress)
    return tested, choose_calibration(source, tested, choice)
