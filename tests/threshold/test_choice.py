import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores
from trecx.device.battery import Battery
from trecx.device.exit_costs import measured_costs
from trecx.device.operating_conditions import OperatingConditions
from trecx.errors import BudgetError
from trecx.threshold.benefit_curve import benefit_curve, operating_point
from trecx.threshold.choice import RATE, choose
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.int8_steps import int8_thresholds
from trecx.threshold.limits import Limits, limit_title

CELL = Battery("cell", 100, 3.0, 1.0, 0.5)
PER_HOUR = 600
LIMITS = {
    "max_flops": st.integers(500, 4500),
    "max_energy_uj": st.integers(5, 60),
    "max_mj_per_day": st.integers(70, 900),
    "min_battery_days": st.integers(500, 4000),
    "max_latency_ms": st.integers(1, 12),
    "min_accuracy": st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 0.75, 1.0]),
    "max_drop": st.sampled_from([0.0, 0.1, 0.25, 1.0]),
}
wishes = st.lists(st.sampled_from(list(LIMITS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: LIMITS[name] for name in names})
)


def deployment_of(scores):
    """Energy rises faster than FLOPs, latency slower."""
    exits = np.arange(1, scores.n_exits + 1)
    return OperatingConditions(
        measured_costs(10.0 * exits**1.5, 3 * exits**0.5, scores.n_exits), PER_HOUR, CELL
    )


def measures(scores, threshold, weights=None):
    """What a threshold does, summed over single samples."""
    exits, right, total = [], 0.0, 0.0
    conditions = deployment_of(scores)
    sums = dict.fromkeys(("flops", "energy_uj", "latency_ms"), 0.0)
    for row, label, predictions in zip(scores.confidence, scores.labels, scores.predictions, strict=True):
        taken = next((k for k, value in enumerate(row[:-1]) if float(value) >= threshold), scores.n_exits - 1)
        weight = 1.0 if weights is None else weights[label]
        exits.append(taken)
        total += weight
        right += weight * (predictions[taken] == label)
        sums["flops"] += weight * scores.exit_flops[taken]
        sums["energy_uj"] += weight * conditions.costs.energy_uj[taken]
        sums["latency_ms"] += weight * conditions.costs.latency_ms[taken]
    found = {name: value / total for name, value in sums.items()} | {"accuracy": right / total}
    joule_a_day = found["energy_uj"] * 1e-6 * PER_HOUR * 24
    found["mj_per_day"] = joule_a_day * 1000
    found["battery_days"] = 540 / (joule_a_day + 1e-6 * 3 * 86_400)
    return found


def meets(found, wish, baseline, name):
    limit = wish[name]
    if name == "max_drop":
        return found["accuracy"] >= baseline - limit - 1e-9
    quantity = name.split("_", 1)[1]
    slack = found[quantity] - limit
    return slack >= -1e-9 * limit if name.startswith("min") else slack <= 1e-9 * limit


def brute_force(scores, wish, baseline, candidates, weights=None):
    """All thresholds that meet the wish, with what they do, and all that there are."""
    every = [(threshold, measures(scores, threshold, weights)) for threshold in candidates]
    return [
        (threshold, found)
        for threshold, found in every
        if all(meets(found, wish, baseline, name) for name in wish)
    ], every


def limits_cost(wish):
    return bool(set(wish) - {"min_accuracy", "max_drop"})


def rank(wish, found):
    key = (-round(found["accuracy"], 9), round(found["energy_uj"], 9))
    return key if limits_cost(wish) else key[::-1]


def all_thresholds(scores):
    return [math.inf, *np.unique(scores.confidence[:, :-1].astype(float)).tolist(), 0.0, 1.0]


