"""Conversion of a whole network to int8: weights, activations, input and every exit's softmax."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from trecx.deploy.flatbuffer import EXIT, pack, unpack
from trecx.errors import ModelError
from trecx.nn import quiet_native_code, tf
from trecx.nn.exit_model import Batch
from trecx.nn.graphs import exit_order, freeze
from trecx.nn.network import Network
from trecx.nn.reasons import whole_reason

_ADDED = "_int8"  # by the older quantizer to the name of an output


def convert_to_int8(
    network: Network, shape: Sequence[int], calibration: Batch, new_quantizer: bool = True
) -> bytes:
    """Return the `.tflite` file of a network, for a batch of one, input and outputs int8.

    Its outputs are named `exit_1`, `exit_2`, …, in exit order: an int8 graph, whose layers are fused, cannot
    always tell which exit is deeper. Dense layers get one scale for all outputs, which all versions of
    TensorFlow Lite Micro can run.

    Args:
        network: the network.
        shape: shape of one sample, without the batch.
        calibration: input features that set the scales of the activations, of shape (n, *shape).
        new_quantizer: use the converter's newer quantizer; the older one needs more `QUANTIZE` operators, but
            never pushes the scale of a concatenation back through a pooling.

    Raises:
        ModelError: the converter cannot convert it; the message has its reason.
    """
    converter, exits = _converter(network, shape)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([sample[None]] for sample in np.asarray(calibration))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    converter.experimental_new_quantizer = new_quantizer
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    return _with_named_exits(_converted(converter), exits)


def float_bytes(network: Network, shape: Sequence[int]) -> int:
    """Return the size of a network's float32 `.tflite` file, in bytes.

    Raises:
        ModelError: the converter cannot convert it; the message has its reason.
    """
    return len(_converted(_converter(network, shape)[0]))


def _converter(network: Network, shape: Sequence[int]) -> tuple[Any, list[str]]:
    """Return a converter, and the names that the outputs will have, in exit order."""
    order = exit_order(freeze(network.run, shape))

    def run(sample: Any) -> list[Any]:
        outputs = network.run(sample)
        return [tf.identity(outputs[index]) for index in order]

    function = tf.function(run, autograph=False)
    concrete = function.get_concrete_function(tf.TensorSpec([1, *shape], tf.float32, name="sample"))
    names = [output.op.name for output in concrete.outputs]
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], network), names


def _with_named_exits(content: bytes, names: Sequence[str]) -> bytes:
    model = unpack(content)
    tensors = model.subgraphs[0].tensors
    for output in model.subgraphs[0].outputs:
        name = tensors[output].name.decode().removesuffix(_ADDED)
        if name not in names:
            raise ModelError(
                f"the converter gave an output the unknown name {name!r}, so its exit cannot be told; "
                "convert the network yourself, and give the .tflite file"
            )
        tensors[output].name = f"{EXIT}{names.index(name) + 1}".encode()
    return pack(model)


def _converted(converter: Any) -> bytes:
    try:
        with quiet_native_code(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its advice is about its own options
            return bytes(converter.convert())
    except Exception as error:  # the converter raises errors of many types
        raise ModelError(
            f"TensorFlow's converter cannot make an int8 network of it ({whole_reason(error)}); replace what "
            "it names, or convert it yourself and give the .tflite file"
        ) from error
