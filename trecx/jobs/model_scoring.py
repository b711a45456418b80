"""Score a known model: download what is missing, then run the network on every sample."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trecx.datasets.download import fetch_dataset, fetch_models
from trecx.datasets.samples import SampleSet, open_samples
from trecx.datasets.sources import load_sources
from trecx.datasets.training_sets import open_training
from trecx.errors import DatasetError
from trecx.files import paths
from trecx.jobs.known_models import KnownModel
from trecx.progress import Progress, silent
from trecx.store import Run, Store


def score_known(model: KnownModel, store: Store, progress: Progress = silent) -> Run:
    """Score a known model and store the scores; return its run, which may have been stored before.

    Raises:
        FetchError: a download failed.
        DatasetError: the samples are damaged, or may include samples of the training set.
        ModelError: the model cannot be read or run, or TensorFlow is not installed.
        StoreError: the run could not be stored.
    """
    fetch_missing(model, progress)
    progress("loading TensorFlow", 0, None)
    from trecx.nn.scored_run import score_into  # TensorFlow is loaded only where a model is run

    progress("loading TensorFlow", 1, 1)
    samples = samples_to_score(model.task, model.training, progress=progress)
    return score_into(store, model.path, model.system, samples, False, progress, model.training)[0]


def fetch_missing(model: KnownModel, progress: Progress = silent) -> None:
    """Download what is missing of a known model and its samples, and verify what is here.

    Raises:
        FetchError: a download failed.
    """
    if model.samples:
        fetch_dataset(model.task, progress, folder=paths.DOWNLOADS, key=model.samples.key)
    if model.remote:
        fetch_models(model.task, progress, folder=paths.DOWNLOADS)


def samples_to_score(
    task: str,
    training: Mapping[str, Any] | None = None,
    folder: Path | None = None,
    progress: Progress = silent,
) -> SampleSet:
    """Return the test samples of a model: never one that it may have been trained on.

    Args:
        task: the task's name.
        training: the training settings, if it was trained here.
        folder: the folder of the samples; by default the one that `fetch_dataset` fills: with the dataset to
            test on, or with the one that the model was trained on.
        progress: called while samples are checked.

    Raises:
        DatasetError: the samples are damaged, or may include samples of the training set.
    """
    if not training:
        return open_samples(task, folder, progress)
    if folder is None:
        source = load_sources().titled(task, training["dataset"], paths.DOWNLOADS)
        folder = paths.DOWNLOADS / source.folder if source else None
    data = open_training(task, folder, progress)
    if data.sha256 != training["dataset_sha256"]:
        raise DatasetError(
            f"{task}/{training['system']} was trained on other samples than those in "
            f"{folder or data.dataset}, so the test set may contain its training samples; train it again: "
            f"python -m trecx train {task} {training['system']}"
        )
    return data.test
