"""The selection of samples, without a database: many blocks, and what follows a sample."""

from dataclasses import replace

import numpy as np
import pytest

from trecx.scores import ExitScores
from trecx.scores.sample_blocks import BLOCK
from trecx.store.sample_filter import SampleFilter, confidence_gaps, select_samples
from trecx.threshold.benefit_curve import operating_point

pytestmark = pytest.mark.sqlite  # once is enough
N = BLOCK + 5_000


@pytest.fixture(scope="module")
def many():
    random = np.random.default_rng(7)
    confidence = random.integers(40, 100, (N, 2)) / 100  # many equal gaps
    predictions = random.integers(0, 3, (N, 2))
    return ExitScores(random.integers(0, 3, N), [1, 2], predictions=predictions, confidence=confidence)


@pytest.mark.parametrize("largest_first", [True, False])
def test_samples_of_all_blocks_come_in_one_order(many, largest_first):
    found = select_samples(many, SampleFilter(0.7, largest_first=largest_first), N)
    gaps = confidence_gaps(many.confidence)
    order = np.lexsort([np.arange(N), gaps])
    assert found.n_samples == N
    assert np.array_equal(found.positions, order[::-1] if largest_first else order)
    assert np.array_equal(found.gaps, gaps[found.positions])
    assert found.gaps.dtype == np.int64
    counts = np.bincount(found.outcomes, minlength=6)
    assert counts.tolist() == operating_point(many, 0.7).outcome_counts.tolist()
    rows = found.positions, found.exits
    assert np.array_equal(found.labels, many.labels[found.positions])
    assert np.array_equal(found.predictions, many.predictions[rows])
    assert np.array_equal(found.confidence, many.confidence[rows])


@pytest.mark.parametrize("largest_first", [True, False])
def test_what_follows_a_sample_is_the_rest_of_the_list(many, largest_first):
    wanted = SampleFilter(0.7, (1, 2, 5), largest_first=largest_first)
    whole = select_samples(many, wanted, N)
    place = whole.n_samples // 2
    after = int(whole.gaps[place]), int(whole.positions[place])
    rest = select_samples(many, wanted, 50, after=after)
    assert rest.n_samples == whole.n_samples - place - 1
    assert np.array_equal(rest.positions, whole.positions[place + 1 : place + 51])
    assert np.array_equal(rest.sort_keys, whole.sort_keys[place + 1 : place + 51])


def test_only_named_samples_are_selected(many):
    named = np.zeros(N, np.bool_)
    named[[3, BLOCK + 17]] = True
    found = select_samples(many, SampleFilter(0.7), 10, named)
    assert sorted(found.positions.tolist()) == [3, BLOCK + 17]
    other = select_samples(many, replace(SampleFilter(0.7), label=1), N, named)
    assert other.n_samples == int((many.labels[[3, BLOCK + 17]] == 1).sum())
