"""A model of the user's, with the task or the task file that its samples come from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import typer

from trecx.cli.arguments import not_text
from trecx.cli.terminal import is_writable
from trecx.datasets.custom_samples import open_custom_samples
from trecx.datasets.samples import SampleSet
from trecx.datasets.task_file import CustomTask, read_task_file
from trecx.datasets.tasks import checked_name, find_system, find_task
from trecx.errors import ModelError
from trecx.files.paths import DOWNLOADS
from trecx.jobs.known_models import training_of
from trecx.jobs.model_scoring import samples_to_score
from trecx.progress import Progress


@dataclass(frozen=True, eq=False)
class GivenModel:
    """A model that a command is given.

    Attributes:
        path: its file or folder.
        system: name of its design.
        task: a built-in task; empty with a task file.
        own: the task of the task file; None with a built-in task.
        folder: folder of the test samples; None: the one of `data fetch`.
        training: the training settings, if `train` wrote the model.
    """

    path: Path
    system: str
    task: str
    own: CustomTask | None
    folder: Path | None
    training: Mapping[str, Any] | None

    @classmethod
    def checked(cls, path: Path, system: str, task: str, task_file: Path | None, folder: Path | None) -> Self:
        """Return the model if the options fit together.

        Args:
            path: its file or folder.
            system: name of its design.
            task: a built-in task, or empty.
            task_file: file of a new task, or None.
            folder: folder of the test samples; None: the one of `data fetch`.

        Raises:
            BadParameter: neither or both of a task and a task file are given, or a folder is missing.
            TrecxError: a name is unknown, or the task file is not valid.
        """
        if not is_writable(path.name):  # it becomes the name of the run's model
            raise ModelError(not_text(path.name))
        own = _own_task(task, task_file, folder)
        _ = checked_name("system", system) if own else find_system(system)
        return cls(path, system, task, own, folder, None if own else _training_of(path, task, system))

    def test_samples(self, progress: Progress) -> SampleSet:
        """Return the samples to score, each checked.

        Raises:
            DatasetError: they are missing or damaged, or may include samples of the training set.
        """
        if self.own and self.folder:
            return open_custom_samples(self.own, self.folder, progress)
        return _named(samples_to_score(self.task, self.training, self.folder, progress), self.folder)


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
