"""CIFAR-10 as published: pickled batches, read without executing them.

Loading a pickle can run code. These may refer only to the three names of a NumPy array, and get an inert
object for each that stores its state; the array is then built here, from bytes whose number was checked.
"""

import io
import pickle
import pickletools
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np

from trecx.datasets.jpeg import Pixels
from trecx.datasets.raw_samples import Found
from trecx.datasets.tasks import TASKS
from trecx.errors import DatasetError
from trecx.progress import Progress

SIDE = 32  # pixels
ROW_BYTES = 3 * SIDE * SIDE  # all red, then all green, then all blue
BATCHES = {"train": tuple(f"data_batch_{number}" for number in range(1, 6)), "test": ("test_batch",)}
MAX_BYTES = 64_000_000  # a published batch has 31 million
MAX_MEMO = 1_000_000  # and numbers some ten thousand objects
_PUTS = ("PUT", "BINPUT", "LONG_BINPUT")


def find_pickled_images(folder: Path, split: str, progress: Progress) -> Found:
    """Return the images of a split, uint8 of shape (n_images, 32, 32, 3), RGB, in their published order."""
    images, labels, faults = [np.zeros((0, SIDE, SIDE, 3), np.uint8)], [], []
    for number, name in enumerate(BATCHES[split], start=1):
        try:
            of_batch, labels_of_batch = read_batch(folder / name)
        except DatasetError as error:
            faults.append(f"{name}: {error}")
        else:
            images.append(of_batch)
            labels += labels_of_batch
        progress("reading batches", number, len(BATCHES[split]))
    names = [f"{split}/{position:05d}" for position in range(len(labels))]
    return Found(names, labels, faults, np.concatenate(images))


def read_batch(path: Path) -> tuple[Pixels, list[int]]:
    """Return the images, uint8 of shape (n_images, 32, 32, 3), and the labels of one pickled batch.

    Raises:
        DatasetError: it cannot be read, refers to a name that an array does not need, or has other content.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DatasetError(f"larger than {MAX_BYTES:,} bytes, so not a batch of CIFAR-10")
        content = path.read_bytes()
        _check_memo(content)
        batch = _ArrayUnpickler(io.BytesIO(content)).load()
    except OSError as error:
        raise DatasetError(f"cannot be read ({error.strerror})") from error
    except DatasetError:
        raise
    except Exception as error:  # a damaged pickle may raise almost anything
        raise DatasetError(f"is not a pickled batch ({str(error) or type(error).__name__})") from error
    return _contents(batch)


def _check_memo(content: bytes) -> None:
    """Refuse a memo number that no batch needs: the unpickler would allocate memory for all below it."""
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name in _PUTS and argument is not None and argument > MAX_MEMO:
            raise DatasetError(f"has the memo number {argument:,}, more than a batch needs")


class _Inert:
    """Replaces any object of a pickled array, and stores the state that it is given."""

    state: Any = None

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def __setstate__(self, state: Any) -> None:
        self.state = state


_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),  # as published
    ("numpy._core.multiarray", "_reconstruct"),  # as written by NumPy 2
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}


class _ArrayUnpickler(pickle.Unpickler):
    def __init__(self, handle: IO[bytes]) -> None:
        super().__init__(handle, encoding="bytes")  # they were written by Python 2

    def find_class(self, module: str, name: str) -> type[_Inert]:
        if (module, name) not in _ALLOWED:
            raise DatasetError(
                f"refers to {module}.{name}, which no array needs; it was not run. Delete the file, and get "
                "it from the address in data/sources.toml"
            )
        return _Inert

    def persistent_load(self, pid: Any) -> NoReturn:
        raise DatasetError("refers to an object outside the file, which no array needs")


def _contents(batch: Any) -> tuple[Pixels, list[int]]:
    content = batch if isinstance(batch, dict) else {}
    labels, rows = content.get(b"labels"), _rows(content.get(b"data"))
    n_classes = len(TASKS["ic"].class_names)
    if rows is None or not isinstance(labels, list) or len(labels) != len(rows):
        raise DatasetError(f"has no array of {ROW_BYTES} bytes per image with one label per image")
    if not all(type(label) is int and 0 <= label < n_classes for label in labels):
        raise DatasetError(f"has a label outside 0..{n_classes - 1}")
    return np.ascontiguousarray(rows.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)), labels


def _rows(array: Any) -> Pixels | None:
    """The pickled array, or None if its state is not that of a C-ordered uint8 array of complete images.

    Its state: version, shape, dtype, whether it is in Fortran order, the bytes.
    """
    match array:
        case _Inert(state=(_, (int(), columns), _Inert(arguments=(kind, *_)), False, bytes(content))):
            right = columns == ROW_BYTES and kind in (b"u1", "u1") and len(content) % ROW_BYTES == 0
            return np.frombuffer(content, np.uint8).reshape(-1, ROW_BYTES) if right else None
    return None
