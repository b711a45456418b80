"""A rule has one ρ or one threshold per exit, and says what the device compares."""

import math
import pickle

import pytest

from tests.saved_points.records import VECTOR
from trecx.saved_points.record import Rule
from trecx.threshold.int8_threshold import Quantisation


def test_one_rho_is_where_the_counts_have_the_point():
    assert (Rule(0.69).at, Rule(0.69, precision="int8").at) == (0.69, 177 / 256)
    assert (Rule(0.69).effective_per_exit, Rule(0.69).int8_thresholds) == (None, None)


def test_thresholds_per_exit_are_decided_in_the_counts_whose_point_is_at_1():
    rule = Rule(math.nan, precision="int8", per_exit=(0.69, 0.9962, math.inf))
    assert rule.at == 1
    assert math.isnan(rule.effective)
    assert rule.effective_per_exit == (177 / 256, math.inf, math.inf)
    assert rule.thresholds is None  # else ρ = 1 would be rounded up to no early exits


@pytest.mark.parametrize(
    ("criterion", "quantisation", "expected"),
    [
        ("largest", Quantisation(), [0, 64, 128]),
        ("margin", Quantisation(), [128, 192, 256]),
        ("largest", Quantisation(1 / 100, -128), [-78, -53, 128]),
    ],
)
def test_each_exit_has_its_integer(criterion, quantisation, expected):
    rule = Rule(math.nan, criterion, "int8", quantisation, VECTOR)
    assert (rule.int8_thresholds, rule.int8_threshold) == (expected, None)
    one_by_one = [Rule(value, criterion, "int8", quantisation).int8_threshold for value in VECTOR]
    assert rule.int8_thresholds == one_by_one


def test_entropy_has_no_integers():
    assert Rule(math.nan, "entropy", per_exit=VECTOR).int8_thresholds is None


def test_two_rules_with_the_same_thresholds_are_equal_though_their_rho_is_nan():
    one, other = Rule(math.nan, per_exit=VECTOR), Rule(float("nan"), per_exit=VECTOR)
    assert one == other == pickle.loads(pickle.dumps(one))
    assert len({one, other}) == 1
    assert one != Rule(math.nan, per_exit=(0.5, 0.75, 0.9))
    assert one != Rule(0.5)
    assert Rule(0.5) == Rule(0.5) != Rule(0.5, "margin")


def test_rho_and_thresholds_per_exit_exclude_each_other():
    with pytest.raises(ValueError, match="threshold must be nan for a rule with per_exit"):
        Rule(0.5, per_exit=VECTOR)
