"""Small `.tflite` files, converted here, and edited ones."""

from collections.abc import Callable, Sequence
from typing import Any

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

from trecx.nn import keras, tf

INT8, UINT8, FLOAT32 = tf.int8, tf.uint8, tf.float32


def converted(
    network: Callable[[Any], Sequence[Any]],
    shape: tuple[int, ...],
    kind: Any = FLOAT32,
    samples: Any = None,
    between: Any = None,
    batch: int | None = 1,
    select: bool = False,
) -> bytes:
    """Return the `.tflite` file of a network.

    Args:
        network: takes a batch and returns its outputs.
        shape: of one sample.
        kind: of the network's operators.
        samples: for the calibration of an 8-bit network, of shape (n, *shape).
        between: type of its input and outputs, if another.
        batch: number of samples; None if it is not fixed.
        select: whether operators of TensorFlow itself are allowed.
    """
    function = tf.function(lambda x: list(network(x)), autograph=False)
    concrete = function.get_concrete_function(tf.TensorSpec([batch, *shape], tf.float32))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], function)
    if kind != FLOAT32:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([sample[None]] for sample in samples)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = between or kind
    if select:
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    return converter.convert()  # type: ignore[no-any-return]


def edited(content: bytes, change: Callable[[Any], None]) -> bytes:
    """Return a file after a change of its model, an object of the schema."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    change(model)
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def with_input(content: bytes, *shape: int) -> bytes:
    """Return a file that declares another shape of its input than its operators were made for."""

    def change(model: Any) -> None:
        tensor = model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]]
        tensor.shape, tensor.shapeSignature = np.array(shape, np.int32), None

    return edited(content, change)


def two_exits(shape: tuple[int, ...], classes: int, seed: int = 1) -> Any:
    """Return a Keras model whose final exit comes first; the two have another range of scores."""
    keras.utils.set_random_seed(seed)
    of, biased = keras.layers, {"bias_initializer": "random_normal"}  # the converter drops a bias of zeros
    image = keras.Input(shape)
    maps = of.Conv2D(4, 3, padding="same", activation="relu", **biased)(image)
    early = of.Dense(classes, "softmax", name="zz_early", **biased)(of.Flatten()(maps))
    deeper = of.Flatten()(of.Conv2D(4, 3, strides=2, activation="relu", **biased)(maps))
    return keras.Model(image, [of.Dense(classes, "softmax", name="aa_final", **biased)(deeper), early])


def levels(values: Any, scale: float, zero_point: int, kind: Any) -> Any:
    """Return real values as levels of an 8-bit tensor."""
    limits = np.iinfo(kind)
    return np.clip(np.round(values / scale) + zero_point, limits.min, limits.max).astype(kind)
