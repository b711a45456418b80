"""Visual wake words images for training, in the folders person/ and non_person/."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from trecx.datasets.class_folders import list_class_folders
from trecx.datasets.jpeg import Pixels, check_jpeg, read_jpeg
from trecx.datasets.raw_samples import Found, LazyArray
from trecx.datasets.splits import split_by_key
from trecx.datasets.tasks import TASKS
from trecx.errors import DatasetError
from trecx.progress import Progress

SIDE = 96  # pixels
SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def find_people(folder: Path, split: str, progress: Progress) -> Found:
    """Return a split of the JPEG images, resized to uint8 of shape (n_images, 96, 96, 3), RGB.

    The split is by hash of the file name. Every header is checked here, the pixels when they are read:
    decoding the images of COCO takes minutes.
    """
    names, labels, faults = list_class_folders(folder, TASKS["vww"].class_names, "image")
    parts = split_by_key([name.rpartition("/")[2] for name in names], tuple(SHARES.values()))
    chosen = parts[list(SHARES).index(split)]
    for done, position in enumerate(chosen, start=1):
        try:
            check_jpeg(folder / names[position])
        except DatasetError as error:
            faults.append(f"{names[position]}: {error}")
        progress("checking images", done, len(chosen))
    return Found(
        [names[position] for position in chosen],
        [labels[position] for position in chosen],
        faults,
        LazyArray([folder / names[position] for position in chosen], _read),
    )


def _read(paths: Sequence[Path]) -> Pixels:
    images = np.zeros((len(paths), SIDE, SIDE, 3), np.uint8)
    for image, path in zip(images, paths, strict=True):
        try:
            image[:] = read_jpeg(path, SIDE, resize=True)
        except DatasetError as error:
            raise DatasetError(f"{path}: {error}; correct or remove it, then run this again") from error
    return images
