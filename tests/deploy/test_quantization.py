"""From float32 to int8: rounding of the input, stripping, and the quantizer that keeps the predictions."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.deploy.networks import digits_features, digits_model, staged_digits
from trecx.deploy import quantization
from trecx.deploy.conversion import convert_to_int8, float_bytes
from trecx.deploy.quantization import DEFAULT, OLDER, int8_exits, int8_input, quantize, stripped
from trecx.errors import ModelError
from trecx.nn import keras
from trecx.nn.formats import read_network
from trecx.nn.keras_files import network_of
from trecx.nn.models import load_model

pytestmark = [pytest.mark.tensorflow, pytest.mark.tflm]


def test_the_input_is_rounded_to_the_nearest_step_and_clipped():
    staged = staged_digits()
    scale, zero = staged.input.scale, staged.input.zero_point
    values = np.array([0, 1.4, 1.6, -1e6, 1e6], np.float32) * np.float32(scale)
    levels = int8_input(staged, np.broadcast_to(values, (8, 8, 5))[:, :, :1].reshape(1, 8, 8, 1))
    assert levels.dtype == np.int8
    assert int8_input(staged, values).tolist() == [zero, zero + 1, zero + 2, -128, 127]
    halves = np.array([0.5, 1.5, 2.5, -0.5], np.float32)
    network = SimpleNamespace(input=SimpleNamespace(scale=1.0, zero_point=0))
    assert int8_input(network, halves).tolist() == [1, 2, 3, -1]  # away from zero, as in C


def test_a_stripped_network_gives_the_same_bytes_and_is_smaller_than_the_whole_file():
    staged = staged_digits()
    samples = [digits_features()[:100]]
    small = stripped(staged)
    assert np.array_equal(int8_exits(small, samples), int8_exits(staged, samples))
    assert len(stripped(staged.uncut()).stages[0].content) < len(staged.whole)


def test_a_conversion_gives_the_same_file_every_time():
    network, some = read_network(digits_model()), digits_features("train")[:50]
    assert convert_to_int8(network, (8, 8, 1), some) == convert_to_int8(network, (8, 8, 1), some)


def test_the_size_of_the_float32_file_holds_four_bytes_a_weight():
    network = read_network(digits_model())
    assert 4 * network.parameters * 0.9 < float_bytes(network, (8, 8, 1)) < 4 * network.parameters * 2


def test_a_network_that_keeps_its_predictions_is_converted_by_the_default_quantizer():
    found = quantize(digits_model(), load_model(digits_model()), digits_features("train")[:100])
    assert found.quantizer == DEFAULT
    assert found.agreement.min() >= quantization.WELL


def test_the_quantizer_that_changes_fewer_predictions_is_taken(monkeypatch):
    """The default one is made to fail: then the older one is tried, and taken as it is better."""
    convert, asked = convert_to_int8, []

    def spoiled(network, shape, calibration, new_quantizer):
        asked.append(new_quantizer)
        return convert(network, shape, calibration * 0.02 if new_quantizer else calibration, new_quantizer)

    monkeypatch.setattr(quantization, "convert_to_int8", spoiled)
    found = quantize(digits_model(), load_model(digits_model()), digits_features("train")[:100])
    assert asked == [True, False]
    assert (found.quantizer, found.agreement.min() >= quantization.WELL) == (OLDER, True)


def test_what_the_converter_cannot_convert_is_told_with_its_reason():
    sample = keras.Input((8,))
    transformed = keras.layers.Lambda(lambda values: keras.ops.fft((values, values))[0])(sample)
    exit_ = keras.layers.Dense(3, activation="softmax")(transformed)
    network = network_of(keras.Model(sample, exit_))
    with pytest.raises(ModelError, match="converter cannot make an int8 network of it"):
        convert_to_int8(network, (8,), np.zeros((4, 8), np.float32))
