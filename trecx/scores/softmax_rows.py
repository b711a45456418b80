"""How far the sum of a softmax may be from 1: it depends on the numbers that the softmax was computed in."""

import numpy as np
import numpy.typing as npt

SUM_TOLERANCE = 1e-3
FLOAT16_TOLERANCE = 5e-3  # a softmax computed in float16 rounds every value, and their sum, to 11 bits
INT8_LEVELS = 256  # an int8 softmax has the scale 1/256
INT8_LARGEST = 255 / 256
_LOOK = 1024
_ROUND = 32  # multiples of 1/32 are written by hand, too
Array = npt.NDArray[np.generic]


def int8_tolerance(n_classes: int) -> float:
    """Return how far the sum of an int8 softmax may be from 1.

    Every class is rounded to a multiple of 1/256, so half of 1/256 per class; and 256/256 does not exist,
    and the kernel's exponential is approximate, so two more.

    >>> int8_tolerance(10) * 256
    7.0
    """
    return (n_classes / 2 + 2) / INT8_LEVELS


def sum_tolerance(values: Array) -> float:
    """Return how far the sum of each row may be from 1.

    Args:
        values: scores, of shape (…, n_classes).

    >>> sum_tolerance(np.array([0.7, 0.3])), sum_tolerance(np.array([0.75, 0.25])) * 256
    (0.001, 3.0)
    """
    if is_int8(values):
        return int8_tolerance(values.shape[-1])
    return FLOAT16_TOLERANCE if is_float16(values) else SUM_TOLERANCE


def is_int8(values: Array) -> bool:
    """Whether all values could come from an int8 softmax: multiples of 1/256 below 1.

    >>> is_int8(np.array([0.5, 0.25])), is_int8(np.array([1.0, 0.0])), is_int8(np.array([0.3]))
    (True, False, False)
    """
    if not values.size or values.dtype.kind != "f":
        return False
    return _on_grid(values[:_LOOK]) and _on_grid(values)  # most others are recognised by these


def is_evidently_int8(values: Array) -> bool:
    """Whether values are those of an int8 softmax, and not only round numbers such as 0.5 and 0.25.

    >>> is_evidently_int8(np.array([0.5, 0.25])), is_evidently_int8(np.array([0.5, 127 / 256]))
    (False, True)
    """
    return is_int8(values) and bool((np.multiply(values, _ROUND, dtype=np.float64) % 1 != 0).any())


def is_float16(values: Array) -> bool:
    """Whether all values are float16 numbers, in whatever type they are stored.

    >>> is_float16(np.array([np.float16(0.1)], np.float32)), is_float16(np.array([0.1]))
    (True, False)
    """
    with np.errstate(over="ignore"):
        return values.dtype.kind == "f" and bool((values.astype(np.float16) == values).all())


def _on_grid(values: Array) -> bool:
    steps = np.multiply(values, INT8_LEVELS, dtype=np.float64)
    return bool((steps == np.rint(steps)).all() and steps.min() >= 0 and steps.max() < INT8_LEVELS)
