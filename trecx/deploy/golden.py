"""Samples with the bytes that every exit must give, to check a build of the network."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class GoldenSamples:
    """Inputs of the network and the bytes that every exit gives for them.

    Attributes:
        inputs: int8, of shape (n, *shape of one sample).
        exits: softmax of every exit, int8, of shape (n, n_exits, n_classes).
    """

    inputs: npt.NDArray[np.int8]
    exits: npt.NDArray[np.int8]
