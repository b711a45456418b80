"""Arrays that cannot change, so that whoever gets one does not need a copy."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def frozen(array: Array) -> Array:
    """Return the array, which cannot be written to any more, of the same shape.

    >>> is_frozen(frozen(np.zeros(2))), is_frozen(np.zeros(2))
    (True, False)
    """
    array.flags.writeable = False
    return array


def is_frozen(array: Array) -> bool:
    """Whether an array cannot be written to, nor another array of the same memory."""
    return array.flags.owndata and not array.flags.writeable
