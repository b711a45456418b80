"""Samples of a custom task: images or WAV files with one folder per class, or npz arrays."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from trecx.datasets.class_folders import list_class_folders
from trecx.datasets.jpeg import open_image
from trecx.datasets.kws import read_wave
from trecx.datasets.raw_samples import Found, LazyArray
from trecx.datasets.samples import SampleSet, damage_report
from trecx.datasets.task_file import CustomTask
from trecx.errors import DatasetError
from trecx.files.npz import read_npz
from trecx.progress import Progress, silent

FORMATS = ("JPEG", "PNG", "BMP")
MAX_NPZ_BYTES = 8 * 1024**3
_REMEDY = "correct or remove the files above"


def open_custom_samples(task: CustomTask, place: Path, progress: Progress = silent) -> SampleSet:
    """Return all samples at a place, each checked.

    Args:
        task: the custom task.
        place: a folder with one folder per class; for npz samples, the file.
        progress: called while checking.

    Raises:
        DatasetError: the samples are missing or damaged; the message names them.
    """
    if task.kind == "npz":
        found, classes = _arrays(task, place)
    else:
        if not place.is_dir():
            raise DatasetError(
                f"there is no folder {place}; give a folder with one folder per class with --data"
            )
        classes = task.classes or tuple(sorted(entry.name for entry in place.iterdir() if entry.is_dir()))
        found = _files(task, place, classes, progress)
    if len(classes) < 2:
        raise DatasetError(f"{place} has {len(classes)} class folders, but two or more are needed")
    if found.faults:
        raise DatasetError(damage_report(place, found.faults, _REMEDY))
    return SampleSet(
        task=task.name,
        dataset=task.title,
        split="test",
        class_names=classes,
        names=tuple(found.names),
        labels=np.array(found.labels, np.int64),
        raw=found.raw,
        folder=place if place.is_dir() else None,
        own=task,
    )


def _files(task: CustomTask, folder: Path, classes: Sequence[str], progress: Progress) -> Found:
    names, labels, faults = list_class_folders(folder, classes, task.noun)
    read = _reader(task)
    for done, name in enumerate(names, start=1):
        try:
            read(folder / name)
        except DatasetError as error:
            faults.append(f"{name}: {error}")
        progress(f"checking {task.noun}s", done, len(names))
    return Found(names, labels, faults, LazyArray([folder / name for name in names], partial(_stack, read)))


Reader = Callable[[Path], npt.NDArray[Any]]


def _stack(read: Reader, paths: Sequence[Path]) -> npt.NDArray[Any]:
    samples = []
    for path in paths:
        try:
            samples.append(read(path))
        except DatasetError as error:
            raise DatasetError(
                f"{path} changed while it was in use: {error}; run the command again"
            ) from error
    return np.stack(samples)


def _reader(task: CustomTask) -> Reader:
    said = task.preprocess
    if task.kind == "images":
        return partial(read_image, size=tuple(said["size"]), colour=said["colour"], resize=said["resize"])
    return partial(
        _read_clip, rate_hz=said["sample_rate"], n_frames=round(said["sample_rate"] * said["seconds"])
    )


def read_image(path: Path, size: tuple[int, int], colour: str, resize: bool) -> npt.NDArray[np.uint8]:
    """Return the pixels of an image, uint8 of shape (height, width, 3), RGB, or (height, width, 1), grey.

    Args:
        path: a JPEG, PNG or BMP file; its orientation entry is ignored.
        size: height and width, pixels.
        colour: "rgb" or "grey" (ITU-R 601 luma).
        resize: whether an image of another size is resized (bilinear, ignoring its aspect ratio).

    Raises:
        DatasetError: it has another format, is damaged, or has the wrong size; the text says which.
    """
    height, width = size
    with open_image(path, FORMATS) as image:
        if not resize and image.size != (width, height):
            raise DatasetError(
                f"{image.height}×{image.width} pixels instead of {height}×{width} (height × width); "
                "set resize = true in the task file to resize images"
            )
        pixels = image.convert("L" if colour == "grey" else "RGB")
        if resize:
            pixels = pixels.resize((width, height), Image.Resampling.BILINEAR)
        return np.asarray(pixels).reshape(height, width, -1)


def _read_clip(path: Path, rate_hz: int, n_frames: int) -> npt.NDArray[np.int16]:
    """Return one clip, padded with zeros or truncated at the end."""
    clip = np.zeros(n_frames, np.int16)
    frames = read_wave(path, rate_hz)[:n_frames]
    clip[: len(frames)] = frames
    return clip


def _arrays(task: CustomTask, place: Path) -> tuple[Found, tuple[str, ...]]:
    """Return the arrays of an npz file: `samples` (n, …), `labels` (n,), optionally `names` (n,)."""
    try:
        with place.open("rb") as file:
            arrays = read_npz(file, ("samples", "labels", "names"), MAX_NPZ_BYTES)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{place} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not {"samples", "labels"} <= set(arrays):
        raise DatasetError(f"{place} needs the arrays samples and labels, but has {list(arrays)}")
    samples, labels = arrays["samples"], arrays["labels"]
    names = arrays.get("names", np.array([f"{k:06d}" for k in range(len(samples) if samples.ndim else 0)]))
    if samples.dtype.kind not in "uif" or samples.ndim < 2 or not len(samples):
        raise DatasetError(
            f"{place}: samples must be numbers with one row per sample, got {samples.dtype} {samples.shape}"
        )
    if labels.dtype.kind not in "ui" or not labels.shape == names.shape == (len(samples),):
        raise DatasetError(
            f"{place}: {len(samples)} samples need as many labels (whole numbers) and names; "
            f"got labels {labels.dtype} {labels.shape}, names {names.shape}"
        )
    classes = task.classes or tuple(map(str, range(int(labels.max()) + 1)))
    wrong = np.flatnonzero((labels < 0) | (labels >= len(classes)))
    faults = [f"labels[{k}]: {labels[k]} is not one of the {len(classes)} classes" for k in wrong]
    if samples.dtype.kind == "f":
        bad = np.flatnonzero(~np.isfinite(samples).reshape(len(samples), -1).all(axis=1))
        faults += [f"samples[{k}]: has a number that is not finite" for k in bad]
    return Found(names.tolist(), labels.tolist(), faults, samples), classes
