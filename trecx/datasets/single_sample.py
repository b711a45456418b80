"""Reads single samples by name, without reading or checking the rest of the dataset."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trecx.datasets import cifar, cifar_pickles, digits, kws, vww
from trecx.datasets.jpeg import read_jpeg
from trecx.datasets.raw_samples import RawSamples
from trecx.datasets.remote_files import DatasetSource
from trecx.datasets.sources import load_sources
from trecx.datasets.speech_commands import read_noise
from trecx.datasets.training_sets import SMALL_KWS_TITLE
from trecx.errors import DatasetError
from trecx.files import paths
from trecx.progress import silent

_SILENCE = re.compile(r"_silence_/\d{4} (.+\.wav) from (\d+) at ([\d.]+)")  # `speech_commands` names it so
_SMALL_KWS_KEY = "speech-commands-test-v0.02"

ReadOne = Callable[[str], RawSamples]


@dataclass(frozen=True)
class SingleSamples:
    """The samples of a dataset, one at a time.

    Attributes:
        source: of the dataset; None if it is part of a Python package.
        test_title: title of the dataset of its test samples.
        folder: of the downloaded dataset; None likewise.
    """

    source: DatasetSource | None
    test_title: str
    folder: Path | None
    _read: ReadOne

    @property
    def there(self) -> bool:
        """Whether the dataset is downloaded."""
        return self.folder is None or self.folder.is_dir()

    @property
    def fetch_command(self) -> str:
        """The command that downloads the dataset; empty if it needs none."""
        return load_sources().fetch_command(self.source) if self.source else ""

    def read(self, name: str) -> RawSamples:
        """Return one sample: int16 of shape (16000,), or uint8 of shape (height, width, 1 or 3).

        Raises:
            DatasetError: it is missing or damaged; the message says what to do.
        """
        return self._read(name)


def find_single_samples(task: str, dataset: str) -> SingleSamples | None:
    """Return a reader of single samples of the dataset with this title; None if it is not known."""
    if task == "digits":
        known = dataset == digits.TITLE
        return SingleSamples(None, dataset, None, _read_scan) if known else None
    sources, small = load_sources(), task == "kws" and dataset == SMALL_KWS_TITLE
    source = sources.titled(task, dataset, paths.DOWNLOADS)
    source = sources.find_dataset(task, _SMALL_KWS_KEY) if small else source
    if source is None:
        return None
    folder, title = paths.DOWNLOADS / source.folder, dataset if small else source.test_title
    return SingleSamples(source, title, folder, partial(_READ[source.key], folder))


def _inside(folder: Path, name: str) -> Path:
    """The path of a sample, whose name comes from a file of scores: never one outside the dataset."""
    path = folder / name.replace("\0", "")
    if "\0" in name or not path.resolve().is_relative_to(folder.resolve()):
        raise DatasetError(f"{name!r} is not a file of this dataset")
    return path


def _read_clip(folder: Path, name: str) -> npt.NDArray[np.int16]:
    try:
        frames = kws.read_wave(_inside(folder, name))[: kws.CLIP_FRAMES]
    except DatasetError as error:
        raise DatasetError(f"{name}: {error}; download the dataset again") from error
    return np.pad(frames, (0, kws.CLIP_FRAMES - len(frames)))  # as the network gets it


def _read_clip_or_silence(folder: Path, name: str) -> npt.NDArray[np.int16]:
    cut = _SILENCE.fullmatch(name)
    if not cut:
        return _read_clip(folder, name)
    file, first, volume = cut[1], int(cut[2]), float(cut[3])
    noise = _noise(folder).get(file, np.zeros(0, np.int16))
    frames = noise[first : first + kws.CLIP_FRAMES]
    if len(frames) < kws.CLIP_FRAMES:
        raise DatasetError(
            f"{name}: {file} has no second of noise at this position; download the dataset again"
        )
    return (frames * volume).astype(np.int16)


@lru_cache(maxsize=1)
def _noise(folder: Path) -> dict[str, npt.NDArray[np.int16]]:
    return read_noise(folder, "test")


def _read_image(folder: Path, name: str) -> npt.NDArray[np.uint8]:
    image: npt.NDArray[np.uint8] = vww.read_images([_inside(folder, name)])[0]
    return image


def _read_jpeg(folder: Path, name: str) -> npt.NDArray[np.uint8]:
    try:
        return read_jpeg(_inside(folder, name), cifar.SIDE)
    except DatasetError as error:
        raise DatasetError(f"{name}: {error}; download the dataset again") from error


def _read_pickled(folder: Path, name: str) -> npt.NDArray[np.uint8]:
    split, _, position = name.partition("/")
    images = _batch(folder / "test_batch")
    if split != "test" or not position.isdecimal() or int(position) >= len(images):
        raise DatasetError(f"{name!r} is not the name of an image of this test set")
    image: npt.NDArray[np.uint8] = images[int(position)]
    return image


@lru_cache(maxsize=1)
def _batch(path: Path) -> npt.NDArray[np.uint8]:
    return cifar_pickles.read_batch(path)[0]


def _read_scan(name: str) -> RawSamples:
    scans = _scans()
    if name not in scans:
        raise DatasetError(f"{name!r} is not the name of a scan of this test set")
    return scans[name]


@lru_cache(maxsize=1)
def _scans() -> dict[str, RawSamples]:
    found = digits.find_scans("test", silent)
    return dict(zip(found.names, found.raw[:], strict=True))


_READ: dict[str, Callable[[Path, str], RawSamples]] = {
    _SMALL_KWS_KEY: _read_clip,
    "speech-commands-v0.02": _read_clip_or_silence,
    "mlperf-tiny-vww01": _read_image,
    "cifar10": _read_pickled,
    "cifar10-test": _read_pickled,
    "cifar10-jpeg": _read_jpeg,
}
