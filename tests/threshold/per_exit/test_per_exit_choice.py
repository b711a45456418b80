import math

import numpy as np
import pytest
from hypothesis import given

import trecx
from tests.threshold.per_exit.by_hand import every, joint, results
from tests.threshold.strategies import exit_scores
from tests.threshold.test_choice import deployment_of, wishes
from trecx.errors import BudgetError, ThresholdError
from trecx.scores import ExitScores
from trecx.store import Store
from trecx.store.run_context import joint_counts_of
from trecx.threshold.choice import RATE
from trecx.threshold.class_mix import class_weights
from trecx.threshold.joint_counts import int8_candidates
from trecx.threshold.limits import LIMITED, Limits
from trecx.threshold.per_exit.choice import choose_per_exit

PER_DAY = 24 * 600


def measured(scores, vector, conditions, weights=None):
    """All quantities of a vector, from a loop over samples."""
    flops, right, lost, exits = results(scores, vector, weights)
    energy = results(scores, vector, weights, conditions.costs.energy_uj)[0]
    latency = results(scores, vector, weights, conditions.costs.latency_ms)[0]
    days = conditions.battery.days(energy, conditions.inferences_per_hour)
    return {
        "flops": flops,
        "accuracy": right / scores.n_samples,
        "lost": lost / scores.n_samples,
        "energy_uj": energy,
        "latency_ms": latency,
        "mj_per_day": energy * PER_DAY / 1000,
        "battery_days": days,
        "exit_counts": exits,
    }


def meets(found, given, reference):
    for name, limit in given.items():
        value = found[LIMITED[name][0]]
        if name == "max_drop":
            name, limit = "min_accuracy", reference - limit
        within = value >= limit - 1e-9 if name.startswith("min") else value <= limit * (1 + 1e-9) + 1e-12
        if not within:
            return False
    return True


@given(exit_scores(min_exits=2), wishes)
def test_the_choice_is_that_of_a_loop_over_all_vectors(scores, wish):
    conditions, limits = deployment_of(scores), Limits(**wish, against="final")
    found = choose_per_exit(joint(scores), limits, conditions)
    all_found = {vector: measured(scores, vector, conditions) for vector in every(scores)}
    reference = all_found[(math.inf,) * (scores.n_exits - 1)]["accuracy"]
    within = [vector for vector, values in all_found.items() if meets(values, limits.given, reference)]
    if not within:
        assert found.best is None
        assert (found.binds, found.cheaper is not None) == ((), True)
        return

    def rank(vector):
        error, cost = -round(all_found[vector]["accuracy"], 9), round(all_found[vector]["energy_uj"], 7)
        return (error, cost) if limits.cost_limits else (cost, error)

    assert rank(found.best.thresholds) == min(map(rank, within))
    assert found.best.quantities["energy_uj"] == pytest.approx(all_found[found.best.thresholds]["energy_uj"])
    assert found.best.exit_counts == all_found[found.best.thresholds]["exit_counts"]
    assert found.best.broken == ()
    if found.single:
        assert rank(found.best.thresholds) <= rank((found.single.threshold,) * (scores.n_exits - 1))


@given(exit_scores(min_exits=2))
def test_a_limit_on_lost_samples_counts_them(scores):
    found = choose_per_exit(joint(scores), Limits(max_lost=0.1))
    points = [results(scores, vector) for vector in every(scores)]
    cheapest = min(cost for cost, _, lost, _ in points if lost / scores.n_samples <= 0.1 + 1e-9)
    assert found.best.quantities["flops"] == pytest.approx(cheapest)
    assert found.best.quantities["lost"] <= 0.1


@given(exit_scores(min_exits=2))
def test_a_class_mix_weighs_the_samples(scores):
    samples = joint(scores)
    weights = class_weights(samples.class_counts * np.array([1.0, 4.0, 2.0]), samples.class_counts)
    found = choose_per_exit(samples, Limits(max_drop=0.1, against="final"), class_weights=weights)
    points = {vector: results(scores, vector, weights) for vector in every(scores)}
    least = points[(math.inf,) * (scores.n_exits - 1)][1] / scores.n_samples - 0.1
    within = [cost for cost, right, _, _ in points.values() if right / scores.n_samples >= least - 1e-9]
    assert found.best.quantities["flops"] == pytest.approx(min(within))
    cost, right, _, counts = points[found.best.thresholds]
    assert found.best.quantities["flops"] == pytest.approx(cost)
    assert found.best.quantities["accuracy"] == pytest.approx(right / scores.n_samples)
    assert found.best.exit_counts == pytest.approx(counts)


