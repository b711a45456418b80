"""Conversion of a whole network to int8: weights, activations, input and every exit's softmax."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from trecx.errors import ModelError
from trecx.nn import quiet_native_code, tf
from trecx.nn.exit_model import Batch
from trecx.nn.network import Network
from trecx.nn.reasons import whole_reason


def convert_to_int8(
    network: Network, shape: Sequence[int], calibration: Batch, new_quantizer: bool = True
) -> bytes:
    """Return the `.tflite` file of a network, for a batch of one, input and outputs int8.

    Dense layers get one scale for all outputs, which all versions of TensorFlow Lite Micro can run.

    Args:
        network: the network.
        shape: shape of one sample, without the batch.
        calibration: input features that set the scales of the activations, of shape (n, *shape).
        new_quantizer: use the converter's newer quantizer; the older one needs more `QUANTIZE` operators, but
            never pushes the scale of a concatenation back through a pooling.

    Raises:
        ModelError: the converter cannot convert it; the message has its reason.
    """
    converter = _converter(network, shape)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([sample[None]] for sample in np.asarray(calibration))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    converter.experimental_new_quantizer = new_quantizer
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    return _converted(converter)


def float_bytes(network: Network, shape: Sequence[int]) -> int:
    """Return the size of a network's float32 `.tflite` file, in bytes.

    Raises:
        ModelError: the converter cannot convert it; the message has its reason.
    """
    return len(_converted(_converter(network, shape)))


def _converter(network: Network, shape: Sequence[int]) -> Any:
    def run(sample: Any) -> list[Any]:
        return [tf.identity(output) for output in network.run(sample)]

    function = tf.function(run, autograph=False)
    concrete = function.get_concrete_function(tf.TensorSpec([1, *shape], tf.float32, name="sample"))
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], network)


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
