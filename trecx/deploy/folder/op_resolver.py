"""`op_resolver.h`: the kernels of TensorFlow Lite Micro that the stages need, and no others."""

from trecx.deploy.folder.c_parts import header
from trecx.deploy.folder.interface import Interface
from trecx.errors import ModelError

# Operators of TensorFlow Lite that TensorFlow Lite Micro has int8 kernels for.
_INT8 = frozenset(
    """
    ABS ADD ADD_N ARG_MAX ARG_MIN AVERAGE_POOL_2D BATCH_MATMUL BATCH_TO_SPACE_ND BROADCAST_ARGS BROADCAST_TO
    CAST CONCATENATION CONV_2D CUMSUM DEPTH_TO_SPACE DEPTHWISE_CONV_2D DEQUANTIZE DIV ELU EQUAL EXPAND_DIMS
    FILL FULLY_CONNECTED GATHER GATHER_ND GREATER GREATER_EQUAL HARD_SWISH L2_NORMALIZATION LEAKY_RELU LESS
    LESS_EQUAL LOG_SOFTMAX LOGICAL_AND LOGICAL_NOT LOGICAL_OR LOGISTIC MAX_POOL_2D MAXIMUM MEAN MINIMUM
    MIRROR_PAD MUL NOT_EQUAL PACK PAD PADV2 PRELU QUANTIZE REDUCE_MAX REDUCE_MIN RELU RELU6 RESHAPE
    RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_V2 RSQRT SELECT_V2 SHAPE SLICE SOFTMAX SPACE_TO_BATCH_ND
    SPACE_TO_DEPTH SPLIT SPLIT_V SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM SVDF TANH TRANSPOSE
    TRANSPOSE_CONV UNIDIRECTIONAL_SEQUENCE_LSTM UNPACK ZEROS_LIKE
    """.split()
)
_SPELLED_OTHERWISE = {
    "BATCH_MATMUL": "BatchMatMul",
    "CUMSUM": "CumSum",
    "PADV2": "PadV2",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTM",
}
ADD = """\
namespace trecx {{

using OpResolver = tflite::MicroMutableOpResolver<{count}>;

/* Adds the kernels that the stages need. */
inline TfLiteStatus AddOperators(OpResolver& resolver) {{
{calls}
  return kTfLiteOk;
}}

}}  // namespace trecx"""


def method_of(operator: str) -> str:
    """Return the method of MicroMutableOpResolver that adds an operator.

    Raises:
        ModelError: TensorFlow Lite Micro has no int8 kernel for it.

    >>> method_of("DEPTHWISE_CONV_2D"), method_of("RELU6"), method_of("PADV2")
    ('AddDepthwiseConv2D', 'AddRelu6', 'AddPadV2')
    """
    if operator not in _INT8:
        raise ModelError(
            f"TensorFlow Lite Micro has no int8 kernel for the operator {operator}; replace the layer that "
            "needs it, or give a network without it"
        )
    plain = "".join(word.title() for word in operator.split("_"))
    return f"Add{_SPELLED_OTHERWISE.get(operator, plain)}"


def op_resolver_h(interface: Interface) -> str:
    """Return the header that adds the operators of all stages.

    Raises:
        ModelError: TensorFlow Lite Micro lacks one of them; the message names it.
    """
    methods = [method_of(operator) for operator in interface.operators]
    calls = "\n".join(f"  if (resolver.{method}() != kTfLiteOk) return kTfLiteError;" for method in methods)
    return header(
        "TRECX_OP_RESOLVER_H",
        [("operators", ", ".join(interface.operators))],
        ['"tensorflow/lite/micro/micro_mutable_op_resolver.h"'],
        [ADD.format(count=len(methods), calls=calls)],
    )
