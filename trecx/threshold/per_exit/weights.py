"""Whole numbers as weights of samples, so that sums over them are exact."""

import math

import numpy as np

from trecx.scores import FloatArray, IntArray
from trecx.threshold.joint_counts import JointCounts

_EXACT_BITS = 52  # whole numbers with so many bits are exact in float64


def row_weights(joint: JointCounts, class_weights: FloatArray | None) -> tuple[IntArray, float]:
    """Return the weight of each row as a whole number, of shape (n_rows,), and the unit of the weights.

    Without a class mix, they are the counts and 1. With one, a weight is rounded to a unit of about
    2**-52 of all samples, so that sums do not depend on their order and equal results are equal.

    Args:
        joint: the samples.
        class_weights: weight of one sample of each class, of mean 1 over the samples, of shape (n_classes,);
            None: all 1.
    """
    if class_weights is None:
        return joint.counts, 1
    unit = 2.0 ** (math.ceil(math.log2(joint.n_samples + 1)) - _EXACT_BITS)
    in_units = np.rint(class_weights / unit).astype(np.int64)
    return joint.counts * in_units[joint.classes], unit


def in_samples(sums: IntArray, unit: float) -> IntArray | FloatArray:
    """Return sums of such weights as numbers of samples, of the same shape; whole numbers for unit 1."""
    if unit == 1:
        return sums
    samples: FloatArray = sums * np.float64(unit)
    return samples
