"""The configuration of a Keras 2 model, checked before `tf_keras` builds the network from it.

Keras 3 builds only what it knows. `tf_keras` runs a `Lambda` layer's bytecode from an `.h5` file, imports
any module that a `.keras` file names, and calls any function of TensorFlow that a `TFOpLambda` layer names,
such as those that write files. So only known layers and functions that compute pass.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from trecx.errors import ModelError

_ROOTS = ("keras", "tf_keras")
_TRAINING = {"compile_config", "training_config"}  # at the top: it is not read
_HARMLESS = {
    *("Functional", "Sequential", "Model", "Policy", "BatchNormalizationV1", "BatchNormalizationV2"),
    *("__tuple__", "__ellipsis__", "__numpy__", "__tensor__", "TensorShape", "TypeSpec"),
    *("__keras_tensor__", "DTypePolicy"),  # of Keras 3: `tf_keras` gives the reason why it cannot read them
}
_REFUSED = {
    # Code, or files that the configuration names.
    *("Lambda", "DenseFeatures", "StringLookup", "IntegerLookup", "TextVectorization"),
}
# Namespaces of TensorFlow in which no function reads or writes files or takes code.
_NAMESPACES = ("math.", "nn.", "linalg.", "__operators__.")
_FUNCTIONS = set(
    "abs add add_n argmax argmin broadcast_to cast clip_by_value concat convert_to_tensor depth_to_space "
    "divide einsum expand_dims eye fill gather identity image.crop_and_resize image.resize "
    "image.per_image_standardization keras.activations.relu keras.activations.softmax matmul maximum minimum "
    "multiply norm ones ones_like pad pow range rank reduce_max reduce_mean reduce_min reduce_sum repeat "
    "reshape reverse roll round shape sigmoid slice space_to_depth split sqrt square squeeze stack "
    "stop_gradient strided_slice subtract tanh tensordot tile transpose unstack where "
    "zeros zeros_like".split()
)
_BACKEND = set(
    "abs argmax batch_dot batch_flatten cast clip concatenate dot elu exp expand_dims flatten hard_sigmoid "
    "l2_normalize log max maximum mean min minimum permute_dimensions pow prod relu repeat_elements reshape "
    "resize_images round sigmoid softmax softplus softsign sqrt square squeeze stack std sum tanh "
    "transpose var".split()
)
# Operations of TensorFlow's graph, which Keras 2.3 and older wrote in place of functions.
_OPERATIONS = set(
    "Abs Add AddN AddV2 ArgMax AvgPool BatchMatMulV2 BiasAdd Cast ClipByValue Concat ConcatV2 Conv2D "
    "DepthwiseConv2dNative Div Exp ExpandDims Fill FusedBatchNormV3 Identity LeakyRelu Log MatMul Max "
    "MaxPool Maximum Mean Min Minimum Mul Neg Pack Pad PadV2 Pow RealDiv Relu Relu6 Reshape ResizeBilinear "
    "ResizeNearestNeighbor Rsqrt Shape Sigmoid Slice Softmax Split SplitV Sqrt Square SquaredDifference "
    "Squeeze StridedSlice Sub Sum Tanh Tile Transpose Unpack".split()
)


def check_config(config: Any, known: frozenset[str]) -> None:
    """Check that a model's configuration consists of known layers and of functions that only compute.

    Args:
        config: as read from JSON.
        known: names of the classes that Keras itself brings.

    Raises:
        ModelError: a part is unknown, or may do something else; the message names it.
    """
    for part in _parts(config):
        name, content = str(part["class_name"]), part.get("config")
        label = f"layer {part['name']!r} ({name})" if isinstance(part.get("name"), str) else repr(name)
        module = part.get("module")
        if module is not None and module != "builtins" and str(module).partition(".")[0] not in _ROOTS:
            raise ModelError(f"{label} comes from the Python module {str(module)!r}, which is never imported")
        complaint = _CHECKS.get(name, _class_complaint)(name, content, known)
        if complaint:
            raise ModelError(f"{label} {complaint}")


def _parts(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every description of an object in a configuration, in its order, but those of the training."""
    waiting = [config]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "class_name" in item:
                yield item
            item = [value for key, value in item.items() if item is not config or key not in _TRAINING]
        if isinstance(item, list):
            waiting.extend(reversed(item))


def _class_complaint(name: str, _: Any, known: frozenset[str]) -> str:
    if name in ("Lambda", "__lambda__"):
        return "holds Python code, which is never run from a file"
    if name in _HARMLESS or (name in known and name not in _REFUSED):
        return ""
    return "is code of its own or reads files, which a model file must not bring"


def _function_complaint(_: str, content: Any, known: frozenset[str]) -> str:
    return (
        ""
        if str(content) in known - _REFUSED
        else f"is the function {content!r}, which is no activation of Keras"
    )


def _call_complaint(_: str, content: Any, known: frozenset[str]) -> str:
    called = str(content.get("function")) if isinstance(content, dict) else ""
    backend = called.removeprefix("keras.backend.")
    if called.startswith(_NAMESPACES) or called in _FUNCTIONS or (backend != called and backend in _BACKEND):
        return ""
    return f"calls tf.{called}, which is not among the functions that are known only to compute"


def _operation_complaint(_: str, content: Any, known: frozenset[str]) -> str:
    node = content.get("node_def") if isinstance(content, dict) else None
    operation = str(node.get("op")) if isinstance(node, dict) else None
    if operation in _OPERATIONS:
        return ""
    return f"runs the operation {operation!r}, which is not among those that are known only to compute"


_CHECKS: dict[str, Callable[[str, Any, frozenset[str]], str]] = {
    "function": _function_complaint,
    "TFOpLambda": _call_complaint,
    "SlicingOpLambda": _call_complaint,
    "TensorFlowOpLayer": _operation_complaint,
}


@cache
def known_classes() -> frozenset[str]:
    """Return the names of the layers, initializers, regularizers, constraints and activations of Keras 2."""
    from tf_keras import activations, constraints, initializers, layers, regularizers

    rooms = (activations, constraints, initializers, layers, regularizers)
    names = {name for room in rooms for name in vars(room) if not name.startswith("_")}
    versions = {f"{name}V2" for name in vars(initializers)}
    return frozenset((names | versions) - {"get", "serialize", "deserialize"})
