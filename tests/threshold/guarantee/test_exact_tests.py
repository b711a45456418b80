"""P-values are valid, which is enumerated over all outcomes, and equal to MAPIE's where it has them."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value
from scipy import stats

from trecx.threshold.guarantee import exact_tests
from trecx.threshold.guarantee.exact_tests import (
    BETWEEN,
    binomial_bound,
    binomial_p_values,
    paired_bound,
    paired_p_value,
)

LEVELS = (0.1, 0.05, 0.01)
SOME_LIMITS = st.sampled_from([0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3])


@st.composite
def losses(draw):
    n = draw(st.integers(1, 6000))
    return draw(st.integers(0, n)), n


@given(losses(), SOME_LIMITS)
def test_binomial_p_values_are_those_of_mapie(counts, limit):
    lost, n = counts
    measured = np.array([max(lost - 1e-7, 0) / n])  # MAPIE rounds n × measured up
    ours = binomial_p_values(np.array(lost), n, limit)
    binary, general = (
        compute_hoeffding_bentkus_p_value(measured, n, limit, binary=binary)[0, 0] for binary in (True, False)
    )
    assert binary == pytest.approx(ours, rel=1e-3, abs=1e-300)
    assert ours * (1 - 1e-3) <= general <= np.e * ours * (1 + 1e-3), (
        "it holds for any loss in 0..1, so it is larger"
    )


@given(losses(), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_binomial_bound_is_that_of_clopper_and_pearson_and_inverts_the_test(counts, probability):
    lost, n = counts
    bound = binomial_bound(lost, n, probability)
    theirs = stats.binomtest(lost, n).proportion_ci(2 * probability - 1, method="exact").high
    assert bound == pytest.approx(theirs, abs=1e-9)
    if lost < n:
        assert binomial_p_values(np.array(lost), n, bound) == pytest.approx(1 - probability, rel=1e-6)


@given(st.integers(1, 60), st.floats(0.001, 1))
def test_a_binomial_test_rejects_a_true_hypothesis_with_at_most_its_level(n, limit):
    outcomes = np.arange(n + 1)
    p_values, chances = binomial_p_values(outcomes, n, limit), stats.binom.pmf(outcomes, n, limit)
    for level in LEVELS:
        assert chances[p_values <= level].sum() <= level + 1e-12


@cache
def rejections(n, limit, most):
    """The outcomes with at most this many disagreements, and their p-values."""
    pairs = [(lost, gained) for lost in range(most + 1) for gained in range(most + 1 - lost)]
    return np.array(pairs), np.array([paired_p_value(*pair, n, limit) for pair in pairs])


def chance_of_rejecting(n, limit, most, gained_share, level, beyond=0.0):
    """The exact probability that a share of `limit + beyond` more lost than gained samples is rejected."""
    pairs, p_values = rejections(n, limit, most)
    lost_share = gained_share + limit + beyond
    lost, gained = pairs[p_values <= level].T
    share = lost_share + gained_share
    return float(
        stats.binom.pmf(lost + gained, n, share)
        @ stats.binom.pmf(lost, lost + gained, lost_share / share if share else 0.0)
    )


@pytest.mark.parametrize(
    ("n", "limit"), [(20, 0.05), (20, 0.2), (40, 0.02), (40, 0.1), (60, 0.05), (60, 0.3)]
)
def test_a_paired_test_rejects_a_true_hypothesis_with_at_most_its_level(n, limit):
    """All outcomes of n samples, for 60 shares of gained samples, at the limit and beyond it."""
    for gained_share in np.linspace(0, (1 - limit) / 2 - 1e-9, 60):
        for level in LEVELS:
            assert chance_of_rejecting(n, limit, n, gained_share, level) <= level
    for beyond in (0.001, 0.02, 0.1):
        assert chance_of_rejecting(n, limit, n, 0.1, 0.05, beyond) <= 0.05


def test_it_does_with_more_samples_for_a_fine_grid_of_shares():
    """200 samples, of which at most 60 disagree: for these shares, more do with a probability below 1e-9."""
    n, limit, most = 200, 0.03, 60
    chances = [chance_of_rejecting(n, limit, most, share, 0.05) for share in np.linspace(0, 0.05, 200)]
    assert stats.binom.sf(most, n, limit + 2 * 0.05) < 1e-9
    assert max(chances) <= 0.05
    assert max(chances) > 0.035, "it uses most of its level"


@settings(max_examples=40)
@given(st.data())
def test_the_shares_between_those_that_are_tried_hardly_raise_the_p_value(data):
    n = data.draw(st.sampled_from([20, 60, 200, 1000, 5000]))
    limit = data.draw(st.sampled_from([0.002, 0.01, 0.05]))
    gained = data.draw(st.integers(0, min(n // 4, 60)))
    lost = data.draw(st.integers(0, max(0, int(gained + n * limit - 1e-9))))
    coarse = paired_p_value.__wrapped__(lost, gained, n, limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact_tests, "SHARES", 400)
        fine = paired_p_value.__wrapped__(lost, gained, n, limit)
    if coarse <= 0.15:  # larger ones decide nothing
        assert fine <= coarse + BETWEEN


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 3000), SOME_LIMITS)
def test_a_p_value_rises_with_lost_samples_and_falls_with_the_limit(lost, gained, others, limit):
    n = lost + gained + others + 1
    p_value = paired_p_value(lost, gained, n, limit)
    assert p_value <= paired_p_value(lost + 1, gained, n, limit) + BETWEEN
    assert paired_p_value(lost, gained, n, min(1, 1.3 * limit)) <= p_value + BETWEEN
    assert 0 <= p_value <= 1


@pytest.mark.parametrize("counts", [(30, 10, 4890), (0, 0, 500), (5, 40, 200), (12, 12, 60)])
def test_the_paired_bound_inverts_the_test(counts):
    for probability in (0.9, 0.99):
        bound = paired_bound(*counts, probability)
        assert paired_p_value(*counts, bound) <= 1 - probability
        if bound > 1e-5:  # else the bound is 0: the network gains more than it loses
            assert paired_p_value(*counts, bound - 1e-5) > 1 - probability
        for low, high in pairwise(np.linspace(bound, min(1, 3 * bound), 20)):
            assert paired_p_value(*counts, high) <= paired_p_value(*counts, low) + BETWEEN


def test_the_paired_bound_is_close_to_that_of_a_large_sample():
    lost, gained, n = 300, 200, 20_000
    share, difference = (lost + gained) / n, (lost - gained) / n
    normal = difference + 1.645 * np.sqrt((share - difference**2) / n)
    assert paired_bound(lost, gained, n, 0.95) == pytest.approx(normal, rel=0.03)


def test_a_drop_of_which_nothing_is_gained_needs_more_samples_than_a_lost_share():
    """The paired test pays for the samples that could have been gained."""
    assert (
        binomial_bound(10, 2000, 0.95)
        < paired_bound(10, 0, 2000, 0.95)
        < 1.1 * binomial_bound(10, 2000, 0.95)
    )


def test_nothing_is_accepted_that_was_measured_beyond_the_limit():
    assert paired_p_value(10, 0, 1000, 0.01) == 1
    assert paired_p_value(0, 0, 10, 0) == 1
    assert binomial_bound(7, 7, 0.9) == 1
    assert paired_p_value(0, 50, 50, 0.5) < 0.01


@pytest.mark.parametrize("limit", [0.0, 5e-324, 1e-300, 1e-12, 1 - 1e-12, 1.0])
def test_limits_at_the_edge_of_numbers_have_p_values(limit):
    counts = [(0, 0, 500), (0, 500, 500), (20, 60, 500), (499, 0, 500)]
    assert all(0 <= paired_p_value(*each, limit) <= 1 for each in counts)
    assert (np.diff(binomial_p_values(np.arange(501), 500, limit)) >= 0).all()
