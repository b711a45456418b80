"""What is left of ρ on a device whose softmax has 8 bits.

There every confidence is k/256, and the highest is 255/256. So ρ matters only in steps of 1/256, and above
255/256 no sample leaves early. Only ρ is put on that grid here: the samples' own confidences stay the float32
that they were scored with, so a sample within 1/512 of a step may fall on its other side on the device.
"""

import math

import numpy as np

from trecx.scores import FloatArray

STEPS = 256
HIGHEST = 255 / 256


def int8_thresholds() -> FloatArray:
    """Return each ρ that makes a difference, decreasing: `inf`, 255/256, …, 1/256, 0, of shape (257,)."""
    return np.append(np.inf, np.arange(STEPS - 1, -1, -1) / STEPS)


def snap_int8(threshold: float) -> float:
    """Return the ρ of the grid that does on the device what this ρ does there.

    A confidence of k/256 reaches ρ when it reaches the next step upward, so ρ goes up to that; above 255/256,
    where none can reach, to `inf`.

    >>> snap_int8(0.69) * 256, snap_int8(0.5) * 256, snap_int8(0.9962)
    (177.0, 128.0, inf)
    """
    return math.inf if never_reached(threshold) else math.ceil(threshold * STEPS) / STEPS


def never_reached(threshold: float) -> bool:
    """Return whether ρ lies above 0.9961, where on an int8 device no sample ever leaves early."""
    return threshold > HIGHEST
