"""The cut of an int8 network: every operator once, values that cross, and the bytes of the whole network."""

import numpy as np
import pytest

from tests.deploy.networks import converted, digits_features, staged_digits, three_exits_with_a_skip
from trecx.deploy.flatbuffer import QuantizedNetwork
from trecx.deploy.quantization import int8_exits
from trecx.deploy.stages import _check_ends, cut_at_exits
from trecx.errors import ModelError
from trecx.nn import keras, tf

pytestmark = pytest.mark.tensorflow


def operators(network):
    return [(each.name, len(each.inputs)) for each in network.operators]


@pytest.mark.parametrize(
    ("system", "n_exits"), [("baseline", 1), ("trecx", 2), ("sdn", 3), ("branchynet", 3)]
)
def test_every_operator_is_in_one_stage_and_each_exit_has_one(system, n_exits):
    staged = staged_digits(system)
    stages = [stage.network() for stage in staged.stages]
    (whole,) = (stage.network() for stage in staged.uncut().stages)
    assert (len(stages), staged.n_exits, staged.n_classes) == (n_exits, n_exits, 10)
    assert sorted(each for stage in stages for each in operators(stage)) == sorted(operators(whole))
    for network in stages:
        softmax = network.tensors[network.outputs[0]]
        assert (softmax.shape, softmax.scale, softmax.zero_point) == ((1, 10), 1 / 256, -128)


def test_what_crosses_is_an_output_of_one_stage_and_an_input_of_the_next():
    staged = staged_digits()
    first, second = staged.stages
    assert (first.takes, first.gives, second.takes, second.gives) == ((0,), (1,), (1,), ())
    given = first.network().tensors[first.network().outputs[1]]
    taken = second.network().tensors[second.network().inputs[0]]
    assert (given.shape, given.scales, given.zero_points) == (taken.shape, taken.scales, taken.zero_points)
    assert staged.slot_bytes == {1: int(np.prod(given.shape))}
    assert staged.input_shape == (8, 8, 1)


def test_a_value_may_cross_past_a_stage():

    staged = cut_at_exits(converted(three_exits_with_a_skip()))
    first, second, third = staged.stages
    assert first.gives == (1,)
    assert second.gives == (2,)
    assert set(third.takes) == {1, 2}


def test_names_signatures_and_metadata_are_left_out():
    for stage in staged_digits().stages:
        assert b"serving_default" not in stage.content
        assert b"min_runtime_version" not in stage.content
        assert b"functional" not in stage.content


@pytest.mark.tflm
@pytest.mark.parametrize("system", ["baseline", "trecx", "sdn", "fmaps-concat"])
def test_the_stages_give_every_byte_of_the_whole_network(system):

    staged = staged_digits(system)
    samples = [digits_features()[:200]]
    assert np.array_equal(int8_exits(staged, samples), int8_exits(staged.uncut(), samples))


@pytest.mark.tflm
def test_a_value_that_crosses_past_a_stage_is_the_same_there():

    staged = cut_at_exits(converted(three_exits_with_a_skip()))
    noise = [np.random.default_rng(1).normal(size=(64, 8, 8, 1)).astype(np.float32)]
    assert np.array_equal(int8_exits(staged, noise), int8_exits(staged.uncut(), noise))


def cut_of(outputs, inputs=None, **options):

    sample = keras.Input((8,)) if inputs is None else inputs
    return cut_at_exits(converted(keras.Model(sample, outputs(sample)), **options))


def test_an_exit_that_is_no_softmax_is_named():
    with pytest.raises(ModelError, match="comes from LOGISTIC, not from an int8 softmax"):
        cut_of(lambda sample: keras.layers.Dense(3, activation="sigmoid")(sample))


def test_exits_of_different_classes_are_named():
    def outputs(sample):
        return [keras.layers.Dense(n, activation="softmax")(sample) for n in (3, 4)]

    with pytest.raises(ModelError, match=r"its outputs have the shapes \[\(1, 3\), \(1, 4\)\]"):
        cut_of(outputs)


def test_a_float32_file_is_named():

    sample = keras.Input((8,))
    model = keras.Model(sample, keras.layers.Dense(3, activation="softmax")(sample))
    content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    with pytest.raises(ModelError, match="its input is FLOAT32 of shape"):
        cut_at_exits(content)


def test_several_inputs_are_named():

    with pytest.raises(ModelError, match="it takes 2 inputs; give a network that takes one sample"):
        _check_ends(QuantizedNetwork((), (), (0, 1), (2,)))


@pytest.mark.parametrize("content", [b"", b"1234TFL3", b"\x20\0\0\0TFL3" + b"\xff" * 64])
def test_a_damaged_file_is_named(content):

    with pytest.raises(ModelError, match="damaged"):
        cut_at_exits(content)
