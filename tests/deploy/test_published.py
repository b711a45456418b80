"""The paper's networks as int8 stages: every byte of the whole network, and no exit is spoiled."""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.nn.test_scoring import AUTHORS
from trecx.datasets.download import fetch_dataset
from trecx.datasets.samples import open_samples
from trecx.datasets.splits import hold_back
from trecx.deploy.conversion import convert_to_int8
from trecx.deploy.quantization import OLDER, int8_exits, quantize
from trecx.deploy.stages import cut_at_exits
from trecx.nn.features import features
from trecx.nn.formats import read_network
from trecx.nn.models import load_model

pytestmark = [pytest.mark.tensorflow, pytest.mark.tflm, pytest.mark.mirror]
MODELS = {
    "kws": "keyword_spotting/trained_models/model_with_ev_assist",
    "vww": "visual_wake_words/trained_models/model_with_ev_assist",
}


def published(path):
    return Path(os.environ["TRECX_MIRROR"]) / AUTHORS / path


@pytest.fixture(scope="module")
def some(tmp_path_factory):
    """300 samples of a task as its networks take them, every class in proportion, and their labels."""
    folder, found = tmp_path_factory.mktemp("downloads"), {}
    for task in MODELS:
        samples = open_samples(task, fetch_dataset(task, folder=folder))
        _, chosen = hold_back(samples.names, samples.labels, 300)
        part = samples.part(chosen, "test")
        found[task] = features(task, np.asarray(part.raw[:])), part.labels
    return found


@pytest.mark.parametrize("task", MODELS)
def test_the_stages_give_every_byte_of_the_whole_network(task, some):
    samples, labels = some[task]
    path = published(MODELS[task])
    staged = cut_at_exits(convert_to_int8(read_network(path), samples.shape[1:], samples[:100]))
    found = int8_exits(staged, [samples])
    assert np.array_equal(found, int8_exits(staged.uncut(), [samples]))
    assert np.mean(found.argmax(axis=2) == labels[:, None], axis=0).min() > 0.75


def test_the_trap_of_joined_feature_maps_is_avoided(some):
    """The default quantizer takes about 15 points from the early exit of the paper's fmaps-concat."""
    samples, labels = some["kws"]
    path = published("keyword_spotting/trained_models/model_eefmaps_concat")
    trapped = cut_at_exits(convert_to_int8(read_network(path), (49, 10, 1), samples[:100]))
    found = quantize(path, load_model(path), samples[:100])
    accuracy = [
        np.mean(int8_exits(staged, [samples])[:, 0].argmax(axis=1) == labels)
        for staged in (trapped, found.staged)
    ]
    assert found.quantizer == OLDER
    assert accuracy[1] > accuracy[0] + 0.08
