import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trecx.threshold.intervals import Z95, effective_samples, wilson_interval


@pytest.mark.parametrize(
    ("right", "n_samples", "low", "high"),
    [  # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), Table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(right, n_samples, low, high):
    assert wilson_interval(right / n_samples, n_samples) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000), st.data())
def test_the_ends_are_the_shares_that_a_test_would_just_not_reject(n_samples, data):
    share = data.draw(st.integers(0, n_samples)) / n_samples
    for end in wilson_interval(share, n_samples):
        distance = (share - end) ** 2 * n_samples
        assert math.isclose(distance, Z95**2 * end * (1 - end), rel_tol=1e-6, abs_tol=1e-9)


@given(st.floats(0, 1), st.floats(0.5, 1e7))
def test_the_interval_holds_the_share_and_stays_within_0_to_1(share, n_samples):
    low, high = wilson_interval(share, n_samples)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


def test_a_share_a_rounding_error_beyond_1_is_1():
    assert wilson_interval(1 + 1e-12, 10) == wilson_interval(1, 10)


@pytest.mark.parametrize(("share", "n_samples"), [(1.01, 10), (-0.1, 10), (math.nan, 10), (0.5, 0)])
def test_what_is_no_share_of_anything_is_refused(share, n_samples):
    with pytest.raises(ValueError, match="must"):
        wilson_interval(share, n_samples)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1).filter(lambda w: any(w)))
def test_effective_samples_are_kishs_sums_over_single_samples(classes):
    weights = [Fraction(weight) for weight, count in classes for _ in range(count)]
    if not any(weights):
        return
    expected = sum(weights) ** 2 / sum(weight * weight for weight in weights)
    by_class = (np.array(column) for column in zip(*classes, strict=True))
    assert effective_samples(*by_class) == pytest.approx(float(expected))


def test_equal_weights_lose_nothing_and_unequal_ones_do():
    assert effective_samples(np.array([2.0, 2.0]), np.array([30, 70])) == pytest.approx(100)
    assert effective_samples(np.array([0.5, 3.0]), np.array([80, 20])) == pytest.approx(100**2 / (20 + 180))
