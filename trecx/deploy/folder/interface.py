"""The tensors by which firmware meets the stages: input, softmax, and what crosses from stage to stage."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trecx.errors import ModelError

if TYPE_CHECKING:
    from trecx.deploy.flatbuffer import QuantizedNetwork, Tensor
    from trecx.deploy.stages import StagedNetwork


@dataclass(frozen=True)
class Value:
    """One quantized tensor.

    Attributes:
        shape: its sizes, without the batch.
        n_bytes: bytes of its values.
        scale: real value of one step.
        zero_point: the integer that stands for zero.
    """

    shape: tuple[int, ...]
    n_bytes: int
    scale: np.float32
    zero_point: int

    @property
    def sizes(self) -> str:
        """Its shape in words: `25 x 5 x 64`."""
        return " x ".join(map(str, self.shape))


@dataclass(frozen=True)
class StageInterface:
    """What goes into and comes out of one stage.

    Attributes:
        takes: slot of each input; 0 is the network's input.
        gives: slot of each output after the softmax.
        operators: names of its operators, each once, in the order in which they first run.
    """

    takes: tuple[int, ...]
    gives: tuple[int, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Interface:
    """All tensors that firmware handles.

    Attributes:
        input: one sample.
        softmax: of each exit.
        slots: the values that cross between stages: slot 1, 2, ….
        stages: one for each exit.
    """

    input: Value
    softmax: Value
    slots: tuple[Value, ...]
    stages: tuple[StageInterface, ...]

    @property
    def crossing_bytes(self) -> int:
        """Bytes of all values that cross between stages."""
        return sum(slot.n_bytes for slot in self.slots)

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators of all stages, each once, sorted."""
        return tuple(sorted({name for stage in self.stages for name in stage.operators}))


def interface_of(network: "StagedNetwork") -> Interface:
    """Return the interface of a staged network.

    Raises:
        ModelError: an input or a softmax is not int8, or the exits differ in their quantization.
    """
    parts = [stage.network() for stage in network.stages]
    values: dict[int, Value] = {}
    for stage, part in zip(network.stages, parts, strict=True):
        tensors = [
            *zip(stage.takes, part.inputs, strict=True),
            *zip(stage.gives, part.outputs[1:], strict=True),
        ]
        values |= {slot: _value(part.tensors[tensor]) for slot, tensor in tensors}
    exits = {
        _int8(part.tensors[part.outputs[0]], f"the softmax of exit {k}") for k, part in enumerate(parts, 1)
    }
    if len(exits) > 1:
        raise ModelError("the exits differ in classes, scale or zero point; convert the network as a whole")
    first = parts[0].tensors[parts[0].inputs[network.stages[0].takes.index(0)]]
    return Interface(
        input=_int8(first, "the input"),
        softmax=exits.pop(),
        slots=tuple(values[slot] for slot in sorted(values) if slot),
        stages=tuple(
            StageInterface(stage.takes, stage.gives, _operators(part))
            for stage, part in zip(network.stages, parts, strict=True)
        ),
    )


def _operators(part: "QuantizedNetwork") -> tuple[str, ...]:
    return tuple(dict.fromkeys(operator.name for operator in part.operators))


def _int8(tensor: "Tensor", what: str) -> Value:
    if tensor.type != "INT8" or len(tensor.scales) != 1:
        raise ModelError(f"{what} is {tensor.type}; convert the network with int8 input and outputs")
    return _value(tensor)


def _value(tensor: "Tensor") -> Value:
    scale = np.float32(tensor.scales[0] if tensor.scales else 1)
    zero_point = tensor.zero_points[0] if tensor.zero_points else 0
    return Value(tensor.shape[1:], tensor.n_bytes, scale, zero_point)
