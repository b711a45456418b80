"""The selection of samples, without a database: many blocks, and what follows a sample."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.test_gallery import keys_by_sorting, wishes
from tests.threshold.strategies import exit_scores
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


@given(exit_scores(min_exits=2), wishes, st.integers(0, 3), st.integers(0, 15))
def test_each_filter_selects_what_sorting_all_samples_gives(scores, wanted, at, size):
    wanted = replace(wanted, text="", at=None if wanted.at is None else at % scores.n_exits)
    found, expected = select_samples(scores, wanted, size), keys_by_sorting(scores, wanted)
    keys = list(zip(found.gaps.tolist(), found.positions.tolist(), strict=True))
    assert found.n_samples == len(expected)
    assert keys == expected[:size]
    reached = np.maximum.accumulate(scores.confidence[found.positions], axis=1).astype(float)
    early = (reached[:, :-1] < wanted.threshold).sum(axis=1)
    assert np.array_equal(found.exits, early)
    assert found.exits.dtype == np.int64


def test_a_confidence_of_one_belongs_to_a_range_that_ends_there():
    answers = {"predictions": [[0, 0], [1, 1]], "confidence": [[0.5, 1.0], [0.5, 0.9]]}
    scores = ExitScores([0, 1], [1, 2], **answers)
    kept = select_samples(scores, SampleFilter(0.7, confidence=(0.6, 1.0)), 9)
    assert sorted(kept.positions.tolist()) == [0, 1]
    below = select_samples(scores, SampleFilter(0.7, confidence=(0.6, 0.99)), 9)
    assert below.positions.tolist() == [1]
