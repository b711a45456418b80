"""The content of a model file, before its exits are identified."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Network:
    """The content of a model file, before its exits are identified.

    Attributes:
        run: takes a float32 batch, returns the outputs as a flat list of tensors.
        inputs: shape (batch first, None if not fixed) and type name of each input.
        parameters: number of weights, trained or not.
    """

    run: Callable[[Any], list[Any]]
    inputs: tuple[tuple[tuple[int | None, ...], str], ...]
    parameters: int
