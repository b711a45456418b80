"""The interval of ρ: how sure a chosen ρ is."""

import math

import numpy as np
import pytest

from tests.threshold.resampling.synthetic import GRID, drawn, population, scores
from trecx.errors import BudgetError
from trecx.threshold.guarantee.selection import Guarantee, guaranteed_choice
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits
from trecx.threshold.resampling import threshold_interval as module
from trecx.threshold.resampling.threshold_interval import (
    ThresholdInterval,
    choice_interval,
    threshold_interval,
)
from trecx.threshold.resampling.wish import Wish

LOST = Wish(Limits(max_lost=0.02))


def test_the_ends_are_those_of_95_percent_of_the_draws():
    joint, seen = JointCounts.of(scores(300), GRID), []

    def pick(draw):
        seen.append(LOST.plain_threshold(draw))
        return seen[-1]

    found = threshold_interval(joint, pick, 200)
    assert found == ThresholdInterval(sorted(seen)[5], sorted(seen)[194], 200, 0)
    assert found.low < found.high
    assert found == threshold_interval(joint, LOST.plain_threshold, 200)
    assert found != threshold_interval(joint, LOST.plain_threshold, 200, seed=1)


def test_no_early_exits_is_a_choice_and_a_draw_without_a_choice_is_counted():
    joint, answers = JointCounts.of(scores(20), GRID), iter([0.5, None, math.inf, None] * 25)
    assert threshold_interval(joint, lambda _: next(answers), 100) == ThresholdInterval(
        0.5, math.inf, 100, 50
    )
    assert threshold_interval(joint, lambda _: None, 10) == ThresholdInterval(None, None, 10, 10)


def test_a_draw_keeps_the_number_of_samples_and_if_asked_of_each_class():
    joint = JointCounts.of(scores(300), GRID)

    def classes_of_draws(within):
        draws = []
        threshold_interval(joint, lambda draw: draws.append(draw), 20, within_classes=within)
        assert {draw.n_samples for draw in draws} == {300}
        assert len({draw.counts.tobytes() for draw in draws}) == 20
        return {tuple(draw.class_counts.tolist()) for draw in draws}

    assert classes_of_draws(True) == {tuple(joint.class_counts.tolist())}
    assert len(classes_of_draws(False)) > 10


def test_the_true_cheapest_threshold_lies_within_the_interval_in_about_95_percent_of_draws():
    everything, random, wish = population(), np.random.default_rng(1), Wish(Limits(max_lost=0.01))
    true = wish.plain_threshold(everything)
    assert 0.2 < true < 0.8
    inside = 0
    for _ in range(80):
        found = threshold_interval(drawn(everything, 2000, random), wish.plain_threshold, 120)
        inside += found.low <= true <= found.high
    assert 72 <= inside < 80  # 90 % or more, and not an interval that holds everything


@pytest.mark.parametrize("wish", [LOST, Wish(Limits(max_drop=0.03, against="final"))])
def test_a_guaranteed_choice_is_repeated_with_its_tests(wish, monkeypatch):
    monkeypatch.setattr(module, "N_SLOW_DRAWS", 40)
    joint, guarantee = JointCounts.of(scores(800), GRID), Guarantee(0.9)
    plain, sure = choice_interval(joint, wish), choice_interval(joint, wish, guarantee)
    assert (plain.n_draws, sure.n_draws) == (1000, 40)
    chosen = guaranteed_choice(joint, wish.limits, guarantee).best.threshold
    assert chosen == wish.guaranteed_threshold(joint, guarantee)
    assert sure.low <= chosen <= sure.high
    assert sure.low > plain.low


def test_a_guaranteed_threshold_is_a_candidate_also_where_no_sample_exits():
    run = scores(400)
    run.confidence[:, 0] = np.where(run.correct[:, 0], 0.1, 0.5)  # the first samples to exit are wrong
    wish, joint = Wish(Limits(max_lost=0.01)), JointCounts.of(run, GRID)
    naive, sure = wish.thresholds(joint, Guarantee(0.9))
    assert (naive, sure) == (math.inf, 0.99)
    assert joint.curve().exit_rate[joint.decreasing == sure] == 0


def test_many_rows_of_counts_take_fewer_draws(monkeypatch):
    monkeypatch.setattr(module, "MANY_ROWS", 10)
    assert choice_interval(JointCounts.of(scores(300), GRID), LOST).n_draws == 200


@pytest.mark.parametrize(
    ("shares", "guarantee"), [(None, Guarantee(0.9, each_class=True)), (np.array([5, 1, 1]), None)]
)
def test_a_limit_in_each_class_and_a_class_mix_draw_within_classes(shares, guarantee, monkeypatch):
    joint, seen, weights = JointCounts.of(scores(300), GRID), [], Wish.weights
    monkeypatch.setattr(module, "N_SLOW_DRAWS", 5)
    monkeypatch.setattr(module, "N_DRAWS", 5)
    monkeypatch.setattr(Wish, "weights", lambda self, draw: seen.append(draw) or weights(self, draw))
    choice_interval(joint, Wish(LOST.limits, class_shares=shares), guarantee)
    assert len({draw.counts.tobytes() for draw in seen}) == 5
    assert all(np.array_equal(draw.class_counts, joint.class_counts) for draw in seen)


def test_a_drop_against_a_missing_baseline_is_refused():
    with pytest.raises(BudgetError, match="no baseline"):
        choice_interval(JointCounts.of(scores(30), GRID), Wish(Limits(max_drop=0.1)))