def assert_is_the_best(choice, scores, wish, baseline, candidates, weights=None):
    meeting, _ = brute_force(scores, wish, baseline, candidates, weights)
    if not meeting:
        assert choice.best is None
        return
    best = min(rank(wish, found) for _, found in meeting)
    ours = measures(scores, choice.best.threshold, weights)
    assert rank(wish, ours) == pytest.approx(best)
    assert all(meets(ours, wish, baseline, name) for name in wish)
    assert choice.best.broken == ()
    for name, value in ours.items():
        assert choice.best.quantities[name] == pytest.approx(value), name


@given(exit_scores(), wishes, st.sampled_from([0.2, 0.5, 0.9]))
def test_the_answer_is_the_best_of_brute_force_and_none_means_none(scores, wish, baseline):
    choice = choose(benefit_curve(scores), Limits(**wish), deployment_of(scores), baseline)
    assert_is_the_best(choice, scores, wish, baseline, all_thresholds(scores))


@given(exit_scores(), wishes)
def test_on_an_int8_device_it_is_the_best_of_its_257_thresholds(scores, wish):
    curve = benefit_curve(scores).at(int8_thresholds())
    choice = choose(curve, Limits(**wish), deployment_of(scores), 0.5)
    if choice.best:
        assert choice.best.threshold in int8_thresholds()
    reachable = {float(t) for t in int8_thresholds() if t in (0, 0.25, 0.5, 0.75, 0.875, 1 / 256) or t > 0.99}
    assert_is_the_best(choice, scores, wish, 0.5, sorted(reachable))


