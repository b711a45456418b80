"""The thresholds ρ that differ on a device with an int8 softmax.

There every confidence is k/256, and the highest is 255/256. So ρ has an effect only in steps of 1/256, and
above 255/256 there are no early exits. Only ρ is rounded to that grid here. The samples' confidences are
still float32, so a sample within 1/512 of a step may exit differently on the device.
"""

import math

import numpy as np

from trecx.scores import FloatArray

STEPS = 256
HIGHEST = 255 / 256


def int8_thresholds() -> FloatArray:
    """Return every distinct ρ, decreasing: `inf`, 255/256, …, 1/256, 0, of shape (257,)."""
    return np.append(np.inf, np.arange(STEPS - 1, -1, -1) / STEPS)


def snap_int8(threshold: float) -> float:
    """Return the ρ of the grid that gives the same result on the device.

    A confidence of k/256 is ≥ ρ exactly if it is ≥ the next multiple of 1/256, so ρ is rounded up to it.
    Above 255/256 no confidence reaches ρ: it becomes `inf`.

    >>> snap_int8(0.69) * 256, snap_int8(0.5) * 256, snap_int8(0.9962)
    (177.0, 128.0, inf)
    """
    return math.inf if never_reached(threshold) else math.ceil(threshold * STEPS) / STEPS


def never_reached(threshold: float) -> bool:
    """Return whether ρ is above 255/256 = 0.9961: an int8 device then has no early exits."""
    return threshold > HIGHEST
