"""How often two networks decide differently, against a loop over samples and thresholds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from tests.threshold.strategies import thresholds
from trecx.scores import ExitScores, sample_blocks
from trecx.threshold.decision_differences import decision_difference, exit_differences
from trecx.threshold.int8_steps import HIGHEST

CONFIDENCES = st.one_of(
    st.integers(0, 255).map(lambda k: k / 256),
    st.sampled_from([0.0, 0.5, 0.501, 0.9, 0.9999, 1.0, float(np.nextafter(np.float32(0.5), np.float32(0)))]),
)


@st.composite
def two_networks(draw):
    """Two traces over the same samples, with as many exits."""
    n_samples, n_exits = draw(st.integers(1, 9)), draw(st.integers(1, 4))
    shape, classes = (n_samples, n_exits), st.integers(0, 2)
    labels = draw(nps.arrays(np.int64, n_samples, elements=classes))

    def trace():
        return ExitScores(
            labels,
            np.arange(1, n_exits + 1),
            predictions=draw(nps.arrays(np.int64, shape, elements=classes)),
            confidence=draw(nps.arrays(np.float64, shape, elements=CONFIDENCES)),
            class_names="abc",
        )

    return trace(), trace()


def exit_of(confidence, threshold):
    """The exit at which one sample stops, read from the rule."""
    return next((k for k, value in enumerate(confidence[:-1]) if value >= threshold), len(confidence) - 1)


def exits_of(scores, threshold):
    return [exit_of(sample.astype(float), threshold) for sample in scores.confidence]


@given(two_networks())
def test_each_step_counts_the_samples_that_stop_elsewhere(networks):
    counted = exit_differences(*networks)
    steps = [k / 256 if k / 256 <= HIGHEST else math.inf for k in range(257)]
    for k, threshold in enumerate(steps):
        exits = [exits_of(scores, threshold) for scores in networks]
        assert counted[k] == sum(a != b for a, b in zip(*exits, strict=True)), k
    assert counted.shape == (257,)


@given(two_networks(), thresholds)
def test_at_one_threshold_exits_and_predictions_are_counted(networks, threshold):
    exits = [exits_of(scores, threshold) for scores in networks]
    predicted = [
        [row[stop] for row, stop in zip(scores.predictions, stops, strict=True)]
        for scores, stops in zip(networks, exits, strict=True)
    ]
    differing = [sum(a != b for a, b in zip(*pair, strict=True)) for pair in (exits, predicted)]
    assert decision_difference(*networks, threshold) == (networks[0].n_samples, *differing)


def test_many_samples_are_counted_in_blocks(monkeypatch):
    random = np.random.default_rng(0)
    labels, predictions = random.integers(0, 3, 100), random.integers(0, 3, (100, 3))
    one, other = (
        ExitScores(labels, [1, 2, 3], predictions=predictions, confidence=random.random((100, 3)))
        for _ in range(2)
    )
    whole = exit_differences(one, other), decision_difference(one, other, 0.5)
    monkeypatch.setattr(sample_blocks, "BLOCK", 7)
    assert (exit_differences(one, other) == whole[0]).all()
    assert decision_difference(one, other, 0.5) == whole[1]
    assert whole[1].exits == whole[0][128] > 0


def test_networks_with_other_exits_or_samples_are_refused(eight):
    fewer = ExitScores(eight.labels, [1], predictions=eight.predictions[:, :1], confidence=np.ones((8, 1)))
    for compare in (exit_differences, lambda one, other: decision_difference(one, other, 0.5)):
        with pytest.raises(ValueError, match="8 samples and 1 exits"):
            compare(eight, fewer)
