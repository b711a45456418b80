"""FLOPs and parameters: by hand, by keras-flops' rules, and of the paper's published models."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.needs_tensorflow import TENSORFLOW
from trecx.nn import keras, tf
from trecx.nn.flops import count_exit_flops
from trecx.nn.graphs import exit_order, freeze
from trecx.nn.models import load_model

pytestmark = TENSORFLOW

AUTHORS = "raw.githubusercontent.com/nikhilghanathe/t-recx/934a4e9f500f0051bad5ee32a7cde0a492aec174"
IC, KWS, VWW = (
    f"{task}/trained_models" for task in ("image_classification", "keyword_spotting", "visual_wake_words")
)
PUBLISHED = {
    "ic baseline": (f"{IC}/pretrainedResnet.h5", 78_666, [25_271_004]),
    "ic trecx": (f"{IC}/model_with_ev_assist", 89_780, [11_659_612, 26_459_416]),
    "ic trecx-noev": (f"{IC}/model_without_ev_assist", 84_500, [11_659_612, 26_444_568]),
    "ic sdn": (f"{IC}/model_sdn", 94_046, [10_522_972, 17_947_416, 25_326_420]),
    "ic branchynet": (f"{IC}/model_branchynet", 98_430, [15_257_948, 25_036_568, 32_415_572]),
    "kws baseline": (f"{KWS}/kws_ref_model", 24_908, [5_541_064]),
    "kws trecx": (f"{KWS}/model_with_ev_assist", 28_248, [3_127_080, 5_647_920]),
    "kws trecx-noev": (f"{KWS}/model_without_ev_assist", 27_544, [3_127_080, 5_569_904]),
    "kws fmaps-concat": (f"{KWS}/model_eefmaps_concat", 27_928, [3_127_080, 5_571_920]),
    "kws sdn": (f"{KWS}/model_sdn", 38_768, [1_896_584, 3_128_784, 4_360_984, 5_587_040]),
    "kws branchynet": (f"{KWS}/model_branchynet", 62_628, [6_497_832, 12_331_280, 14_774_104]),
    "vww baseline": (f"{VWW}/vww_96.h5", 221_794, [15_692_716]),
    "vww trecx": (f"{VWW}/model_with_ev_assist", 226_276, [7_090_284, 18_189_688]),
    "vww trecx-noev": (f"{VWW}/model_without_ev_assist", 225_380, [7_090_284, 18_183_352]),
}


def exit_flops(network: Any, shape: tuple[int, ...]) -> list[int]:
    graph = freeze(network, shape)
    return count_exit_flops(graph, exit_order(graph)).tolist()  # type: ignore[no-any-return]


@pytest.mark.mirror
@pytest.mark.parametrize("system", PUBLISHED)
def test_a_published_model_has_the_papers_parameters_and_exit_flops(system: str) -> None:
    path, parameters, flops = PUBLISHED[system]
    model = load_model(Path(os.environ["TRECX_MIRROR"]) / AUTHORS / path)
    assert (model.parameters, model.exit_flops.tolist()) == (parameters, flops)


def test_a_small_network_counts_as_it_does_by_hand() -> None:
    image = keras.Input((6, 6, 2))
    maps = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    scores = keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(maps))
    model = keras.Model(image, scores)
    convolution = 2 * (6 * 6 * 4) * (3 * 3 * 2) + 6 * 6 * 4  # multiply-accumulates, then the bias
    dense = 2 * (6 * 6 * 4) * 3 + 3
    softmax = 5 * 3
    assert exit_flops(lambda batch: [model(batch)], (6, 6, 2)) == [convolution + dense + softmax]


@pytest.mark.parametrize("activation", ["relu", "softmax"])
def test_a_grouped_convolution_which_keras_compiles_apart_counts_as_it_does_by_hand(activation: str) -> None:
    image = keras.Input((8, 8, 4))
    maps = keras.layers.Conv2D(8, 3, groups=2, activation=activation)(image)
    early = keras.layers.Conv2D(6, 3, groups=2)(maps)
    model = keras.Model(image, [early, maps])
    first = 2 * (6 * 6 * 8) * (3 * 3 * 2) + 6 * 6 * 8 * (6 if activation == "softmax" else 1)
    second = 2 * (4 * 4 * 6) * (3 * 3 * 4) + 4 * 4 * 6
    assert exit_flops(lambda batch: model(batch), (8, 8, 4)) == [first, first + second]


def test_batch_normalisation_counts_the_same_fused_as_in_tf_2_3_and_in_parts_as_in_keras_3() -> None:
    ones = tf.ones(4)
    layer = keras.layers.BatchNormalization()
    layer.build((None, 6, 6, 4))

    def fused(batch: Any) -> list[Any]:
        return [tf.raw_ops.FusedBatchNormV3(x=batch, **dict.fromkeys(WEIGHTS, ones), is_training=False).y]

    by_hand = 2 * (6 * 6 * 4) + 6 * 4
    assert exit_flops(fused, (6, 6, 4)) == [by_hand]
    assert exit_flops(lambda batch: [layer(batch, training=False)], (6, 6, 4)) == [by_hand]


WEIGHTS = ("scale", "offset", "mean", "variance")


def test_a_maximum_counts_by_the_rule_that_only_keras_flops_has() -> None:
    assert exit_flops(lambda batch: [tf.reduce_max(batch, axis=(1, 2, 3))], (6, 6, 4)) == [6 * 6 * 4 - 1]


def test_an_exit_pays_for_the_heads_before_it_and_not_for_those_after() -> None:
    trunk, early, late = (tf.ones((size, size)) for size in (4, 4, 4))

    def network(batch: Any) -> list[Any]:
        step = tf.matmul(batch, trunk)
        return [tf.matmul(step, early), tf.matmul(tf.matmul(step, trunk), late)]

    product = 2 * 4 * 4
    assert exit_flops(network, (4,)) == [2 * product, 4 * product]


def test_statistics_are_strict_again_once_keras_flops_is_imported() -> None:
    from tensorflow.python.framework import ops

    with pytest.raises(KeyError):
        ops.RegisterStatistics("MatMul", "flops")(lambda graph, node: None)