def samples_of(name, shipped):
    store = Store(shipped)
    return joint_counts_of(store, store.find_run(name), int8_candidates())


@pytest.mark.parametrize(
    ("name", "drop", "mflops", "single"),
    [
        ("kws/sdn", 0.0, 4.7719, 5.0217),
        ("kws/sdn", 0.01, 3.7373, 3.9143),
        ("kws/sdn", 0.02, 3.5275, 3.6996),
        ("kws/branchynet", 0.0, 12.6134, 13.1469),
        ("ic/sdn", 0.0, 23.7194, 24.2824),
    ],
)
def test_shipped_runs_save_with_one_threshold_per_exit(name, drop, mflops, single, shipped):
    found = choose_per_exit(samples_of(name, shipped), Limits(max_drop=drop, against="final"))
    assert round(found.best.quantities["flops"] / 1e6, 4) == mflops
    assert round(found.single.quantities["flops"] / 1e6, 4) == single
    assert found.exhaustive


def test_the_neighbours_are_the_next_ones_and_the_binding_limit_is_theirs(shipped):
    samples = samples_of("ic/sdn", shipped)
    by_accuracy = choose_per_exit(samples, Limits(max_drop=0.01, against="final"))
    assert by_accuracy.binds == by_accuracy.cheaper.broken == ("max_drop",)
    assert by_accuracy.cheaper.quantities["flops"] < by_accuracy.best.quantities["flops"]
    assert by_accuracy.more_accurate.quantities["accuracy"] > by_accuracy.best.quantities["accuracy"]
    by_cost = choose_per_exit(samples, Limits(max_flops=20e6))
    assert by_cost.binds == by_cost.more_accurate.broken == ("max_flops",)


def test_what_cannot_be_met_has_the_nearest_vectors(shipped):
    found = choose_per_exit(
        samples_of("ic/sdn", shipped), Limits(max_flops=15e6, min_accuracy=0.86, against="final")
    )
    assert (found.best, found.binds) == (None, ())
    assert found.cheaper.broken == ("min_accuracy",)
    assert found.more_accurate.broken == ("max_flops",)
    assert found.cheaper.quantities["flops"] <= 15e6


def test_a_rate_that_the_device_does_not_keep_up_with_binds(eight):
    conditions = deployment_of(eight)
    fast = type(conditions)(conditions.costs, 1_100_000, conditions.battery)
    found = choose_per_exit(joint(eight), Limits(max_flops=1e6), fast)
    assert found.best.quantities["busy"] <= 1
    assert found.binds == (RATE,)
    with pytest.raises(BudgetError, match="do not fit into an hour"):
        choose_per_exit(joint(eight), Limits(max_flops=1e6), type(conditions)(conditions.costs, 1e9))


def test_a_network_without_early_exits_has_no_thresholds():
    scores = ExitScores([0, 1], [5], predictions=[[0], [1]], confidence=[[0.9], [0.9]])
    with pytest.raises(ThresholdError, match="no early exits"):
        choose_per_exit(joint(scores), Limits(max_flops=1e6))


def test_a_drop_from_the_baseline_needs_one(eight):
    with pytest.raises(BudgetError, match="no baseline"):
        trecx.choose_per_exit(eight, max_drop=0.1)
    right = np.array([1, 0, 1, 1, 0, 1, 1, 1], bool)
    found = trecx.choose_per_exit(eight, max_drop=0.0, baseline_correct=right)
    assert found.best.quantities["accuracy"] >= 0.75


def test_the_api_weighs_and_takes_a_criterion(shipped):
    scores = trecx.load_scores("digits/sdn", db=shipped)
    even = trecx.choose_per_exit(scores, max_lost=0.01, class_mix="even", criterion="margin")
    assert even.best.quantities["lost"] <= 0.01
    assert sum(even.best.exit_counts) == pytest.approx(scores.n_samples)
    assert even.best.quantities["flops"] <= even.single.quantities["flops"]
