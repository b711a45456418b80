import numpy as np
import pytest
from hypothesis import given

from tests.comparison.synthetic import save_synthetic, scores_of
from tests.int8_runs import save_int8
from tests.threshold.strategies import exit_scores
from trecx.comparison.seeds import mean_curve, newest_by_seed, seed_groups
from trecx.store import Provenance, Store
from trecx.threshold.benefit_curve import benefit_curve


def test_the_curve_of_one_run_has_no_spread(eight):
    mean = mean_curve([benefit_curve(eight)])
    assert mean.spread is None
    assert (mean.flops[0], mean.flops[-1]) == (100, 300)
    assert (mean.accuracy[0], mean.accuracy[-1]) == (0.5, 0.75)
    assert (mean.thresholds[0].tolist(), mean.thresholds[-1].tolist()) == ([0.5, 0.5], [np.inf, np.inf])


@given(exit_scores(min_exits=2))
def test_at_each_flops_stands_the_dearest_step_that_costs_no_more(scores):
    curve = benefit_curve(scores)
    mean = mean_curve([curve])
    for flops, accuracy, (low, high) in zip(mean.flops, mean.accuracy, mean.thresholds, strict=True):
        affordable = [step for step in range(len(curve.flops)) if curve.flops[step] <= flops]
        dearest = max(affordable, key=lambda step: curve.flops[step])
        assert accuracy == curve.accuracy[dearest]
        assert low == high == curve.thresholds[dearest]


def test_several_seeds_give_their_mean_spread_and_the_range_of_thresholds():
    curves = [benefit_curve(scores_of("trecx", "digits", seed, 60)) for seed in range(3)]
    alone = [mean_curve([curve]) for curve in curves]
    mean = mean_curve(curves)
    accuracies = np.array([one.accuracy for one in alone])
    assert mean.accuracy == pytest.approx(accuracies.mean(axis=0))
    assert mean.spread == pytest.approx(accuracies.std(axis=0, ddof=1))
    assert mean.thresholds[40].tolist() == [
        min(one.thresholds[40, 0] for one in alone),
        max(one.thresholds[40, 0] for one in alone),
    ]


def test_runs_that_differ_in_nothing_but_their_seed_stand_together():
    store = Store()
    runs = [save_synthetic(store, "digits", "trecx", seed) for seed in (2, 0, 1)]
    other = save_synthetic(store, "digits", "sdn", 0)
    longer = save_synthetic(store, "digits", "trecx", 0, recipe="paper")
    elsewhere = save_synthetic(store, "digits", "trecx", 0, n_samples=100)
    groups = seed_groups([*runs, other, longer, elsewhere])
    assert groups == [[runs[1], runs[2], runs[0]], [other], [longer], [elsewhere]]


def test_int8_runs_are_a_design_of_their_own_never_further_seeds():
    store = Store()
    float32 = [save_synthetic(store, "digits", "trecx", seed) for seed in (0, 1)]
    int8 = [save_int8(store, run) for run in float32]
    assert seed_groups([*float32, *int8]) == [float32, int8]


def test_runs_without_a_known_seed_stand_alone_even_of_one_system():
    store = Store()
    about = Provenance("digits", "trecx", "imported", "mine", "test", "m", None, None, {})
    runs = [store.save_run(about, scores_of("trecx", "digits", seed, 60)) for seed in (0, 1)]
    assert seed_groups(runs) == [[runs[0]], [runs[1]]]


def test_of_one_seed_the_newest_run_stands_for_it():
    store = Store()
    older, newer = (save_synthetic(store, "digits", "trecx", 0, attempt=attempt) for attempt in (0, 1))
    assert newest_by_seed([newer, older]) == [newer]