@given(exit_scores(), wishes, st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_under_a_class_mix_it_is_the_best_of_the_weighted_sums(scores, wish, mix):
    table = ExitTable.of(scores)
    mix = np.array(mix) * (table.class_counts > 0)
    if not mix.any():
        return
    weights = class_weights(mix, table.class_counts)
    choice = choose(table.curve(weights), Limits(**wish), deployment_of(scores), 0.5)
    assert_is_the_best(choice, scores, wish, 0.5, all_thresholds(scores), weights)


@given(exit_scores(), wishes)
def test_the_points_around_the_best_are_the_nearest_and_the_better_one_breaks_what_binds(scores, wish):
    choice = choose(benefit_curve(scores), Limits(**wish), deployment_of(scores), 0.5)
    _, every = brute_force(scores, wish, 0.5, all_thresholds(scores))
    if choice.best is None:
        return
    best = measures(scores, choice.best.threshold)
    cheaper = [f for _, f in every if f["energy_uj"] < best["energy_uj"] - 1e-9]
    better = [f for _, f in every if f["accuracy"] > best["accuracy"] + 1e-9]
    assert (choice.cheaper is None, choice.more_accurate is None) == (not cheaper, not better)
    if cheaper:
        assert choice.cheaper.quantities["accuracy"] == max(f["accuracy"] for f in cheaper)
    if better:
        least = min(f["energy_uj"] for f in better)
        assert choice.more_accurate.quantities["energy_uj"] == pytest.approx(least)
    next_one = choice.more_accurate if limits_cost(wish) else choice.cheaper
    if next_one is None:
        assert choice.binds == ()
        return
    found = measures(scores, next_one.threshold)
    assert set(choice.binds) == {name for name in wish if not meets(found, wish, 0.5, name)} != set()


@given(exit_scores(), wishes)
def test_without_an_answer_the_nearest_two_keep_one_side_and_say_what_they_break(scores, wish):
    choice = choose(benefit_curve(scores), Limits(**wish), deployment_of(scores), 0.5)
    if choice.best is not None:
        return
    _, every = brute_force(scores, wish, 0.5, all_thresholds(scores))
    on_accuracy = [name for name in wish if name in ("min_accuracy", "max_drop")]
    on_cost = [name for name in wish if name not in on_accuracy]
    for side, kept, fallback in (
        (choice.cheaper, on_cost, lambda f: (f["energy_uj"], -f["accuracy"])),
        (choice.more_accurate, on_accuracy, lambda f: (-f["accuracy"], f["energy_uj"])),
    ):
        keeping = [f for _, f in every if all(meets(f, wish, 0.5, name) for name in kept)]
        assert side is not None
        ours = measures(scores, side.threshold)
        if not keeping:
            expected = min(map(fallback, (f for _, f in every)))
            assert fallback(ours) == pytest.approx(expected)
            continue
        opposite = (lambda f: -f["accuracy"]) if kept is on_cost else (lambda f: f["energy_uj"])
        assert opposite(ours) == pytest.approx(min(map(opposite, keeping)))
        assert set(side.broken) == {name for name in wish if not meets(ours, wish, 0.5, name)} != set()
        assert all(side.slack[name] < 0 for name in side.broken)


@given(exit_scores(), wishes)
def test_every_threshold_of_the_interval_does_the_same_and_its_end_is_rho(scores, wish):
    choice = choose(benefit_curve(scores), Limits(**wish), deployment_of(scores), 0.5)
    for candidate in filter(None, (choice.best, choice.cheaper, choice.more_accurate)):
        low, high = candidate.plateau
        assert candidate.threshold == high
        inside = operating_point(scores, min(high, 1.0) if low < 1 else high)
        assert inside.exit_counts.tolist() == operating_point(scores, high).exit_counts.tolist()
        assert operating_point(scores, high).plateau == (low, high)


def test_eight_samples_by_hand(eight):
    """Steps: inf 6/8 300 · .9 7/8 250 · .8 6/8 200 · .7 6/8 175 · .6 5/8 125 · .5 4/8 100."""
    curve = benefit_curve(eight)
    choice = choose(curve, Limits(max_flops=210, min_accuracy=0.6))
    assert choice.best.quantities == {"accuracy": 6 / 8, "exit_rate": 5 / 8, "flops": 175}
    assert choice.best.plateau == pytest.approx((0.6, 0.7))
    assert choice.best.slack == pytest.approx({"max_flops": 35, "min_accuracy": 0.15})
    assert (choice.cheaper.quantities["flops"], choice.more_accurate.quantities["flops"]) == (125, 250)
    assert choice.binds == ("max_flops",)
    assert choice.more_accurate.slack["max_flops"] == -40


def test_where_only_accuracy_is_limited_the_cheapest_is_best(eight):
    choice = choose(benefit_curve(eight), Limits(min_accuracy=0.7))
    assert choice.best.quantities["flops"] == 175
    assert choice.binds == ("min_accuracy",)
    free = choose(benefit_curve(eight), Limits(min_accuracy=0.0))
    assert (free.best.quantities["flops"], free.cheaper, free.binds) == (100, None, ())


def test_the_nearest_two_by_hand(eight):
    choice = choose(benefit_curve(eight), Limits(max_flops=210, min_accuracy=0.8))
    assert choice.best is None
    assert (choice.cheaper.quantities["flops"], choice.cheaper.broken) == (175, ("min_accuracy",))
    assert (choice.more_accurate.quantities["flops"], choice.more_accurate.broken) == (250, ("max_flops",))
    assert choice.cheaper.slack["min_accuracy"] == pytest.approx(-0.05)
    assert choice.more_accurate.slack["max_flops"] == -40


def test_a_drop_is_held_against_the_baseline_or_against_the_final_exit(eight):
    curve = benefit_curve(eight)
    assert choose(curve, Limits(max_drop=0.125), baseline_accuracy=0.75).best.quantities["flops"] == 125
    assert choose(curve, Limits(max_drop=0.125), baseline_accuracy=1.0).best.quantities["flops"] == 250
    assert choose(curve, Limits(max_drop=0.125, against="final")).best.quantities["flops"] == 125
    with pytest.raises(BudgetError, match="no baseline was scored on the same samples"):
        choose(curve, Limits(max_drop=0.125))


def test_a_limit_that_is_met_but_for_rounding_is_met(eight):
    """At ρ 0.9 two samples cost 0.7 µJ and six 0.9: 0.85 each, as floats 0.8500000000000001."""
    conditions = OperatingConditions(measured_costs([0.7, 0.9], None, 2))
    choice = choose(benefit_curve(eight), Limits(max_energy_uj=0.85), conditions)
    assert choice.best.quantities["accuracy"] == 7 / 8
    assert choice.best.quantities["energy_uj"] > 0.85


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({}, "no limit is set; set at least one"),
        ({"max_energy_uj": -5}, "max energy (µJ) must be a number above 0"),
        ({"max_flops": 0}, "max FLOPs must be a number above 0"),
        ({"min_battery_days": math.inf}, "min battery life (days) must be a number above 0"),
        ({"max_latency_ms": math.nan}, "max latency (ms) must be"),
        ({"min_accuracy": 91}, "within 0..1"),
        ({"max_drop": -0.01}, "within 0..1"),
        ({"max_drop": 0.01, "against": "me"}, "with 'baseline' or 'final'"),
    ],
)
def test_an_absurd_wish_is_refused(limits, message):
    with pytest.raises(BudgetError) as refused:
        Limits(**limits)
    assert message in str(refused.value)


