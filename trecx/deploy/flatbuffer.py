"""The content of a `.tflite` file as plain objects: tensors with their quantization, and operators."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt

from trecx.errors import ModelError
from trecx.nn.tflite.graph import AGAIN

IDENTIFIER = b"TFL3"
EXIT = "exit_"  # names of the outputs of a network that was converted here: exit_1, exit_2, …


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor.

    Attributes:
        shape: its sizes, the batch of one included.
        type: TensorFlow Lite's name: `INT8`, `INT32`, ….
        scales: real value of one step: none, one, or one for each index of `axis`.
        zero_points: the integers that stand for zero, as many as scales.
        axis: the axis that `scales` belongs to.
        data: its values, if they are in the file; None if they are computed.
    """

    shape: tuple[int, ...]
    type: str
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int
    data: npt.NDArray[Any] | None

    @property
    def scale(self) -> float:
        """The only scale."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        """The only zero point."""
        return self.zero_points[0]

    @property
    def n_bytes(self) -> int:
        """Bytes of its values."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(_DTYPES[self.type]).itemsize


@dataclass(frozen=True)
class Operator:
    """One operator.

    Attributes:
        name: TensorFlow Lite's own: `CONV_2D`, ….
        inputs: indices of its input tensors; −1 for one that is left out.
        outputs: indices of its output tensors.
        options: its attributes by their names in the schema: `strideH`, `fusedActivationFunction`, ….
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class QuantizedNetwork:
    """The network of a `.tflite` file, operators in the order in which they run."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read_quantized(content: bytes) -> QuantizedNetwork:
    """Return the network of a `.tflite` file that was checked before (`trecx.nn.tflite.graph`).

    Raises:
        ModelError: it has a tensor of a type that is not supported.
    """
    model = unpack(content)
    graph = model.subgraphs[0]
    return QuantizedNetwork(
        tensors=tuple(_tensor(model, tensor) for tensor in graph.tensors),
        operators=tuple(
            Operator(
                operator_name(model, operator),
                tuple(map(int, operator.inputs)),
                tuple(map(int, operator.outputs)),
                dict(vars(operator.builtinOptions)) if operator.builtinOptions is not None else {},
            )
            for operator in graph.operators
        ),
        inputs=tuple(map(int, graph.inputs)),
        outputs=tuple(map(int, graph.outputs)),
    )


def unpack(content: bytes) -> Any:
    """Return the schema's own object of a `.tflite` file, which can be changed and packed again."""
    schema = tflite_schema()
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(bytearray(content), 0))


def pack(model: Any) -> bytes:
    """Return a `.tflite` file; `unpack` reads it."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def operator_name(model: Any, operator: Any) -> str:
    """Return the name of an operator of an unpacked file."""
    code = model.operatorCodes[operator.opcodeIndex]
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    return _names("BuiltinOperator").get(number, f"operator {number}")


def _tensor(model: Any, tensor: Any) -> Tensor:
    kind = _names("TensorType").get(tensor.type, "unknown")
    if kind not in _DTYPES:
        raise ModelError(f"it has a tensor of type {kind}; convert it with int8 weights, inputs and outputs")
    shape = tuple(map(int, tensor.shape)) if tensor.shape is not None else ()
    quantization = tensor.quantization
    scales, zero_points = (
        (_list(quantization.scale), _list(quantization.zeroPoint)) if quantization is not None else ((), ())
    )
    data = model.buffers[tensor.buffer].data
    values = None
    if data is not None and len(data):
        values = np.frombuffer(bytes(bytearray(data)), _DTYPES[kind])
        if values.size != np.prod(shape, dtype=np.int64):
            raise ModelError(f"it is damaged: a tensor of shape {shape} has {values.size} values; {AGAIN}")
        values = values.reshape(shape)
    return Tensor(
        shape,
        kind,
        tuple(map(float, scales)),
        tuple(map(int, zero_points)) or (0,) * len(scales),
        int(quantization.quantizedDimension) if quantization is not None else 0,
        values,
    )


def _list(values: Any) -> tuple[Any, ...]:
    return () if values is None else tuple(values)


_DTYPES = {"INT8": np.int8, "UINT8": np.uint8, "INT16": np.int16, "INT32": np.int32, "INT64": np.int64}
_DTYPES |= {"FLOAT32": np.float32, "BOOL": np.bool_}  # type: ignore[dict-item]


def tflite_schema() -> Any:
    """Return the module with the classes of the `.tflite` schema."""
    # Not at the top: there, a missing TensorFlow would fail before `trecx.nn` can say what to do.
    from tensorflow.lite.python import schema_py_generated

    return schema_py_generated


@cache
def _names(enumeration: str) -> dict[int, str]:
    return {
        value: name
        for name, value in vars(getattr(tflite_schema(), enumeration)).items()
        if isinstance(value, int)
    }
