"""The operators of a `.tflite` file, read from its flatbuffer; nothing in it is run."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from trecx.errors import ModelError

MAX_BYTES = 256 * 1024**2
_MAX_OPERATORS, _MAX_TENSORS, _MAX_EDGES = 10_000, 100_000, 4_096
AGAIN = "copy it again, or convert it again"
_IDENTIFIER = b"TFL3"
_OPTIONS = {
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "TRANSPOSE_CONV": "TransposeConvOptions",
    "BATCH_MATMUL": "BatchMatMulOptions",
}
BIAS_PLACES = {"CONV_2D": 2, "CONV_3D": 2, "DEPTHWISE_CONV_2D": 2, "FULLY_CONNECTED": 2, "TRANSPOSE_CONV": 3}
_MAX_BIAS_BYTES = 1024**2
WEIGHTED_OPERATORS = frozenset({*BIAS_PLACES, "BATCH_MATMUL"})


@dataclass(frozen=True)
class Operator:
    """One operator.

    Attributes:
        name: TensorFlow Lite's own, such as `CONV_2D`; of a custom operator, its code and " (custom)".
        inputs: indices of its input tensors; −1 for one that is left out, or is a bias of zeros, which the
            converter adds where a network has none.
        outputs: indices of its output tensors.
        window: number of elements of a pooling's window; 1 otherwise.
        strides: product of a transposed convolution's strides; 1 otherwise.
        transposed: whether the first factor of a matrix product is transposed.
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    window: int = 1
    strides: int = 1
    transposed: bool = False


@dataclass(frozen=True, eq=False)
class OperatorGraph:
    """The network of a `.tflite` file.

    Attributes:
        operators: in the order in which they run.
        inputs: tensors of the network's input.
        outputs: tensors that are its outputs, in the file's own order.
        types: type name of each tensor.
        constants: tensors whose content is in the file.
    """

    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    types: tuple[str, ...]
    constants: frozenset[int]

    @cached_property
    def _producers(self) -> dict[int, int]:
        return {tensor: index for index, operator in enumerate(self.operators) for tensor in operator.outputs}

    def ancestors(self, output: int) -> frozenset[int]:
        """Return the operators that the tensor `output` is computed from."""
        found, waiting = set[int](), [output]
        while waiting:
            index = self._producers.get(waiting.pop())
            if index is not None and index not in found:
                found.add(index)
                waiting.extend(self.operators[index].inputs)
        return frozenset(found)

    def weighted(self, operators: Iterable[int]) -> frozenset[int]:
        """Return the operators among these that are convolutions or matrix products."""
        return frozenset(index for index in operators if self.operators[index].name in WEIGHTED_OPERATORS)

    def is_quantized(self, output: int) -> bool:
        """Return whether an output has the steps of an 8-bit tensor, be it written as float32."""
        index = self._producers.get(output)
        if index is not None and self.operators[index].name == "DEQUANTIZE":
            output = self.operators[index].inputs[0]
        return self.types[output] in ("INT8", "UINT8")


def read_operators(content: bytes) -> OperatorGraph:
    """Return the operators of a `.tflite` file's content.

    Raises:
        ModelError: it is not such a file, or damaged, or too large.
    """
    if content[4:8] != _IDENTIFIER:
        raise ModelError(
            f"it lacks the identifier of a .tflite file, so it is damaged or another file; {AGAIN}"
        )
    try:
        return _read(content)
    except ModelError:
        raise
    except Exception as error:  # a flatbuffer that points outside of the file: errors of many types
        raise ModelError(f"it is damaged or incomplete ({type(error).__name__}); {AGAIN}") from error


def _read(content: bytes) -> OperatorGraph:
    # Not at the top: there, a missing TensorFlow would fail before `trecx.nn` can say what to do.
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.Model.GetRootAs(content, 0)
    if model.SubgraphsLength() < 1:
        raise ModelError(f"it holds no network; {AGAIN}")
    network = model.Subgraphs(0)
    n_tensors = _within("tensors", network.TensorsLength(), _MAX_TENSORS)
    n_operators = _within("operators", network.OperatorsLength(), _MAX_OPERATORS)
    names = _constant_names(schema.TensorType)
    tensors = [network.Tensors(index) for index in range(n_tensors)]
    data = [_content(model, tensor) for tensor in tensors]
    operators = (_operator(schema, model, network.Operators(k), n_tensors) for k in range(n_operators))
    return OperatorGraph(
        operators=tuple(_without_zero_bias(operator, data) for operator in operators),
        inputs=_indices(network, "Inputs", n_tensors),
        outputs=_indices(network, "Outputs", n_tensors),
        types=tuple(names.get(tensor.Type(), "unknown") for tensor in tensors),
        constants=frozenset(index for index, content in enumerate(data) if content is not None),
    )


def _operator(schema: Any, model: Any, operator: Any, n_tensors: int) -> Operator:
    code = model.OperatorCodes(operator.OpcodeIndex())
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    name = _constant_names(schema.BuiltinOperator).get(number, f"operator {number}")
    if name == "CUSTOM":
        name = f"{(code.CustomCode() or b'?').decode('utf-8', 'replace')} (custom)"
    inputs, outputs = (_indices(operator, side, n_tensors) for side in ("Inputs", "Outputs"))
    kind = _OPTIONS.get(name, "")
    table = operator.BuiltinOptions()
    if table is None or operator.BuiltinOptionsType() != getattr(schema.BuiltinOptions, kind, None):
        return Operator(name, inputs, outputs)
    options = getattr(schema, kind)()
    options.Init(table.Bytes, table.Pos)
    if kind == "Pool2DOptions":
        return Operator(name, inputs, outputs, window=options.FilterHeight() * options.FilterWidth())
    if kind == "TransposeConvOptions":
        return Operator(name, inputs, outputs, strides=options.StrideH() * options.StrideW())
    return Operator(name, inputs, outputs, transposed=bool(options.AdjX()))


def _indices(owner: Any, side: str, n_tensors: int) -> tuple[int, ...]:
    n = _within(side.lower(), getattr(owner, f"{side}Length")(), _MAX_EDGES)
    found = tuple(int(getattr(owner, side)(k)) for k in range(n))
    if any(not -1 <= index < n_tensors for index in found):
        raise ModelError(f"it is damaged: an operator names a tensor that does not exist; {AGAIN}")
    return found


def _content(model: Any, tensor: Any) -> Any:
    """Return a tensor's bytes, none if they lie outside of the flatbuffer; None if they are computed."""
    number = tensor.Buffer()
    buffer = model.Buffers(number) if 0 < number < model.BuffersLength() else None
    if buffer is None or not (buffer.DataLength() or buffer.Size()):
        return None
    return buffer.DataAsNumpy() if buffer.DataLength() else np.empty(0, np.uint8)


def _without_zero_bias(operator: Operator, data: list[Any]) -> Operator:
    place = BIAS_PLACES.get(operator.name, len(operator.inputs))
    bias = operator.inputs[place] if place < len(operator.inputs) else -1
    content = data[bias] if bias >= 0 else None
    if content is None or not 0 < len(content) <= _MAX_BIAS_BYTES or content.any():
        return operator
    return replace(operator, inputs=(*operator.inputs[:place], -1, *operator.inputs[place + 1 :]))


def _within(what: str, n: int, most: int) -> int:
    if n > most:
        raise ModelError(
            f"it declares {n:,} {what}, more than {most:,}, so it is damaged or too large; {AGAIN}"
        )
    return n


@cache
def _constant_names(enumeration: Any) -> dict[int, str]:
    return {value: name for name, value in vars(enumeration).items() if isinstance(value, int)}
