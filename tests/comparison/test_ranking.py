import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores
from trecx.comparison.ranking import LAST_POINTS, Rank, rank
from trecx.scores import ExitScores
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.oracle import oracle

N_TARGETS = 3000
baselines = st.tuples(st.floats(0.0, 1.0), st.integers(500, 5000))


def ranked(scores, accuracy, flops):
    return rank(benefit_curve(scores), oracle(ExitTable.of(scores)), accuracy, flops)


def targets_below(accuracy):
    """The middles of many equal parts of the last three points."""
    return accuracy - LAST_POINTS * (np.arange(N_TARGETS) + 0.5) / N_TARGETS


def saving_by_hand(points, accuracy, baseline_flops):
    savings = []
    for target in targets_below(accuracy):
        costs = [flops for flops, reached in points if reached >= target]
        savings.append(max(0.0, 1 - min(costs) / baseline_flops) if costs else 0.0)
    return np.mean(savings)


@given(exit_scores(), baselines)
def test_the_saving_is_the_mean_over_targets_of_what_the_cheapest_step_that_reaches_it_saves(scores, base):
    curve = benefit_curve(scores)
    by_hand = saving_by_hand(list(zip(curve.flops, curve.accuracy, strict=True)), *base)
    assert ranked(scores, *base).saving == pytest.approx(by_hand, abs=5 / N_TARGETS)


@given(exit_scores(), baselines)
def test_the_oracles_saving_is_that_of_the_lines_between_its_points(scores, base):
    bound = oracle(ExitTable.of(scores))
    accuracy, baseline_flops = base
    savings = []
    for target in targets_below(accuracy):
        if target > bound.accuracy[-1]:
            savings.append(0.0)
            continue
        exit_ = int(np.argmax(bound.accuracy >= target))
        cost = bound.flops[exit_]
        if exit_:
            low, high = bound.accuracy[exit_ - 1], bound.accuracy[exit_]
            share = (target - low) / (high - low)
            cost = bound.flops[exit_ - 1] + share * (bound.flops[exit_] - bound.flops[exit_ - 1])
        savings.append(max(0.0, 1 - cost / baseline_flops))
    assert ranked(scores, *base).oracle_saving == pytest.approx(np.mean(savings), abs=5 / N_TARGETS)


@given(exit_scores(), baselines)
def test_no_run_saves_more_than_its_oracle(scores, base):
    found = ranked(scores, *base)
    assert 0 <= found.saving <= found.oracle_saving + 1e-9
    assert found.oracle_share is None or found.oracle_share <= 1 + 1e-9


def test_eight_samples_by_hand(eight):
    """Accuracy 0.5 costs 100; the curve has 0.625 at 125 and 0.75 at 200; the baseline has 0.75 at 400.

    All targets of 0.72..0.75 are first reached by the step of 0.75, which costs 200: half is saved.
    The oracle reaches 0.5 at 100 and 0.875 at 175: a target t costs 100 + 75 (t - 0.5) / 0.375.
    """
    found = ranked(eight, 0.75, 400)
    curve = benefit_curve(eight)
    cheapest = min(
        flops for flops, accuracy in zip(curve.flops, curve.accuracy, strict=True) if accuracy >= 0.75
    )
    assert found.saving == pytest.approx(1 - cheapest / 400)
    assert found.oracle_saving == pytest.approx(1 - (100 + 75 * (0.735 - 0.5) / 0.375) / 400)
    assert found.shortfall == 0


def test_a_dip_in_accuracy_takes_nothing_away(eight):
    curve = benefit_curve(eight)
    assert (np.diff(curve.accuracy[::-1]) < 0).any()  # this curve has one
    assert ranked(eight, 0.6, 400).saving >= 1 - curve.flops[curve.accuracy >= 0.6].min() / 400 - 1e-12


def test_a_run_that_is_never_near_the_baseline_saves_nothing_and_says_how_far_it_stays_below(eight):
    found = ranked(eight, 0.95, 400)
    assert (found.saving, found.oracle_saving) == (0, 0)
    assert found.shortfall == pytest.approx(0.95 - benefit_curve(eight).accuracy.max())
    assert found.oracle_share is None


def test_a_run_that_reaches_half_of_the_targets_is_credited_for_that_half_only():
    labels = np.zeros(100, np.int64)
    predictions = np.tile((np.arange(100) >= 90).astype(np.int64)[:, None], (1, 2))
    confidence = np.full((100, 2), 0.9)
    scores = ExitScores(labels, [100, 300], predictions=predictions, confidence=confidence)
    assert ranked(scores, 0.915, 200).saving == pytest.approx(0.5 * 0.5)


def test_where_every_step_costs_more_than_the_baseline_nothing_is_saved(eight):
    assert ranked(eight, 0.75, 50) == Rank(0.0, 0.0, 0.0)


def test_the_baseline_itself_saves_nothing():
    scores = ExitScores([0, 1], [300], predictions=[[0], [1]], confidence=[[0.9], [0.9]])
    assert ranked(scores, 1.0, 300) == Rank(0.0, 0.0, 0.0)
