"""Golden samples: inputs with the bytes that every exit must give for them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class GoldenSamples:
    """Samples with the expected output of every exit, to check an implementation byte by byte.

    Attributes:
        inputs: quantized input features, of shape (n, *shape), int8.
        exits: the softmax of every exit, early to final, of shape (n, n_exits, n_classes), int8.
    """

    inputs: npt.NDArray[np.int8]
    exits: npt.NDArray[np.int8]
