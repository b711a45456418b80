"""Visual wake words images: the list of images, a check of each, and their pixels."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trecx.datasets.raw_samples import Found, LazyArray
from trecx.errors import DatasetError
from trecx.progress import Progress

LABELS = "y_labels.csv"
SHAPE = (96, 96, 3)
IMAGE_BYTES = 96 * 96 * 3


def find_images(folder: Path, progress: Progress) -> Found:
    """Return the images that `y_labels.csv` lists, in its order, uint8 of shape (n_images, 96, 96, 3), RGB.

    Each row holds a file, the number of classes (2) and a label (1 = person); there is no header. An image
    without a row has no label and is not part of the set.
    """
    try:
        rows = _rows(folder / LABELS)
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        fault = f"{LABELS}: cannot be read as a table ({getattr(error, 'strerror', None) or error})"
        return Found([], [], [fault], LazyArray([], read_images))
    names: dict[str, int] = {}
    faults = [] if rows else [f"{LABELS}: the file is empty"]
    for number, row in enumerate(rows, start=1):
        fault = _row_fault(row, names)
        if fault:
            faults.append(f"{LABELS} row {number}: {fault}")
        else:
            names[row[0]] = int(row[2])
            faults += _image_faults(folder, row[0])
        progress("checking images", number, len(rows))
    images = LazyArray([folder / name for name in names], read_images)
    return Found(list(names), list(names.values()), faults, images)


def read_images(paths: Sequence[Path]) -> npt.NDArray[np.uint8]:
    """Return the pixels of images, uint8 of shape (n_images, 96, 96, 3), RGB.

    Raises:
        DatasetError: an image changed after the check.
    """
    for path in paths:
        for fault in _image_faults(path.parent, path.name):
            raise DatasetError(f"{path} changed while it was in use: {fault}; download the dataset again")
    return np.stack([np.fromfile(path, np.uint8).reshape(SHAPE) for path in paths])


def _rows(table: Path) -> list[list[str]]:
    with table.open(newline="", encoding="utf-8") as handle:
        return list(csv.reader(handle, skipinitialspace=True))  # as published: "x.bin, 2, 1"


def _row_fault(row: list[str], names: dict[str, int]) -> str:
    if len(row) != 3:
        return f"{len(row)} columns instead of file, classes, label"
    file, classes, label = row
    if not file.endswith(".bin") or Path(file).name != file or "\0" in file:
        return f"{file!r} is not the name of a .bin file in this folder"
    if classes != "2" or label not in ("0", "1"):
        return f"{classes!r} classes and label {label!r} instead of 2 classes and label 0 or 1"
    return f"{file} occurs twice" if file in names else ""


def _image_faults(folder: Path, name: str) -> list[str]:
    """The fault of an image, checked by its size; empty if there is none."""
    try:
        size = (folder / name).stat().st_size
    except OSError as error:
        return [f"{name}: cannot be read ({error.strerror})"]
    return [] if size == IMAGE_BYTES else [f"{name}: {size:,} bytes instead of {IMAGE_BYTES:,}"]
