"""Floating-point operations of a `.tflite` file, counted from its operators.

By the rules that `trecx.nn.flops` uses for Keras models (those of TensorFlow's profiler and of keras-flops):
a multiply-accumulate is two operations, and what has no rule there (ReLU, padding, reshaping, slicing,
quantizing) is free. The converter folds batch normalisation into the convolutions, so a converted network
counts less than the one that it was made from.
"""

from collections.abc import Callable, Mapping, Sequence
from math import prod

import numpy as np

from trecx.errors import ModelError
from trecx.nn.tflite.graph import BIAS_PLACES, Operator, OperatorGraph
from trecx.scores import IntArray

Shapes = Mapping[int, tuple[int, ...]]
_FREE = frozenset(
    "ABS BATCH_TO_SPACE_ND BROADCAST_TO CAST CEIL CONCATENATION COS DEPTH_TO_SPACE DEQUANTIZE ELU EXP "
    "EXPAND_DIMS FILL FLOOR LEAKY_RELU LOGICAL_AND LOGICAL_NOT LOGICAL_OR LOGISTIC LOG_SOFTMAX MIRROR_PAD "
    "PACK PAD PADV2 QUANTIZE RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 RESHAPE RESIZE_BILINEAR "
    "RESIZE_NEAREST_NEIGHBOR REVERSE_V2 ROUND SELECT SELECT_V2 SHAPE SIN SLICE SPACE_TO_BATCH_ND "
    "SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUEEZE STRIDED_SLICE TANH TILE TRANSPOSE UNPACK ZEROS_LIKE".split()
)
# Operations for each element of the output. HARD_SWISH, PRELU and GELU are several operations in Keras.
_PER_ELEMENT = {
    **dict.fromkeys("ADD SUB MUL DIV MAXIMUM MINIMUM POW SQUARE NEG LOG".split(), 1),
    **dict.fromkeys("EQUAL NOT_EQUAL GREATER GREATER_EQUAL LESS LESS_EQUAL".split(), 1),
    **{"RSQRT": 2, "SQUARED_DIFFERENCE": 2, "HARD_SWISH": 3, "PRELU": 3, "GELU": 4, "SOFTMAX": 5},
}


def count_exit_flops(graph: OperatorGraph, shapes: Shapes, order: Sequence[int]) -> IntArray:
    """Return the operations of one sample up to each exit, of shape (n_exits,) (Eq. 3).

    Args:
        graph: the network.
        shapes: shape of each tensor for a batch of one.
        order: the graph's outputs, early exit to final.
    """
    counts, counted = [], frozenset[int]()
    for index in order:
        counted |= graph.ancestors(graph.outputs[index])
        counts.append(sum(operator_flops(graph.operators[k], shapes) for k in counted))
    return np.array(counts, dtype=np.int64)


def check_operators(graph: OperatorGraph) -> None:
    """Check that the operations of every operator can be counted.

    Raises:
        ModelError: some cannot; the message names them.
    """
    unknown = {operator.name for operator in graph.operators} - _FREE - _PER_ELEMENT.keys() - _RULES.keys()
    if unknown:
        raise ModelError(
            f"it has operators whose operations are not known here: {', '.join(sorted(unknown))}; run it in "
            "its own environment, and import its scores with your exit FLOPs (docs/bring-your-own.md)"
        )


def operator_flops(operator: Operator, shapes: Shapes) -> int:
    """Return the operations of one operator, its fused bias included."""
    if operator.name in _FREE:
        return 0
    if operator.name in _PER_ELEMENT:
        return _PER_ELEMENT[operator.name] * _outputs(operator, shapes)
    return _RULES[operator.name](operator, shapes)


def parameter_count(graph: OperatorGraph, shapes: Shapes) -> int:
    """Return the number of weights: constants that are multiplied or added; batch normalisation is folded."""
    weights = set[int]()
    for operator in graph.operators:
        for place, tensor in enumerate(operator.inputs):
            is_bias = place == BIAS_PLACES.get(operator.name)
            is_shape = graph.types[tensor] in ("INT32", "INT64") and not is_bias
            if tensor in graph.constants and not is_shape:
                weights.add(tensor)
    return sum(prod(shapes[tensor]) for tensor in weights)


def _outputs(operator: Operator, shapes: Shapes) -> int:
    return sum(prod(shapes[tensor]) for tensor in operator.outputs)


def _input(operator: Operator, place: int, shapes: Shapes) -> tuple[int, ...]:
    return shapes[operator.inputs[place]]


def _bias(operator: Operator, shapes: Shapes) -> int:
    place = BIAS_PLACES[operator.name]
    given = len(operator.inputs) > place and operator.inputs[place] >= 0
    return _outputs(operator, shapes) if given else 0


def _convolution(operator: Operator, shapes: Shapes) -> int:
    kernel = _input(operator, 1, shapes)  # output channels, height, width, input channels
    return 2 * _outputs(operator, shapes) * prod(kernel[1:]) + _bias(operator, shapes)


def _convolution_3d(operator: Operator, shapes: Shapes) -> int:
    kernel = _input(operator, 1, shapes)  # depth, height, width, input channels, output channels
    return 2 * _outputs(operator, shapes) * prod(kernel[:-1]) + _bias(operator, shapes)


def _depthwise(operator: Operator, shapes: Shapes) -> int:
    kernel = _input(operator, 1, shapes)  # 1, height, width, channels
    return 2 * _outputs(operator, shapes) * prod(kernel[1:3]) + _bias(operator, shapes)


def _transposed_convolution(operator: Operator, shapes: Shapes) -> int:
    kernel = _input(operator, 1, shapes)  # output channels, height, width, input channels
    products = 2 * _outputs(operator, shapes) * prod(kernel[1:]) // max(1, operator.strides)
    return products + _bias(operator, shapes)


def _dense(operator: Operator, shapes: Shapes) -> int:
    weights = _input(operator, 1, shapes)  # outputs, inputs
    return 2 * _outputs(operator, shapes) * weights[-1] + _bias(operator, shapes)


def _matrix_product(operator: Operator, shapes: Shapes) -> int:
    first = _input(operator, 0, shapes)
    return 2 * _outputs(operator, shapes) * first[-2 if operator.transposed else -1]


def _pool(operator: Operator, shapes: Shapes) -> int:
    return operator.window * _outputs(operator, shapes)


def _sum_of_many(operator: Operator, shapes: Shapes) -> int:
    return (len(operator.inputs) - 1) * _outputs(operator, shapes)


def _mean(operator: Operator, shapes: Shapes) -> int:
    return prod(_input(operator, 0, shapes))


def _reduction(operator: Operator, shapes: Shapes) -> int:
    return prod(_input(operator, 0, shapes)) - _outputs(operator, shapes)


_RULES: dict[str, Callable[[Operator, Shapes], int]] = {
    "CONV_2D": _convolution,
    "CONV_3D": _convolution_3d,
    "DEPTHWISE_CONV_2D": _depthwise,
    "TRANSPOSE_CONV": _transposed_convolution,
    "FULLY_CONNECTED": _dense,
    "BATCH_MATMUL": _matrix_product,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "ADD_N": _sum_of_many,
    "MEAN": _mean,
    "SUM": _reduction,
    "REDUCE_MAX": _reduction,
    "ARG_MAX": _reduction,
    "ARG_MIN": _reduction,
}