@pytest.mark.parametrize("name", ["max_energy_uj", "max_latency_ms", "max_mj_per_day", "min_battery_days"])
def test_a_limit_says_what_must_be_known_for_it(eight, name):
    with pytest.raises(BudgetError) as refused:
        choose(benefit_curve(eight), Limits(**{name: 1}))
    assert str(refused.value).startswith(f"{limit_title(name)} needs a device")


def test_more_inferences_than_an_hour_can_hold_are_refused(eight):
    costs = measured_costs([10, 30], [100, 300], 2)
    with pytest.raises(BudgetError, match="36,001 inferences do not fit into an hour"):
        choose(benefit_curve(eight), Limits(max_flops=300), OperatingConditions(costs, 36_001))
    assert (
        choose(benefit_curve(eight), Limits(max_flops=300), OperatingConditions(costs, 36_000)).best
        is not None
    )


def test_limits_are_called_as_people_write_them():
    assert limit_title("max_mj_per_day") == "max mJ per day"
    assert limit_title("max_energy_uj") == "max energy (µJ)"


def test_nothing_binds_where_no_threshold_meets_the_wish(eight):
    choice = choose(benefit_curve(eight), Limits(max_flops=1, min_accuracy=0.9), OperatingConditions())
    assert choice.best is None
    assert choice.binds == ()


def test_errors_of_a_wish_say_what_to_do(eight):
    with pytest.raises(
        BudgetError, match="^no limit is set; set at least one, such as a maximum of FLOPs or a minimum"
    ):
        Limits()
    with pytest.raises(
        BudgetError,
        match="^no baseline was scored on the same samples; compare the drop with the final exit instead$",
    ):
        choose(benefit_curve(eight), Limits(max_drop=0.01), OperatingConditions())


def test_a_point_at_which_the_device_cannot_keep_up_is_never_the_answer(eight):
    curve = benefit_curve(eight)
    costs = measured_costs([1.0, 3.0], [1_000.0, 3_000.0], 2)  # an hour holds 3,600 early answers
    busy = OperatingConditions(costs, inferences_per_hour=2_000)
    choice = choose(curve, Limits(max_flops=1e9), busy)
    assert busy.quantities(curve.at([choice.best.threshold]))["busy"][0] <= 1
    assert choice.binds == (RATE,)
    assert (
        choose(curve, Limits(max_flops=1e9), OperatingConditions(costs)).best.quantities["flops"]
        > (choice.best.quantities["flops"])
    )
    with pytest.raises(BudgetError, match="lower the number of inferences per hour$"):
        choose(curve, Limits(max_flops=1e9), OperatingConditions(costs, inferences_per_hour=4_000))
