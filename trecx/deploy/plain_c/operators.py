"""Every operator that plain C has, by TensorFlow Lite's name."""

from collections.abc import Callable, Mapping

from trecx.deploy.flatbuffer import Operator
from trecx.deploy.plain_c import blocks, elementwise, windows
from trecx.deploy.plain_c.calls import StageText
from trecx.deploy.stages import StagedNetwork

SAME_BYTES = frozenset({"EXPAND_DIMS", "RESHAPE", "SQUEEZE"})  # the output is the input, no call is needed
OPERATORS: Mapping[str, Callable[[StageText, Operator], None]] = {
    "ADD": elementwise.add,
    "AVERAGE_POOL_2D": windows.average_pool,
    "CONCATENATION": blocks.concatenation,
    "CONV_2D": windows.convolution,
    "DEPTHWISE_CONV_2D": windows.depthwise_convolution,
    "FULLY_CONNECTED": windows.fully_connected,
    "LOGISTIC": elementwise.logistic,
    "MAX_POOL_2D": windows.max_pool,
    "MEAN": elementwise.mean,
    "MUL": elementwise.multiply,
    "PAD": blocks.pad,
    "PADV2": blocks.pad,
    "QUANTIZE": elementwise.quantize,
    "RELU": elementwise.relu,
    "RELU6": elementwise.relu6,
    "SOFTMAX": elementwise.softmax,
    "STRIDED_SLICE": blocks.strided_slice,
    "TANH": elementwise.tanh,
    "TRANSPOSE": blocks.transpose,
}


def unsupported_operators(staged: StagedNetwork) -> list[str]:
    """Return the names of the operators that plain C lacks, each once, sorted."""
    names = {operator.name for stage in staged.stages for operator in stage.network().operators}
    return sorted(names - OPERATORS.keys() - SAME_BYTES)
