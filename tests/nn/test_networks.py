"""Networks: every row of the comparison, to the digit, saved and loaded, with the published weights."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.needs_tensorflow import TENSORFLOW
from trecx.datasets import tasks
from trecx.errors import UnknownNameError
from trecx.nn import keras, tf
from trecx.nn.features import FEATURE_SHAPES
from trecx.nn.flop_table import flop_table
from trecx.nn.models import load_model, require_exits
from trecx.nn.networks import ExitNetwork, build, describe, systems_of
from trecx.nn.networks.bases import BASES
from trecx.nn.networks.grammar import Base, Conv, Exit, NetworkDescription, Stage
from trecx.nn.networks.layers import FirstChannels
from trecx.nn.networks.systems import SYSTEMS

# Keras' own, on reading a variable with NumPy 2.
pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

EVERY_TASK = {"baseline", "trecx", "trecx-noev", "trecx-notransfer", "fmaps-concat", "baseline-ee"}
EVERY_TASK |= {"sdn", "branchynet"}
PLACES = {"trecx-at-quarter", "trecx-at-three-quarters"}
TABLE = {
    "ic": EVERY_TASK | {"trecx-two-exits", "trecx-extra-class"},
    "kws": EVERY_TASK | PLACES,
    "vww": EVERY_TASK,
    "digits": EVERY_TASK | PLACES,
}
ROWS = [(task, system) for task in TABLE for system in SYSTEMS if system in TABLE[task]]
TRANSFERRING = {"trecx", "trecx-two-exits", "trecx-extra-class"} | PLACES

REFERENCE = {  # section 1: parameters, exit FLOPs
    ("ic", "baseline"): (78_666, [25_271_004]),
    ("ic", "trecx"): (89_780, [11_659_612, 26_459_416]),
    ("ic", "trecx-noev"): (84_500, [11_659_612, 26_444_568]),
    ("ic", "sdn"): (94_046, [10_522_972, 17_947_416, 25_326_420]),
    ("ic", "branchynet"): (98_430, [15_257_948, 25_036_568, 32_415_572]),
    ("kws", "baseline"): (24_908, [5_541_064]),
    ("kws", "trecx"): (28_248, [3_127_080, 5_647_920]),
    ("kws", "trecx-noev"): (27_544, [3_127_080, 5_569_904]),
    ("kws", "fmaps-concat"): (27_928, [3_127_080, 5_571_920]),
    ("kws", "sdn"): (38_768, [1_896_584, 3_128_784, 4_360_984, 5_587_040]),
    ("kws", "branchynet"): (62_628, [6_497_832, 12_331_280, 14_774_104]),
    ("vww", "baseline"): (221_794, [15_692_716]),
    ("vww", "trecx"): (226_276, [7_090_284, 18_189_688]),
    ("vww", "trecx-noev"): (225_380, [7_090_284, 18_183_352]),
}


def answers(network: ExitNetwork, samples: Any) -> Any:
    """Scores of shape (n, n_exits, n_classes)."""
    outputs = network.model(samples, training=False)
    return np.stack([np.asarray(scores) for scores in keras.tree.flatten(outputs)], axis=1)


def random_samples(network: ExitNetwork) -> Any:
    shape = (3, *network.description.base.input_shape)
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def test_each_task_has_the_systems_of_the_table_and_each_system_a_title() -> None:
    assert {task: set(systems_of(task)) for task in tasks.TASKS} == TABLE
    assert list(SYSTEMS) == list(tasks.SYSTEMS)
    assert FEATURE_SHAPES == {task: BASES[task].input_shape for task in FEATURE_SHAPES}


@pytest.mark.parametrize(("task", "system"), ROWS)
def test_a_row_saved_and_loaded_has_the_same_exits_in_order_and_counts_as_the_reference(
    task: str, system: str, tmp_path: Path
) -> None:
    network = build(describe(task, system), seed=1)
    samples = random_samples(network)
    scores = answers(network, samples)
    n_classes = len(tasks.TASKS[task].class_names) + (system == "trecx-extra-class")
    assert scores.shape == (3, network.n_exits, n_classes)
    np.testing.assert_allclose(scores.sum(axis=2), 1, atol=1e-5)
    early = [f"exit_{number}" for number in range(1, network.n_exits)]
    assert network.model.output_names == [*early, "final"]

    network.model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(samples), scores, atol=1e-6)
    require_exits(loaded, system)
    counts = (loaded.parameters, loaded.exit_flops.tolist())
    assert counts == REFERENCE.get((task, system), counts)
    rows = flop_table(network)
    assert [row.total_flops for row in rows if row.is_exit] == counts[1]
    assert (sum(row.parameters for row in rows), sum(row.flops for row in rows)) == (counts[0], counts[1][-1])


@pytest.mark.parametrize(("task", "system"), ROWS)
def test_weights_are_transferred_where_an_early_view_asks_for_it_and_nowhere_else(
    task: str, system: str
) -> None:
    network = build(describe(task, system))
    pairs = [(source.name, target.name) for source, target in network.transfers]
    assert pairs == ([("exit_1_depthwise", "final_depthwise")] if system in TRANSFERRING else [])
    for source, target in network.transfers:
        assert [w.shape for w in source.weights] == [w.shape for w in target.weights]
        target.set_weights(source.get_weights())


@pytest.mark.parametrize("task", TABLE)
def test_without_transfer_the_network_is_that_of_trecx_weight_for_weight(task: str) -> None:
    first, second = (build(describe(task, system), seed=3) for system in ("trecx", "trecx-notransfer"))
    assert [w.path for w in first.model.weights] == [w.path for w in second.model.weights]
    samples = random_samples(first)
    np.testing.assert_array_equal(answers(first, samples), answers(second, samples))


def base_weights(system: str, seed: int) -> list[Any]:
    network = build(describe("digits", system), seed)
    names = [name for stage in network.description.base.stages for name in network.layers[stage.name]]
    return [weight for name in names for weight in network.model.get_layer(name).get_weights()]


def test_one_seed_starts_all_systems_from_the_same_base_and_another_seed_does_not() -> None:
    expected = base_weights("baseline", seed=1)
    for system in ("trecx", "sdn", "branchynet"):
        for weight, other in zip(expected, base_weights(system, seed=1), strict=True):
            np.testing.assert_array_equal(weight, other)
    assert np.abs(expected[0] - base_weights("baseline", seed=2)[0]).max() > 0


def layers_of(network: ExitNetwork, kind: Any) -> dict[str, Any]:
    return {layer.name: layer for layer in network.model.layers if isinstance(layer, kind)}


def test_kernels_are_regularised_and_begin_as_in_the_published_networks() -> None:
    begins = {"ic": "HeNormal", "kws": "GlorotUniform", "vww": "HeNormal", "digits": "HeNormal"}
    for task, initializer in begins.items():
        convolutions = layers_of(build(describe(task, "branchynet")), keras.layers.Conv2D)
        assert {type(layer.kernel_initializer).__name__ for layer in convolutions.values()} == {initializer}
        assert {float(layer.kernel_regularizer.l2) for layer in convolutions.values()} == {1e-4}


def test_dropout_is_that_of_ds_cnn_and_heads_have_no_batch_normalisation() -> None:
    kws = build(describe("kws", "trecx"))
    rates = {name: layer.rate for name, layer in layers_of(kws, keras.layers.Dropout).items()}
    assert rates == {"stem_dropout": 0.2, "pair_4_dropout": 0.4}
    normed = [name.split("_norm")[0] for name in layers_of(kws, keras.layers.BatchNormalization)]
    assert normed == ["stem", *(f"pair_{number}" for number in (1, 1, 2, 2, 3, 3, 4, 4))]


def test_the_early_maps_are_those_after_the_relu_of_the_early_depthwise_layer() -> None:
    network = build(describe("kws", "fmaps-concat"))
    pooled, early = (network.model.get_layer(name) for name in ("final_pool_2", "exit_1_relu"))
    assert pooled.input is early.output


def test_two_exits_cost_resnet_8_about_the_papers_17_2_percent_of_parameters() -> None:
    # Ours: the same block after stacks 1 and 2, and the early view of the first: 17.3 %.
    parameters = build(describe("ic", "trecx-two-exits")).model.count_params()
    assert (parameters, round(parameters / 78_666 - 1, 3)) == (92_286, 0.173)


def test_an_unknown_row_names_its_neighbours() -> None:
    with pytest.raises(
        UnknownNameError, match="unknown design for task kws: 'trecx-two-exits'; known: baseline, "
    ):
        describe("kws", "trecx-two-exits")
    with pytest.raises(UnknownNameError, match="unknown task 'mnist'; known: kws, ic, vww, digits"):
        describe("mnist", "trecx")


def tiny_base() -> Base:
    stages = (Stage("first", (Conv(4),)), Stage("second", (Conv(6, stride=2),)))
    return replace(BASES["digits"], input_shape=(6, 6, 2), stages=stages)


def test_a_network_of_ones_own_needs_no_more_than_stages_and_exits() -> None:
    exits = (Exit("exit_1", "first", ()), Exit("final", "second", (Conv(5, relu=False),)))
    network = build(NetworkDescription("toy", "two", tiny_base(), exits, n_classes=3))
    assert answers(network, random_samples(network)).shape == (3, 2, 3)
    assert network.description.parts == ("first", "exit_1", "second", "final")


@pytest.mark.parametrize(
    ("stages", "complaint"),
    [
        (["nowhere", "second"], r"attached to one of \['first', 'second'\], got \['nowhere'\]"),
        (["second", "first"], r"order of their stages and end after the last, got \[1, 0\]"),
        (["first"], r"got \[0\]"),
        ([], r"got \[\]"),
    ],
)
def test_exits_that_no_inference_could_meet_in_order_are_refused(stages: list[str], complaint: str) -> None:
    exits = tuple(Exit(f"exit_{number}", stage, ()) for number, stage in enumerate(stages, 1))
    with pytest.raises(ValueError, match=complaint):
        NetworkDescription("toy", "two", tiny_base(), exits, n_classes=3)


def test_classes_can_be_fewer_than_the_tasks() -> None:
    assert build(describe("kws", "sdn", n_classes=5)).model.output_shape == [(None, 5)] * 4


def test_a_slice_keeps_the_first_channels_and_refuses_to_keep_more_than_there_are() -> None:
    maps = np.arange(2 * 3 * 3 * 4, dtype=np.float32).reshape(2, 3, 3, 4)
    np.testing.assert_array_equal(np.asarray(FirstChannels(3)(maps)), maps[..., :3])
    with pytest.raises(ValueError, match=r"needs maps of 5 channels or more, got shape \(2, 3, 3, 4\)"):
        FirstChannels(5)(maps)


AUTHORS = "raw.githubusercontent.com/nikhilghanathe/t-recx/934a4e9f500f0051bad5ee32a7cde0a492aec174"
PUBLISHED = {  # the authors' layers of the heads, in the order of ours
    ("ic", "trecx"): (
        "image_classification/trained_models/model_with_ev_assist",
        ["pointwise_conv_ee_1", "depth_conv_ee_1", "ee_out", "depth_conv_eefinal_out", "ef_out"],
    ),
    ("ic", "branchynet"): (
        "image_classification/trained_models/model_branchynet",
        ["conv2d_9", "ee_1", "conv2d_10", "ee_2", "ef_out"],
    ),
    ("kws", "baseline"): ("keyword_spotting/trained_models/kws_ref_model", ["dense"]),
    ("kws", "trecx"): (
        "keyword_spotting/trained_models/model_with_ev_assist",
        ["depth_conv_ee_1", "dense", "depth_conv_eefinal_out", "ef_out"],
    ),
    ("kws", "fmaps-concat"): (
        "keyword_spotting/trained_models/model_eefmaps_concat",
        ["depth_conv_ee_1", "dense", "ef_out"],
    ),
    ("kws", "sdn"): ("keyword_spotting/trained_models/model_sdn", ["ee_1", "ee_2", "ee_3", "ef_out"]),
    ("vww", "trecx"): (
        "visual_wake_words/trained_models/model_with_ev_assist",
        ["pointwise_conv_ee1", "depth_conv_ee_1", "dense", "depth_conv_eefinal_out", "ef_out"],
    ),
}


# How the authors' Keras named what has no name of its own: the first `conv2d`, the next `conv2d_1`.
NAMES = {
    "Conv2D": "conv2d",
    "DepthwiseConv2D": "depthwise_conv2d",
    "BatchNormalization": "batch_normalization",
}


@pytest.mark.mirror
@pytest.mark.parametrize(("task", "system"), PUBLISHED)
def test_with_the_published_weights_a_network_answers_as_the_published_model(task: str, system: str) -> None:
    folder, head_names = PUBLISHED[task, system]
    path = Path(os.environ["TRECX_MIRROR"]) / AUTHORS / folder
    weights: dict[str, list[Any]] = {}
    variables = tf.saved_model.load(str(path)).variables
    for variable in variables:
        weights.setdefault(variable.name.split("/")[0], []).append(variable.numpy())
    network = build(describe(task, system))
    ours = [network.model.get_layer(name) for part in network.layers.values() for name in part]
    weighted = [layer for layer in ours if layer.weights]
    base, heads = weighted[: -len(head_names)], weighted[-len(head_names) :]
    met: dict[str, int] = {}
    for layer in base:
        kind = NAMES[type(layer).__name__]
        number = met[kind] = met.get(kind, -1) + 1
        layer.set_weights(weights[f"{kind}_{number}" if number else kind])
    for layer, name in zip(heads, head_names, strict=True):
        layer.set_weights(weights[name])
    samples = random_samples(network)
    np.testing.assert_allclose(answers(network, samples), load_model(path).predict(samples), atol=1e-5)
