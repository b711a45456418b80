"""A stage in the making: the C text of its constants and calls, and the kernels that they need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trecx.deploy.flatbuffer import Operator, QuantizedNetwork, Tensor
from trecx.errors import ModelError

STAGES = "use other layers, or deploy the .tflite stages, which do not need plain C"
WIDTH = 16  # numbers a line


@dataclass
class StageText:
    """The constants and calls of one stage.

    Attributes:
        network: the stage's operators.
        place: C expression of where a computed tensor lies.
        constants: definitions of arrays and structures.
        calls: statements.
        kernels: names of the kernels' files, without the ending.
    """

    network: QuantizedNetwork
    place: Callable[[int], str]
    constants: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    kernels: set[str] = field(default_factory=set)

    def tensor(self, operator: Operator, number: int) -> Tensor:
        """Return an operator's quantized input, counted from 0, or its output: −1.

        Raises:
            ModelError: it is computed and not int8 with one scale, or a constant without scales.
        """
        found = self.network.tensors[operator.outputs[0] if number < 0 else operator.inputs[number]]
        if found.data is None and (found.type != "INT8" or len(found.scales) != 1):
            raise not_supported(operator, f"a value of type {found.type} with {len(found.scales)} scales")
        if found.data is not None and not found.scales:
            raise not_supported(operator, f"a constant of type {found.type} without a scale")
        return found

    def computed(self, operator: Operator) -> None:
        """Check that an operator's first input is a computed int8 value.

        Raises:
            ModelError: it is not.
        """
        if self.tensor(operator, 0).data is not None:
            raise not_supported(operator, "a constant input")

    def pointer(self, operator: Operator, number: int) -> str:
        """Return the C expression of an operator's input, counted from 0, or of its output: −1.

        Raises:
            ModelError: it is in the file and not int8.
        """
        index = operator.outputs[0] if number < 0 else operator.inputs[number]
        tensor = self.network.tensors[index]
        if tensor.data is None:
            return self.place(index)
        if tensor.type != "INT8":
            raise not_supported(operator, f"a constant of type {tensor.type}")
        return self.array("int8_t", tensor.data.ravel().tolist())

    def array(self, kind: str, values: Sequence[int]) -> str:
        """Define a constant array and return its name."""
        name = f"data_{len(self.constants)}"
        lines = "\n".join(_lines(values))
        self.constants.append(f"static const {kind} {name}[{len(values)}] = {{\n{lines}}};")
        return name

    def structure(self, kind: str, values: Mapping[str, Any]) -> str:
        """Define a constant structure and return its address."""
        name = f"data_{len(self.constants)}"
        fields = ", ".join(f".{key} = {_literal(value)}" for key, value in values.items())
        self.constants.append(f"static const trecx_{kind} {name} = {{{fields}}};")
        return f"&{name}"

    def call(self, kernel: str, function: str, *arguments: object) -> None:
        """Add a call of a function of a kernel's file."""
        self.kernels.add(kernel)
        self.calls.append(f"trecx_{function}({', '.join(map(str, arguments))});")


def not_supported(operator: Operator, what: str) -> ModelError:
    """Return the error for a variant of an operator that plain C does not have."""
    return ModelError(f"plain C has no {operator.name} with {what}; {STAGES}")


def numbers(array: Any) -> list[int]:
    """Return the values of a constant tensor."""
    return [int(value) for value in np.ravel(array)]


def braces(values: Iterable[int]) -> str:
    """Return an initialiser on one line."""
    return "{" + ", ".join(map(str, values)) + "}"


def _literal(value: Any) -> str:
    return braces(value) if isinstance(value, (list, tuple)) else str(int(value))


def _lines(values: Sequence[int]) -> Iterable[str]:
    for start in range(0, len(values), WIDTH):
        yield "    " + ", ".join(map(_number, values[start : start + WIDTH])) + ","


def _number(value: int) -> str:
    # C has no literal for the smallest int32: it would be minus a number that is too large.
    return "INT32_MIN" if value == -(2**31) else str(value)
