"""Networks for the tests of deployment: those of digits trained here, and small ones made for a case."""

from functools import cache

import numpy as np

import tests.needs_tensorflow  # noqa: F401  # before all that imports it
from tests.conftest import ROOT
from trecx.datasets.samples import open_samples
from trecx.deploy.conversion import convert_to_int8
from trecx.deploy.stages import StagedNetwork, cut_at_exits
from trecx.nn import keras
from trecx.nn.features import features
from trecx.nn.formats import read_network
from trecx.nn.keras_files import network_of


def digits_model(system="trecx"):
    """Path of a network of digits that is shipped."""
    return ROOT / "artifacts" / "models" / "digits" / system / "model.keras"


@cache
def digits(split="test"):
    """All samples of a split."""
    return open_samples("digits", split=split)


@cache
def digits_features(split="test"):
    """The same as a network takes them."""
    return features("digits", np.asarray(digits(split).raw[:]))


@cache
def staged_digits(system="trecx") -> StagedNetwork:
    """A network of digits as int8 stages."""
    network = read_network(digits_model(system))
    return cut_at_exits(convert_to_int8(network, (8, 8, 1), digits_features("train")[:100]))


def converted(model, calibration=None, **options):
    """A Keras model's int8 file, calibrated on noise."""
    shape = tuple(model.inputs[0].shape[1:])
    noise = np.random.default_rng(0).normal(size=(50, *shape)).astype(np.float32)
    return convert_to_int8(network_of(model), shape, noise if calibration is None else calibration, **options)


def three_exits_with_a_skip():
    """A network whose third stage needs what the first one computed, past the second."""
    sample = keras.Input((8, 8, 1))
    first = keras.layers.Conv2D(4, 3, activation="relu", padding="same")(sample)
    second = keras.layers.Conv2D(4, 3, activation="relu", padding="same")(first)
    third = keras.layers.Conv2D(4, 3, activation="relu", padding="same")(second)
    joined = keras.layers.Add()([first, third])

    def head(tensor):
        pooled = keras.layers.GlobalAveragePooling2D()(tensor)
        return keras.layers.Dense(3, activation="softmax")(pooled)

    return keras.Model(sample, [head(first), head(second), head(joined)])


def two_exits_after(change):
    """A network of digits whose maps a layer changes before the early exit."""
    sample = keras.Input((8, 8, 1))
    maps = change(keras.layers.Conv2D(4, 3)(sample))
    deeper = keras.layers.Conv2D(4, 3, activation="relu")(maps)
    pooled = [keras.layers.GlobalAveragePooling2D()(each) for each in (maps, deeper)]
    return keras.Model(sample, [keras.layers.Dense(10, activation="softmax")(each) for each in pooled])


def with_a_difference():
    """A network with SUB, which plain C lacks."""

    def differences(maps):
        return keras.layers.Subtract()([maps, keras.layers.Conv2D(4, 3, padding="same")(maps)])

    return two_exits_after(differences)
