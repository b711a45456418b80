"""The 95 % band of the curve in the console's data, and what is said of a half of the samples."""

import json

import numpy as np
import pytest

from trecx.console import console_data
from trecx.store import Store
from trecx.store.run_context import load_context
from trecx.threshold.resampling.accuracy_band import BOOTSTRAP, EXACT, drawn_band


@pytest.fixture
def run(shipped):
    return Store().find_run("kws/trecx")


@pytest.mark.parametrize(("mix", "method"), [("as tested", EXACT), ("even", BOOTSTRAP)])
def test_the_band_is_sent_apart_from_the_curve_with_its_method_as_the_hint(run, mix, method):
    context = load_context(Store(), run, class_mix=mix)
    data = console_data(run, context)
    figure = json.loads(data["figures"]["band"])
    band = drawn_band(context.table, context.curve, context.class_weights)
    assert [trace["name"] for trace in figure["data"]] == ["95 % band"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 100 * band.low.min() < 100 * band.high.max() < high
    assert method in data["text"]["band"]
    assert "95 % band" not in data["figures"]["curve"]
    assert len(data["figures"]["band"]) < 20_000


def test_the_band_is_the_same_each_time(run):
    context = load_context(Store(), run, class_mix="even")
    one, other = (drawn_band(context.table, context.curve, context.class_weights) for _ in range(2))
    assert np.array_equal(one.low, other.low)
    assert console_data(run, context)["version"] == console_data(run, context)["version"]
