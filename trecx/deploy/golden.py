"""Inputs of an int8 network with what every exit must answer, byte for byte."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class GoldenSamples:
    """Samples that any build of a network can be checked with.

    Attributes:
        inputs: int8 of shape (n_samples, *shape of the network's input without the batch).
        exits: int8 softmax of every exit, of shape (n_samples, n_exits, n_classes).

    Raises:
        ValueError: a type or a shape is another.
    """

    inputs: npt.NDArray[np.int8]
    exits: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        if self.inputs.dtype != np.int8 or self.exits.dtype != np.int8:
            raise ValueError(f"inputs and exits must be int8, got {self.inputs.dtype}, {self.exits.dtype}")
        if self.exits.ndim != 3 or len(self.exits) != len(self.inputs) or not len(self.inputs):
            raise ValueError(
                "exits must have shape (n_samples, n_exits, n_classes) for one input or more, got "
                f"{self.exits.shape} for {len(self.inputs)} inputs"
            )
