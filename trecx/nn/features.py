"""Input features of the networks, computed from raw samples."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.errors import unknown_name
from trecx.nn import keras

if keras.backend.backend() == "tensorflow":
    from trecx.nn.mfcc_tensorflow import mfccs
else:
    from trecx.datasets.mfcc import mfccs

Batch = npt.NDArray[np.float32]

FEATURE_SHAPES = {"kws": (49, 10, 1), "ic": (32, 32, 3), "vww": (96, 96, 3), "digits": (8, 8, 1)}


def features(task: str, raw: npt.NDArray[Any]) -> Batch:
    """Return the input features of the task's published networks for raw samples.

    kws: int16 waveforms (n, 16000) → ten MFCCs per frame, (n, 49, 10, 1).
    vww: uint8 images (n, 96, 96, 3) → pixels 0..1.
    ic: uint8 images (n, 32, 32, 3) → pixels 0..255, as floats.
    digits: uint8 scans (n, 8, 8, 1) of values 0..16 → 0..1.
    (REFERENCE sections 1 and 2: as in the authors' training; digits are this project's own.)

    Raises:
        UnknownNameError: there is no such task.
    """
    if task not in _FEATURES:
        unknown_name("task", task, _FEATURES)
    return _FEATURES[task](raw)


def _unit_pixels(images: npt.NDArray[Any]) -> Batch:
    return images.astype(np.float32) / np.float32(255)


def _byte_pixels(images: npt.NDArray[Any]) -> Batch:
    return images.astype(np.float32)


def _unit_scans(scans: npt.NDArray[Any]) -> Batch:
    return scans.astype(np.float32) / np.float32(16)


_FEATURES: dict[str, Callable[[npt.NDArray[Any]], Batch]] = {
    "kws": mfccs,
    "ic": _byte_pixels,
    "vww": _unit_pixels,
    "digits": _unit_scans,
}
