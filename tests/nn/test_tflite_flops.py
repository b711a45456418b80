"""FLOPs of `.tflite` files: operator by operator those of TensorFlow's profiler for the same network."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.needs_tensorflow import TENSORFLOW
from tests.nn.test_flops import AUTHORS, PUBLISHED
from tests.nn.tflite_files import INT8, converted
from trecx.nn import keras, tf
from trecx.nn.flops import count_exit_flops
from trecx.nn.formats import read_network
from trecx.nn.graphs import exit_order, freeze
from trecx.nn.models import load_model
from trecx.nn.tflite import flops, graph
from trecx.nn.tflite.interpreter import Interpreter

pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore")]  # TensorFlow moves its interpreter elsewhere
of = keras.layers
SHAPE = (8, 8, 4)
BIASED = {"bias_initializer": "random_normal"}  # the converter drops a bias of zeros


def tflite_flops(content: bytes) -> list[int]:
    operators, network = graph.read_operators(content), Interpreter(content)
    flops.check_operators(operators)
    order = exit_order(operators)
    return flops.count_exit_flops(operators, network.shapes(), order).tolist()  # type: ignore[no-any-return]


def profiler_flops(network: Any, shape: tuple[int, ...]) -> list[int]:
    frozen = freeze(network, shape)
    return count_exit_flops(frozen, exit_order(frozen)).tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "layer",
    [
        of.Conv2D(6, (3, 2), strides=2, padding="same", activation="relu", **BIASED),
        of.Conv2D(6, 3, dilation_rate=2, **BIASED),
        of.Conv2D(6, 3, use_bias=False),
        of.Conv2D(8, 3, groups=2, **BIASED),
        of.Conv1D(6, 3, **BIASED),
        of.DepthwiseConv2D(3, strides=2, **BIASED),
        of.DepthwiseConv2D((2, 3), depth_multiplier=2, padding="same", **BIASED),
        of.SeparableConv2D(5, 3, **BIASED),
        of.Conv2DTranspose(3, 3, strides=2, padding="same", **BIASED),
        of.Conv2DTranspose(3, 3, use_bias=False),
        of.Dense(7, **BIASED),
        of.AveragePooling2D(2),
        of.MaxPooling2D((3, 2), strides=1, padding="same"),
        of.GlobalAveragePooling2D(),
        of.GlobalMaxPooling2D(),
        of.ZeroPadding2D(1),
        of.Cropping2D(1),
        of.ReLU(6.0),
        of.LeakyReLU(),
        of.Activation("sigmoid"),
        of.Activation("tanh"),
        of.Activation("elu"),
        of.Softmax(),
        of.Permute((3, 1, 2)),
        of.Rescaling(0.5, offset=1.0),
    ],
    ids=lambda layer: layer.name,
)
def test_a_layer_counts_as_it_does_in_the_keras_model(layer: Any) -> None:
    shape = (8, 4) if isinstance(layer, of.Conv1D) else SHAPE
    image = keras.Input(shape)
    model = keras.Model(image, layer(image))
    content = converted(lambda x: [model(x)], shape)
    assert tflite_flops(content) == profiler_flops(lambda x: [model(x)], shape)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: x * y,
        lambda x, y: x / y,
        lambda x, y: tf.maximum(x, y) + tf.minimum(x, y),
        lambda x, y: tf.square(x) + tf.math.squared_difference(x, y),
        lambda x, y: tf.math.rsqrt(x) + tf.math.log(y) - tf.sqrt(-x),
        lambda x, y: tf.cast(x > y, tf.float32) + tf.cast(x <= y, tf.float32),
        lambda x, y: tf.cast(tf.argmax(x, axis=3), tf.float32),
        lambda x, y: tf.add_n([x, y, tf.nn.relu(x)]),
        lambda x, y: tf.matmul(x, tf.transpose(y, [0, 1, 3, 2])),
        lambda x, y: tf.reduce_sum(x, axis=[1, 2]) + tf.reduce_max(y, axis=[1, 2]),
        lambda x, y: tf.reduce_mean(x, axis=-1, keepdims=True),
        lambda x, y: tf.concat([x, y], axis=3)[:, 1:, :, 2:],
        lambda x, y: tf.stack(tf.split(x, 2, axis=1), axis=0),
    ],
)
def test_an_operation_counts_as_it_does_in_tensorflows_profiler(function: Any) -> None:
    def network(x: Any) -> list[Any]:
        return [function(x, tf.reverse(x, [1]))]

    assert tflite_flops(converted(network, SHAPE)) == profiler_flops(network, SHAPE)


@pytest.mark.parametrize(
    ("layer", "name", "per_element"),
    [
        (of.Activation("hard_silu"), "HARD_SWISH", 3),
        (of.PReLU(alpha_initializer="random_normal"), "PRELU", 3),
        (of.Activation("gelu"), "GELU", 4),
    ],
    ids=str,
)
def test_an_operator_that_is_several_in_keras_counts_so_many(layer: Any, name: str, per_element: int) -> None:
    content = converted(lambda x: [layer(x)], SHAPE)
    assert [operator.name for operator in graph.read_operators(content).operators] == [name]
    assert tflite_flops(content) == [per_element * 8 * 8 * 4]


def test_what_the_profiler_miscounts_counts_as_it_does_by_hand() -> None:
    def transposed(x: Any) -> list[Any]:
        return [tf.matmul(x, tf.reverse(x, [1]), transpose_a=True)]

    assert tflite_flops(converted(transposed, SHAPE)) == [2 * (8 * 4 * 4) * 8]


def test_batch_normalisation_is_folded_away_and_nothing_else_is_missing() -> None:
    image = keras.Input(SHAPE)
    maps = of.Conv2D(6, 3, padding="same", **BIASED)(image)
    normal = of.BatchNormalization(beta_initializer="random_normal")(maps)
    model = keras.Model(image, of.Dense(3, "softmax", **BIASED)(of.Flatten()(of.ReLU()(normal))))
    whole = profiler_flops(lambda x: [model(x)], SHAPE)[0]
    folded = 2 * (8 * 8 * 6) + 6 * 6
    assert tflite_flops(converted(lambda x: [model(x)], SHAPE)) == [whole - folded]


def test_an_int8_network_counts_as_much_as_the_float_one() -> None:
    image = keras.Input(SHAPE)
    scores = of.Dense(3, "softmax", **BIASED)(of.Flatten()(of.Conv2D(6, 3, **BIASED)(image)))
    model = keras.Model(image, scores)
    samples = np.random.default_rng(0).random((20, *SHAPE), np.float32)
    one, other = (converted(lambda x: [model(x)], SHAPE, kind, samples) for kind in (tf.float32, INT8))
    assert tflite_flops(one) == tflite_flops(other)


# In the converted file: batch normalisation is folded away. DS-CNN: 2 × 25 × 5 × 64 + 6 × 64 for each of 9.
CONVERTED = {
    "ic baseline": [25_122_108],
    "ic trecx": [11_561_020, 26_310_520],
    "kws baseline": [5_393_608],
    "kws trecx": [3_045_160, 5_500_464],
    "kws sdn": [1_847_432, 3_046_864, 4_246_296, 5_439_584],
    "vww baseline": [15_213_196],
    "vww trecx": [6_812_940, 17_710_168],
}


@pytest.mark.mirror
@pytest.mark.parametrize("system", CONVERTED)
def test_a_published_model_counts_less_by_its_batch_normalisation(system: str) -> None:
    path = Path(os.environ["TRECX_MIRROR"]) / AUTHORS / PUBLISHED[system][0]
    network, model = read_network(path), load_model(path)
    content = converted(network.run, model.input_shape)
    assert tflite_flops(content) == CONVERTED[system]
    folded = 1 - np.array(CONVERTED[system]) / PUBLISHED[system][2]
    assert 0.005 < folded.min() <= folded.max() < 0.04, "as docs/bring-your-own.md says"
