"""CIFAR-10 as JPEG files: the list of images, and their pixels, decoded once."""

from contextlib import suppress
from pathlib import Path

import numpy as np

from trecx.datasets.class_folders import list_class_folders
from trecx.datasets.jpeg import Pixels, read_jpegs
from trecx.datasets.raw_samples import Found
from trecx.datasets.tasks import TASKS
from trecx.files import paths
from trecx.files.atomic_file import whole_file
from trecx.progress import Progress

SIDE = 32  # pixels


def find_images(folder: Path, split: str, progress: Progress) -> Found:
    """Return the images of `folder`/`split`/<class>/, uint8 of shape (n_images, 32, 32, 3), RGB.

    Those of a downloaded dataset are decoded once and stored as `FOLDER.SPLIT.npy` next to it: decoding
    60,000 images takes ten seconds, mapping the file takes milliseconds.
    """
    classes = TASKS["ic"].class_names
    names, labels, faults = list_class_folders(folder / split, classes, "image", f"{split}/")
    kept = folder.with_name(f"{folder.name}.{split}.npy")
    fetched = folder.is_relative_to(paths.DOWNLOADS)
    pixels = _load_decoded(kept, len(names)) if fetched else None
    if pixels is None:
        pixels, damaged = read_jpegs(folder, names, SIDE, resize=False, progress=progress)
        faults += damaged
        if fetched and not faults:
            _save_decoded(kept, pixels)
    return Found(names, labels, faults, pixels)


def _load_decoded(kept: Path, n_images: int) -> Pixels | None:
    """Map decoded images into memory; None if the file is missing or has other images."""
    try:
        pixels = np.load(kept, mmap_mode="r")
    except (OSError, ValueError, EOFError):  # missing, truncated, or not an array
        return None
    right = pixels.shape == (n_images, SIDE, SIDE, 3) and pixels.dtype == np.uint8
    return pixels if right else None


def _save_decoded(kept: Path, pixels: Pixels) -> None:
    # If the disk is full or read-only, they are decoded again each time.
    with suppress(OSError), whole_file(kept) as part, part.open("wb") as handle:
        np.save(handle, pixels)
