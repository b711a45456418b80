"""Whole networks in plain C equal TensorFlow Lite Micro: those of digits trained here, and published ones."""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.deploy.byte_equality import differing, of_tflm
from tests.deploy.networks import converted, digits_features, staged_digits, three_exits_with_a_skip
from tests.nn.test_scoring import AUTHORS
from trecx.datasets.download import fetch_dataset
from trecx.datasets.samples import open_samples
from trecx.deploy.conversion import convert_to_int8
from trecx.deploy.golden import GoldenSamples
from trecx.deploy.plain_c import write_plain_c
from trecx.deploy.quantization import int8_input
from trecx.deploy.stages import cut_at_exits
from trecx.nn.features import features
from trecx.nn.formats import read_network

pytestmark = [pytest.mark.tensorflow, pytest.mark.tflm, pytest.mark.compiler]
PUBLISHED = {
    "kws": "keyword_spotting/trained_models/model_with_ev_assist",
    "vww": "visual_wake_words/trained_models/model_with_ev_assist",
}


@pytest.mark.parametrize("system", ["baseline", "branchynet", "fmaps-concat", "sdn", "trecx"])
def test_digits_networks(system, tmp_path):
    staged = staged_digits(system)
    assert differing(staged, int8_input(staged, digits_features()), tmp_path) == 0


@pytest.mark.mirror
@pytest.mark.parametrize("task", PUBLISHED)
def test_published_networks(task, tmp_path):
    samples = open_samples(task, fetch_dataset(task, folder=tmp_path / "downloads"))
    inputs = features(task, np.asarray(samples.raw[:: len(samples.names) // 40]))
    path = Path(os.environ["TRECX_MIRROR"]) / AUTHORS / PUBLISHED[task]
    staged = cut_at_exits(convert_to_int8(read_network(path), inputs.shape[1:], inputs))
    assert differing(staged, int8_input(staged, inputs), tmp_path / "plain_c") == 0


def skipping():
    """Three stages, the third of which takes what the first one computed."""
    staged = cut_at_exits(converted(three_exits_with_a_skip()))
    return staged, np.random.default_rng(1).integers(-128, 128, (50, 8, 8, 1), np.int8)


def test_a_value_that_skips_a_stage_survives_it_in_the_arena(tmp_path):
    staged, inputs = skipping()
    assert max(staged.stages[2].takes) > 0
    assert differing(staged, inputs, tmp_path) == 0


def test_the_arena_is_shared_and_its_bytes_are_told(tmp_path):
    staged, inputs = skipping()
    written = write_plain_c(staged, GoldenSamples(inputs[:2], of_tflm(staged, inputs[:2])), tmp_path)
    every = [t.n_bytes for stage in staged.stages for t in stage.network().tensors if t.data is None]
    assert len(written.stage_arena_bytes) == 3
    assert written.arena_bytes == max(written.stage_arena_bytes)
    assert (
        3 * 256 <= written.arena_bytes < sum(every) / 2
    )  # three 8x8x4 images live at once, and not many more
    assert f"ARENA_BYTES {written.arena_bytes} " in (tmp_path / "trecx_network.h").read_text()
