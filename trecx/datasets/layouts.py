"""The layout of a folder of samples: its title, and how each of its splits is found."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from trecx import paths
from trecx.datasets import cifar, cifar_pickles, digits, kws, speech_commands, vww, vww_folders
from trecx.datasets.raw_samples import Found
from trecx.datasets.sources import load_sources
from trecx.datasets.tasks import Task, find_task
from trecx.errors import DatasetError
from trecx.progress import Progress

Splits = dict[str, Callable[[Progress], Found]]


class Layout(NamedTuple):
    """A dataset in its folder.

    Attributes:
        title: of the dataset.
        folder: its folder; None if it is part of a Python package.
        splits: a function for each split that finds its samples.
        n_samples: the expected number of samples per split.
        remedy: what to do if something is wrong with it.
    """

    title: str
    folder: Path | None
    splits: Splits
    n_samples: dict[str, int]
    remedy: str


def find_layout(task: str, folder: Path | None = None) -> Layout:
    """Return the layout of `folder`, by default the one that `fetch_dataset` fills for `task`.

    Raises:
        UnknownNameError: there is no such task.
        DatasetError: the folder is missing.
    """
    facts, sources = find_task(task), load_sources()
    if facts.packaged_in:
        return _packaged(facts, folder)
    if folder is not None:
        return _layout(task, folder, {}, "correct or remove the files above, or give another folder")
    source = sources.fetched_dataset(task, paths.DOWNLOADS) or sources.datasets[task]
    remedy = f"delete that folder if it exists, then run `python -m trecx data fetch {task}`"
    return _layout(task, paths.DOWNLOADS / source.folder, source.n_samples, remedy)


def _packaged(task: Task, folder: Path | None) -> Layout:
    if folder is not None:
        raise DatasetError(
            f"the samples of {task.name} are part of {task.packaged_in}, so {folder} is not used; give no "
            "folder"
        )
    splits: Splits = {split: partial(digits.find_scans, split) for split in ("train", "test")}
    return Layout(digits.TITLE, None, splits, {}, f"install {task.packaged_in} again")


def _layout(task: str, folder: Path, n_samples: dict[str, int], remedy: str) -> Layout:
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}; {remedy}")
    title, splits = _recognise(task, folder)
    return Layout(title, folder, splits, n_samples, remedy)


def _recognise(task: str, folder: Path) -> tuple[str, Splits]:
    """Title and splits of the dataset in a folder, recognised by a file that no other layout has."""
    find_dataset = load_sources().find_dataset
    if task == "kws" and (folder / speech_commands.LISTS["test"]).exists():
        title = find_dataset(task, "speech-commands-v0.02").title
        return title, _splits(speech_commands.find_commands, folder, "train", "validation", "test")
    if task == "kws":
        title = find_dataset(task, "speech-commands-test-v0.02").title
        return title, {"test": partial(kws.find_clips, folder)}
    if task == "vww" and (folder / "person").is_dir():
        title = f"Visual wake words, person and non_person of {folder.resolve().name}"
        return title, _splits(vww_folders.find_people, folder, *vww_folders.SHARES)
    if task == "vww":
        title = find_dataset(task, "mlperf-tiny-vww01").title
        return title, {"test": partial(vww.find_images, folder)}
    if (folder / cifar_pickles.BATCHES["test"][0]).exists():
        title = find_dataset(task, "cifar10").title
        return title, _splits(cifar_pickles.find_pickled_images, folder, "train", "test")
    return find_dataset(task, "cifar10-jpeg").title, _splits(cifar.find_images, folder, "train", "test")


def _splits(find: Callable[[Path, str, Progress], Found], folder: Path, *names: str) -> Splits:
    return {name: partial(find, folder, name) for name in names}
