"""The layout of a folder of samples: its title, and how each of its splits is found."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from trecx.datasets import cifar, cifar_pickles, digits, kws, speech_commands, vww, vww_folders
from trecx.datasets.raw_samples import Found
from trecx.datasets.remote_files import DatasetSource
from trecx.datasets.sources import load_sources
from trecx.datasets.tasks import Task, find_task
from trecx.errors import DatasetError
from trecx.files import paths
from trecx.progress import Progress

Splits = dict[str, Callable[[Progress], Found]]


class Layout(NamedTuple):
    """A dataset in its folder.

    Attributes:
        title: of the dataset.
        test_title: of its test split: the same as of another dataset with the same test samples.
        folder: its folder; None if it is part of a Python package.
        splits: a function for each split that finds its samples.
        n_samples: the expected number of samples per split.
        remedy: what to do if something is wrong with it.
        source: where it was downloaded from; None for any other folder.
    """

    title: str
    test_title: str
    folder: Path | None
    splits: Splits
    n_samples: dict[str, int]
    remedy: str
    source: DatasetSource | None = None

    def title_of(self, split: str) -> str:
        """Return the title of the dataset that a split belongs to."""
        return self.test_title if split == "test" else self.title


def find_layout(task: str, folder: Path | None = None, *, to_train: bool = False) -> Layout:
    """Return the layout of `folder`, by default the one that `fetch_dataset` fills for `task`.

    Args:
        task: the task's name.
        folder: the folder of the samples.
        to_train: whether the default is the dataset to train on rather than the one to test on.

    Raises:
        UnknownNameError: there is no such task.
        DatasetError: the folder is missing.
    """
    facts, sources = find_task(task), load_sources()
    if facts.packaged_in:
        return _packaged(facts, folder)
    if folder is None:
        source = sources.to_train_on(task, paths.DOWNLOADS) if to_train else None
        source = source or sources.to_test_on(task, paths.DOWNLOADS)
    else:
        source = sources.downloaded_to(task, folder)
    if source is None:
        if folder is None:
            raise DatasetError(f"data/sources.toml has no dataset of {task}; give a folder of samples")
        return _layout(task, folder, {}, "correct or remove the files above, or give another folder")
    remedy = f"delete that folder if it exists, then run `{sources.fetch_command(source)}`"
    layout = _layout(task, paths.DOWNLOADS / source.folder, source.n_samples, remedy)
    return layout._replace(source=source)


def _packaged(task: Task, folder: Path | None) -> Layout:
    if folder is not None:
        raise DatasetError(
            f"the samples of {task.name} are part of {task.packaged_in}, so {folder} is not used; give no "
            "folder"
        )
    splits: Splits = {split: partial(digits.find_scans, split) for split in ("train", "test")}
    again = f"install {task.packaged_in} again"
    return Layout(digits.TITLE, digits.TITLE, None, splits, {}, again)


def _layout(task: str, folder: Path, n_samples: dict[str, int], remedy: str) -> Layout:
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}; {remedy}")
    (title, test_title), splits = _recognise(task, folder)
    return Layout(title, test_title, folder, splits, n_samples, remedy)


def _recognise(task: str, folder: Path) -> tuple[tuple[str, str], Splits]:
    """Titles and splits of the dataset in a folder, recognised by a file that no other layout has."""

    def titles(key: str) -> tuple[str, str]:
        source = load_sources().find_dataset(task, key)
        return source.title, source.test_title

    if task == "kws" and (folder / speech_commands.LISTS["test"]).exists():
        splits = _splits(speech_commands.find_commands, folder, "train", "validation", "test")
        return titles("speech-commands-v0.02"), splits
    if task == "kws":
        return titles("speech-commands-test-v0.02"), {"test": partial(kws.find_clips, folder)}
    if task == "vww" and (folder / "person").is_dir():
        title = f"Visual wake words, person and non_person of {folder.resolve().name}"
        return (title, title), _splits(vww_folders.find_people, folder, *vww_folders.SHARES)
    if task == "vww":
        return titles("mlperf-tiny-vww01"), {"test": partial(vww.find_images, folder)}
    if any((folder / name).exists() for name in cifar_pickles.BATCHES["train"]):
        return titles("cifar10"), _splits(cifar_pickles.find_pickled_images, folder, "train", "test")
    if (folder / cifar_pickles.BATCHES["test"][0]).exists():
        return titles("cifar10-test"), _splits(cifar_pickles.find_pickled_images, folder, "test")
    return titles("cifar10-jpeg"), _splits(cifar.find_images, folder, "train", "test")


def _splits(find: Callable[[Path, str, Progress], Found], folder: Path, *names: str) -> Splits:
    return {name: partial(find, folder, name) for name in names}
