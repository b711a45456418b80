"""Reading of a model: its exits are put in order, their FLOPs counted, and it is run once as a test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from trecx.errors import ModelError
from trecx.nn import tf
from trecx.nn.exit_model import Batch, ExitModel, class_count, require_exits, try_once
from trecx.nn.flops import count_exit_flops
from trecx.nn.formats import TFLITE_SUFFIX, check_format, read_network, sha256_of
from trecx.nn.graphs import exit_order, freeze
from trecx.nn.network import Network
from trecx.nn.reasons import cause_in_brief
from trecx.nn.tflite.model import load_tflite

__all__ = ["Batch", "ExitModel", "load_model", "require_exits"]


def load_model(path: Path) -> ExitModel:
    """Read a model, order its exits, count their FLOPs, and run it once as a test.

    Args:
        path: a SavedModel folder, a `.keras`, `.h5` or `.hdf5` file, or a `.tflite` file.

    Raises:
        ModelError: the path does not exist, is not a model, or an exit does not end in a softmax.
    """
    check_format(path)
    model = load_tflite(path) if path.suffix == TFLITE_SUFFIX else _load_keras(path)
    try_once(model)
    return model


def _load_keras(path: Path) -> ExitModel:
    network = read_network(path)
    input_shape = _input_shape(path, network)
    try:
        graph = freeze(network.run, input_shape)
    except Exception as error:  # a network's own code can raise any error when it is traced
        raise ModelError(
            f"{path.name} does not run on one sample of shape {input_shape} ({cause_in_brief(error)}); "
            "give a model that takes one batch of samples and returns its exits"
        ) from error
    n_classes = class_count(path.name, graph.output_shapes)
    order = exit_order(graph)
    return ExitModel(
        name=path.name,
        sha256=sha256_of(path),
        input_shape=input_shape,
        n_exits=len(order),
        n_classes=n_classes,
        parameters=network.parameters,
        exit_flops=count_exit_flops(graph, order),
        _run=_all_exits(network, order, input_shape),
    )


def _input_shape(path: Path, network: Network) -> tuple[int, ...]:
    if len(network.inputs) != 1:
        raise ModelError(
            f"{path.name} takes {len(network.inputs)} inputs; give a model that takes one batch of samples"
        )
    shape, dtype = network.inputs[0]
    if len(shape) < 2 or shape[0] is not None or None in shape[1:]:
        raise ModelError(
            f"{path.name} takes input of shape {shape}; save it with a variable batch size and all "
            "other sizes fixed, such as (None, height, width, channels)"
        )
    if dtype != "float32":
        raise ModelError(f"{path.name} takes {dtype} input; save the model with float32 input")
    return tuple(size for size in shape[1:] if size)


def _all_exits(network: Network, order: list[int], shape: tuple[int, ...]) -> Callable[[Any], Any]:
    def run(batch: Any) -> Any:
        outputs = network.run(batch)
        return tf.stack([tf.cast(outputs[index], tf.float32) for index in order], axis=1)

    # A variable batch size: otherwise the last, smaller batch would be traced again.
    signature = [tf.TensorSpec([None, *shape], tf.float32)]
    return tf.function(run, input_signature=signature, autograph=False)  # type: ignore[no-any-return]
