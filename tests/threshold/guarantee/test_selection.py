"""The candidates that pass, the ρ that is chosen among them, and what is said where there is none."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapie.risk_control.fwer_control import control_fwer

from tests.threshold.guarantee.populations import loss_of, published, tied
from trecx.errors import BudgetError
from trecx.threshold.class_mix import class_weights
from trecx.threshold.guarantee.losses import EACH_CLASS, EXACT, PAIRED, Loss
from trecx.threshold.guarantee.selection import (
    Guarantee,
    guaranteed_choice,
    passing,
    samples_needed,
)
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits

LOST, FINAL = {"max_lost": 0.01}, {"max_drop": 0.01, "against": "final"}
BASELINE, ACCURACY = {"max_drop": 0.01, "against": "baseline"}, {"min_accuracy": 0.915}


def chosen(joint, limits, probability=0.95, each_class=False, mix=None):
    weights = None if mix is None else class_weights(mix, joint.class_counts)
    wish = Guarantee(probability, each_class)
    return guaranteed_choice(joint, Limits(**limits), wish, class_weights=weights)


def lost_by_candidate(lost, n=2000):
    """Counts of a network that loses so many samples at each candidate, decreasing from `inf`."""
    n_candidates = len(lost) - 1
    added = np.diff(lost)
    steps = np.append(np.arange(n_candidates, 0, -1), 0)
    counts = np.append(added, n - sum(added))
    early = np.append(np.zeros(n_candidates, bool), True)
    correct = np.column_stack([early, np.ones(n_candidates + 1, bool)])
    thresholds = np.arange(n_candidates) / n_candidates
    zeros = np.zeros(n_candidates + 1, np.int64)
    flops = np.array([100, 300])
    return JointCounts(thresholds, steps[:, None], zeros, correct, None, counts, flops, ("a",))


@pytest.mark.parametrize(
    ("probability", "threshold", "n_lost"), [(0.9, 0.806, 39), (0.95, 0.809, 37), (0.99, 0.839, 32)]
)
def test_at_most_1_percent_of_the_published_kws_samples_lost(probability, threshold, n_lost):
    found = chosen(published("trecx", 1001), LOST, probability)
    assert (found.best.threshold, found.n_calibration) == (threshold, 4890)
    assert round(found.best.quantities["lost"] * 4890) == n_lost
    assert found.best.quantities["lost"] < found.bound <= 0.01
    assert found.naive.best.threshold < threshold
    assert found.naive.best.quantities["flops"] < found.best.quantities["flops"]
    assert found.samples_needed is None


def test_the_int8_grid_has_the_steps_of_the_device():
    found = chosen(published("trecx", 256), LOST)
    assert set(found.passing * 256) <= set(range(256))
    assert found.covers(found.best.threshold) and not found.covers(found.best.threshold - 1 / 512)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_unbroken_run_of_rejections_passes_as_with_mapie(p_values, probability):
    class Tested(Loss):
        def p_values(self, probability):
            return np.array([1.0, *p_values])

    none = np.zeros((1, 1), np.int64)
    found = passing(Tested("lost", 0.1, "final", none, none, none[0]), probability)
    assert not found[0]
    theirs = control_fwer(np.array(p_values), 1 - probability, "fixed_sequence")
    assert np.flatnonzero(found[1:]).tolist() == theirs.tolist()


def test_a_candidate_below_one_that_does_not_pass_is_not_covered():
    """At the third candidate the paired loss is too large; at the fourth, as many are gained again."""
    joint = tied(2)
    loss = loss_of(joint, FINAL)
    worse = np.array([[0], [0], [5], [200], [200]])
    better = np.array([[0], [0], [2], [0], [195]])
    rising = replace(loss, worse=worse, better=better, class_counts=np.array([2000]), limit=0.03)
    assert passing(rising, 0.95).tolist() == [False, True, True, False, False]


def test_what_passes_is_covered_and_nothing_else():
    found = chosen(lost_by_candidate([0, 0, 2, 9, 10, 60]), LOST, 0.95)
    assert found.passing.tolist() == [0.8, 0.6, 0.4, 0.2][: len(found.passing)]
    assert all(found.covers(each) for each in found.passing)
    assert not found.covers(math.inf) and not found.covers(0.5) and not found.covers(0.0)


def test_where_no_sample_exits_early_the_choice_is_still_a_candidate():
    found = chosen(lost_by_candidate([0, 0, 200, 300]), LOST)
    assert found.best.threshold == found.passing[0] < math.inf
    assert found.covers(found.best.threshold)


def test_a_higher_probability_never_passes_more():
    for limits in (LOST, FINAL, BASELINE, ACCURACY):
        passed = [set(chosen(published("trecx", 256), limits, p).passing) for p in (0.99, 0.95, 0.9)]
        assert passed[0] <= passed[1] <= passed[2] and passed[2]


def test_each_class_passes_where_all_classes_pass():
    joint, limits = tied(2), {"max_lost": 0.1}
    loss, found = loss_of(joint, limits, each_class=True), chosen(joint, limits, each_class=True)
    assert loss.method == f"{EXACT} {EACH_CLASS}"
    of_class = [np.where(joint.classes == label, joint.counts, 0) for label in range(3)]
    alone = [loss_of(joint.with_counts(members), limits) for members in of_class]
    assert loss.p_values(0.95) == pytest.approx(np.max([each.p_values(0.95) for each in alone], axis=0))
    at = list(joint.decreasing).index(found.best.threshold)
    assert found.bound == pytest.approx(max(each.bound(at, 0.95) for each in alone))


def test_each_class_of_a_drop_is_tested_in_pairs_and_stops_at_the_first_that_fails():
    loss = loss_of(tied(4), {"max_drop": 0.08, "against": "final"}, each_class=True)
    assert loss.method == f"{PAIRED} {EACH_CLASS}"
    p_values = loss.p_values(0.9)
    first = int(np.flatnonzero(p_values[1:] > 0.1)[0]) + 1
    assert first > 1 and (p_values[first + 1 :] == 1).all()


def test_the_test_is_fixed_by_the_kind_of_loss_and_not_by_the_samples():
    """A drop of which no sample is gained is still tested in pairs: else samples would choose the test."""
    joint = lost_by_candidate([0, 1, 3, 30])
    assert loss_of(joint, FINAL).method == PAIRED
    assert loss_of(joint, LOST).method == EXACT
    assert (loss_of(joint, FINAL).p_values(0.95)[1:] >= loss_of(joint, LOST).p_values(0.95)[1:]).all()


def test_the_loss_is_the_limit_that_is_set():
    joint = published("trecx", 256)
    curve = joint.curve()
    final = curve.accuracy[0]
    assert loss_of(joint, FINAL).measured == pytest.approx(final - curve.accuracy)
    assert loss_of(joint, BASELINE).measured == pytest.approx(
        joint.baseline_correct @ joint.counts / 4890 - curve.accuracy
    )
    assert loss_of(joint, ACCURACY).measured == pytest.approx(1 - curve.accuracy)
    assert loss_of(joint, LOST).measured == pytest.approx(curve.lost / 4890)


def test_a_limit_on_cost_makes_the_most_accurate_guaranteed_candidate_best():
    joint = published("trecx", 256)
    found = chosen(joint, LOST | {"max_flops": 4e6})
    costs, accuracies = joint.curve().flops, joint.curve().accuracy
    among = np.isin(joint.decreasing, found.passing) & (costs <= 4e6)
    assert found.best.quantities["accuracy"] == pytest.approx(accuracies[among].max())
    nothing = chosen(joint, LOST | {"max_flops": 2e6})
    assert nothing.best is None and nothing.bound is None and len(nothing.passing)
    assert nothing.samples_needed is None


@pytest.mark.parametrize(
    ("lost", "limits"),
    [
        ([0, 0, 5], LOST),
        ([0, 1, 5], LOST),
        ([0, 1, 5], FINAL),
        ([0, 1, 5], {"max_lost": 0.02}),
        ([0, 0, 5], {"min_accuracy": 0.99}),
    ],
)
@pytest.mark.parametrize("probability", [0.9, 0.99])
def test_with_the_samples_that_are_needed_the_first_candidate_passes_and_with_a_tenth_fewer_not(
    lost, limits, probability
):
    found = chosen(lost_by_candidate(lost, n=150), limits, probability)
    assert found.best is None and not len(found.passing) and found.bound is None
    needed = found.samples_needed
    assert needed > 150
    for n, passes in ((needed, True), (0.9 * needed, False)):
        loss = found.loss.scaled(1, n / 150)
        assert (loss.p_values(probability)[0] <= 1 - probability) == passes
    if lost[1] == 0 and limits is LOST:  # (1 - 0.01)^n <= 1 - P
        assert needed == pytest.approx(math.log(1 - probability) / math.log(0.99), abs=1.5)


def test_samples_are_counted_that_each_class_needs():
    joint = tied(2).with_counts(np.maximum(tied(2).counts // 25, 1))
    found = chosen(joint, {"max_lost": 0.03}, 0.99, each_class=True)
    assert found.best is None
    whole = samples_needed(loss_of(joint, {"max_lost": 0.03}), 0.99)
    assert found.samples_needed > whole


def test_samples_are_counted_under_a_class_mix():
    joint = tied(2).with_counts(np.maximum(tied(2).counts // 50, 1))
    found = chosen(joint, {"max_lost": 0.03}, 0.99, mix=(0.8, 0.1, 0.1))
    assert found.best is None and found.samples_needed > joint.n_samples
    larger = joint.with_counts(joint.counts * math.ceil(1.1 * found.samples_needed / joint.n_samples))
    assert chosen(larger, {"max_lost": 0.03}, 0.99, mix=(0.8, 0.1, 0.1)).best is not None


def test_no_number_of_samples_is_told_for_a_limit_that_more_samples_do_not_meet():
    found = chosen(lost_by_candidate([0, 30, 50], n=1000), LOST)
    assert found.best is None and found.samples_needed is None
    assert chosen(published("trecx", 256), {"min_accuracy": 0.99}).samples_needed is None
    assert chosen(published("trecx", 256), {"max_lost": 1e-9}).samples_needed is None


@pytest.mark.parametrize("each_class", [False, True])
@pytest.mark.parametrize("limits", [LOST, FINAL, BASELINE, ACCURACY])
def test_the_bound_lies_between_the_loss_measured_and_the_limit(limits, each_class):
    wide = {"max_lost": 0.2, "max_drop": 0.2, "min_accuracy": 0.5}
    if each_class:
        limits = limits | {name: wide[name] for name in limits if name in wide}
    found = chosen(published("trecx", 256), limits, each_class=each_class)
    at = list(published("trecx", 256).decreasing).index(found.best.threshold)
    assert found.loss.measured[at] < found.bound <= found.loss.limit


@pytest.mark.parametrize("limits", [LOST, FINAL, BASELINE, ACCURACY | {"min_accuracy": 0.9}])
def test_a_class_mix_has_a_bound_too(limits):
    joint = published("trecx", 256)
    mix = joint.class_counts * np.linspace(0.9, 1.1, 12)
    found = chosen(joint, limits | ({"max_lost": 0.02} if limits is LOST else {}), mix=mix)
    assert found.best is not None
    at = list(joint.decreasing).index(found.best.threshold)
    assert found.loss.measured[at] < found.bound <= found.loss.limit


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (LOST | FINAL, "about one limit.*got 2"),
        ({"max_flops": 1e6}, "about one limit.*got 0"),
        (BASELINE, "no baseline was scored.*final exit instead"),
    ],
)
def test_limits_that_do_not_fit_a_guarantee_are_told(limits, words):
    with pytest.raises(BudgetError, match=words):
        chosen(lost_by_candidate([0, 0, 1]), limits)


def test_a_class_without_calibration_samples_is_told():
    joint = tied(2)
    with pytest.raises(BudgetError, match=r"no calibration sample of class 'b'.*score samples of every"):
        chosen(joint.with_counts(np.where(joint.classes == 1, 0, joint.counts)), LOST, each_class=True)


@pytest.mark.parametrize("probability", [0.49, 1.0, 95, -0.9, math.nan])
def test_a_probability_is_from_a_half_to_below_1(probability):
    with pytest.raises(BudgetError, match=r"from 0\.5 to below 1, such as 0\.95"):
        Guarantee(probability)
