from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comparison.synthetic import scores_of
from tests.threshold.strategies import exit_scores
from trecx.comparison.cost_at_accuracy import reach
from trecx.scores import ExitScores
from trecx.store import Store
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.exit_criteria import CRITERIA, by_criterion


def with_confidence(scores, confidence):
    return replace(scores, probabilities=None, confidence=confidence)


@given(exit_scores(min_exits=2), st.lists(st.booleans(), min_size=14, max_size=14))
def test_the_cheapest_point_is_the_one_that_trying_every_threshold_finds(scores, baseline):
    baseline = np.array(baseline[: scores.n_samples])
    goal = min(baseline.mean(), scores.correct[:, -1].mean())
    tried = [operating_point(scores, ρ) for ρ in [*np.unique(scores.confidence).tolist(), float("inf")]]
    cheapest = min(point.flops for point in tried if point.accuracy >= goal - 1e-12)
    found = reach([scores], baseline)[0]
    assert found.flops == pytest.approx(cheapest)
    assert found.accuracy >= goal - 1e-12
    assert found.goal == pytest.approx(goal)
    again = operating_point(scores, found.threshold)
    assert (again.flops, again.exit_rate) == (pytest.approx(found.flops), pytest.approx(found.exit_rate))


def test_without_a_baseline_the_final_exit_is_the_goal(eight):
    assert reach([eight])[0].goal == 0.75
    assert reach([eight], np.ones(8, bool))[0].goal == 0.75
    assert reach([eight], np.array([True] * 4 + [False] * 4))[0].goal == 0.5


def test_a_way_costs_nothing_more_than_itself():
    scores = scores_of("trecx", "kws", 0, 300)
    one, same = reach([scores, scores], scores.correct[:, -1])
    assert one.more == same.more == (0, 0, 0)
    assert not same.sure


def test_knowing_what_is_right_is_cheaper_by_more_than_luck_and_knowing_nothing_dearer():
    scores = scores_of("trecx", "kws", 1, 2000)
    random = np.random.default_rng(0).random(scores.confidence.shape)
    knowing = 0.5 * random + 0.5 * scores.correct
    ways = [scores, with_confidence(scores, knowing), with_confidence(scores, random)]
    _, less, more = reach(ways, scores.correct[:, -1])
    assert less.sure
    assert less.more[1] <= less.more[0] <= less.more[2] < 0
    assert more.sure
    assert more.more[1] > 0


def test_an_interval_of_two_equal_ways_holds_no_difference_nearly_always():
    seen = 0
    for seed in range(10):
        scores = scores_of("trecx", "kws", seed, 500)
        noise = np.random.default_rng(seed).normal(0, 0.02, (2, *scores.confidence.shape))
        ways = [with_confidence(scores, (scores.confidence + one).clip(0, 1)) for one in noise]
        seen += not reach(ways, scores.correct[:, -1])[1].sure
    assert seen >= 8


def test_drawing_the_samples_gives_what_a_loop_gives():
    scores = scores_of("sdn", "kws", 3, 400)
    other = with_confidence(scores, np.random.default_rng(1).random(scores.confidence.shape))
    baseline = scores.correct[:, -1]
    random, changes = np.random.default_rng(5), []
    for _ in range(100):
        rows = random.integers(0, 400, 400)
        costs = []
        for way in (scores, other):
            part = ExitScores(
                way.labels[rows],
                way.exit_flops,
                predictions=way.predictions[rows],
                confidence=way.confidence[rows],
                class_names=way.class_names,
            )
            goal = min(baseline[rows].mean(), part.correct[:, -1].mean())
            tried = [operating_point(part, ρ) for ρ in [*np.linspace(0, 1, 60), float("inf")]]
            costs.append(min(point.flops for point in tried if point.accuracy >= goal - 1e-12))
        changes.append(costs[1] - costs[0])
    more, low, high = reach([scores, other], baseline)[1].more
    spread = np.quantile(changes, 0.975) - np.quantile(changes, 0.025)
    assert high - low == pytest.approx(spread, rel=0.3)
    assert more == pytest.approx(np.mean(changes), abs=spread / 2)


def test_a_class_mix_weighs_goal_and_cost(eight):
    found = reach([eight], eight.correct[:, -1], np.array([2.0, 0.0]))[0]
    point = operating_point(eight, found.threshold).weighted(np.array([2.0, 0.0]))
    assert found.goal == 0.75
    assert (found.flops, found.accuracy) == (point.flops, point.accuracy)


def test_on_published_keyword_spotting_no_criterion_beats_the_papers_by_more_than_luck(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    scores = store.load_scores(run)
    baseline = store.load_scores(store.baseline_of(run)).correct[:, -1]
    largest, entropy, margin = reach([by_criterion(scores, name) for name in CRITERIA], baseline)
    assert largest.flops == pytest.approx(3.772e6, abs=1e3)
    assert largest.goal == pytest.approx(4507 / 4890)
    assert not entropy.sure
    assert not margin.sure
