import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores
from trecx.confidence.distribution import (
    MEDIUM_CONFIDENCE,
    MOST_KERNELS,
    ExitConfidence,
    band_density,
    exit_confidence,
    median,
    right_and_wrong,
    within,
)

sizes = st.lists(st.integers(1, 4), min_size=1, max_size=8)


def told(confidence, correct, weights=None):
    weights = np.ones(len(confidence)) if weights is None else np.array(weights, float)
    return ExitConfidence(np.array(confidence, float), np.array(correct, bool), weights)


@pytest.mark.parametrize("values", [[0.65], [0.7, 0.7, 0.7], np.linspace(0.65, 0.899, 400), [0.65, 0.8999]])
def test_a_density_integrates_to_1_and_stays_in_its_band(values):
    at, density = band_density(np.array(values), MEDIUM_CONFIDENCE)
    assert np.trapezoid(density, at) == pytest.approx(1)
    assert (at[0], at[-1]) == MEDIUM_CONFIDENCE
    assert (density >= 0).all()


def test_an_even_spread_has_an_even_density_up_to_the_edges():
    for n_values in (5000, 50_000):
        _, density = band_density(np.linspace(0.65, 0.8999, n_values), MEDIUM_CONFIDENCE)
        assert density == pytest.approx(np.full(101, 4.0), rel=0.02)


def test_a_density_is_the_mean_of_kernels_reflected_at_the_edges():
    values, (low, high) = np.array([0.66, 0.7, 0.71, 0.88]), MEDIUM_CONFIDENCE
    at, density = band_density(values, MEDIUM_CONFIDENCE)
    bandwidth = values.std() * 4**-0.2
    bells = [
        sum(
            np.exp(-0.5 * ((x - at_value) / bandwidth) ** 2)
            for value in values
            for at_value in (value, 2 * low - value, 2 * high - value)
        )
        for x in at
    ]
    assert density == pytest.approx(np.array(bells) / np.trapezoid(bells, at))


def test_the_band_is_closed_below_and_open_above_unless_it_ends_at_1():
    values = np.array([0.64, 0.65, 0.7, 0.9, 1.0])
    assert within(values, MEDIUM_CONFIDENCE).tolist() == [0.65, 0.7]
    assert within(values, (0.7, 1.0)).tolist() == [0.7, 0.9, 1.0]


@given(sizes, st.lists(st.sampled_from([0.65, 0.7, 0.75, 0.8]), min_size=8, max_size=8))
def test_a_weight_of_k_counts_as_k_samples(repeats, values):
    values = np.array(values[: len(repeats)])
    alike = np.repeat(values, repeats)
    weights = np.array(repeats, float)
    assert median(values, weights) == pytest.approx(np.median(alike))
    one, other = (
        right_and_wrong(told(v, [True] * len(v), w), MEDIUM_CONFIDENCE)[0]
        for v, w in ((values, weights), (alike, None))
    )
    assert one.count == other.count


def test_many_values_are_counted_in_bins_and_keep_their_density():
    random = np.random.default_rng(0)
    values = 0.65 + 0.25 * random.beta(4, 2, 4 * MOST_KERNELS)
    _, binned = band_density(values, MEDIUM_CONFIDENCE)
    bandwidth = values.std() * len(values) ** -0.2
    at = np.linspace(*MEDIUM_CONFIDENCE, 101)
    mirrored = np.concatenate([values, 1.3 - values, 1.8 - values])
    exact = np.array([np.exp(-0.5 * ((x - mirrored) / bandwidth) ** 2).sum() for x in at])
    assert binned == pytest.approx(exact / np.trapezoid(exact, at), rel=0.01, abs=0.005)


@given(exit_scores(), st.sampled_from([(0.5, 0.9), (0.0, 1.0), (0.8, 0.85)]))
def test_right_and_wrong_are_counted_one_by_one(scores, band):
    for exit_ in range(scores.n_exits):
        right, wrong = right_and_wrong(exit_confidence(scores, exit_), band)
        sides = {True: [], False: []}
        for confidence, prediction, label in zip(
            scores.confidence[:, exit_].tolist(),
            scores.predictions[:, exit_].tolist(),
            scores.labels.tolist(),
            strict=True,
        ):
            if band[0] <= confidence < band[1] or (band[1] == 1 and confidence == 1):
                sides[prediction == label].append(confidence)
        for side, values in ((right, sides[True]), (wrong, sides[False])):
            assert side.count == len(values)
            assert side.median == (pytest.approx(np.median(values)) if values else None)
            assert (side.confidence[0], side.confidence[-1]) == band
            assert np.trapezoid(side.density, side.confidence) == pytest.approx(1 if values else 0)


def test_a_class_that_never_occurs_is_left_out_and_others_weigh_what_they_are_given(eight):
    seen = exit_confidence(eight, 0, np.array([2.0, 0.0]))
    assert seen.confidence == pytest.approx([0.9, 0.9, 0.8, 0.8])
    assert seen.correct.tolist() == [True, True, True, False]
    assert seen.weights.tolist() == [2, 2, 2, 2]
    assert exit_confidence(eight, 0).weights.tolist() == [1] * 8


@pytest.mark.parametrize("band", [(0.7, 0.7), (0.9, 0.8), (-0.1, 0.5), (0.5, 1.1)])
def test_a_band_that_is_none_is_refused(eight, band):
    with pytest.raises(ValueError, match="band must lie within 0..1"):
        right_and_wrong(exit_confidence(eight, 0), band)


def test_a_million_samples_take_no_longer_than_a_user_waits():
    random = np.random.default_rng(0)
    values = told(random.beta(6, 1, 1_000_000), random.random(1_000_000) < 0.9)
    begin = time.perf_counter()
    right_and_wrong(values, (0.0, 1.0))
    assert time.perf_counter() - begin < 2
