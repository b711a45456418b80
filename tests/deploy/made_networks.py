"""Small int8 networks packed operator by operator, so that scales, zero points and sizes are free."""

from collections.abc import Sequence

import numpy as np

import tests.needs_tensorflow  # noqa: F401  # before all that imports it
from trecx.deploy.flatbuffer import pack, tflite_schema
from trecx.deploy.stages import Stage, StagedNetwork

schema = tflite_schema()
SAME, VALID = 0, 1
NONE, RELU, RELU_N1_TO_1, RELU6 = 0, 1, 2, 3


class Made:
    """A network that takes one int8 sample; its last operator's output is its exit."""

    def __init__(self, shape: Sequence[int], scale: float = 0.05, zero_point: int = -3) -> None:
        self.model = schema.ModelT()
        self.model.version, self.model.buffers, self.model.operatorCodes = 3, [schema.BufferT()], []
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]
        self.input = self.tensor([1, *shape], scale, zero_point)

    def tensor(self, shape, scales=None, zero_points=0, data=None, kind="INT8", axis=0) -> int:
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = list(shape), getattr(schema.TensorType, kind), 0
        if scales is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = np.atleast_1d(np.array(scales, np.float32))
            zeros = np.broadcast_to(zero_points, tensor.quantization.scale.shape)
            tensor.quantization.zeroPoint = np.array(zeros, np.int64)
            tensor.quantization.quantizedDimension = axis
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def constant(self, values) -> int:
        data = np.array(values, np.int32)
        return self.tensor(data.shape, data=data, kind="INT32")

    def add(self, name: str, inputs, output: int, options: str | None = None, **fields) -> int:
        code, operator = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), 1
        operator.opcodeIndex = len(self.model.operatorCodes)
        self.model.operatorCodes.append(code)
        operator.inputs, operator.outputs = list(inputs), [output]
        if options:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            operator.builtinOptions = getattr(schema, f"{options}T")()
            for key, value in fields.items():
                assert hasattr(operator.builtinOptions, key), key
                setattr(operator.builtinOptions, key, value)
        self.graph.operators.append(operator)
        self.graph.outputs = [output]
        return output

    def staged(self) -> StagedNetwork:
        """Return it as one stage; its output need not be a softmax."""
        self.graph.inputs = [self.input]
        content = pack(self.model)
        return StagedNetwork(content, (0,), (Stage(content, (0,), ()),))


def samples(staged: StagedNetwork, n: int, seed: int = 0) -> np.ndarray:
    """Return random inputs; the first two are the smallest and the largest everywhere."""
    made = np.random.default_rng(seed).integers(-128, 128, (n, *staged.input_shape)).astype(np.int8)
    made[0], made[1] = -128, 127
    return made
