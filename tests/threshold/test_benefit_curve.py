import numpy as np
import pytest
from hypothesis import given

from tests.threshold.strategies import exit_scores, thresholds
from trecx.errors import ScoresError, ThresholdError
from trecx.scores import ExitScores
from trecx.threshold.benefit_curve import (
    BenefitCurve,
    benefit_curve,
    break_even_exit_rate,
    operating_point,
    tradeoff_points,
)


def by_hand(scores, threshold):
    """The paper's Eq. 1, one sample after the other: exits taken, right answers."""
    taken, right = [], []
    for i in range(scores.n_samples):
        for k in range(scores.n_exits):
            if k == scores.n_exits - 1 or float(scores.confidence[i, k]) >= threshold:
                taken.append(k)
                right.append(scores.predictions[i, k] == scores.labels[i])
                break
    return taken, right


def test_eight_samples_worked_by_hand(eight):
    curve = benefit_curve(eight)
    assert curve.thresholds.tolist() == pytest.approx([np.inf, 0.9, 0.8, 0.7, 0.6, 0.5])
    assert curve.correct.tolist() == [6, 7, 6, 6, 5, 4]
    assert curve.exit_counts.tolist() == [[0, 8], [2, 6], [4, 4], [5, 3], [7, 1], [8, 0]]
    assert curve.exit_rate.tolist() == [0, 2 / 8, 4 / 8, 5 / 8, 7 / 8, 1]
    assert curve.flops.tolist() == [300, 250, 200, 175, 125, 100]
    assert curve.accuracy[1] == 7 / 8
    assert curve.n_samples == 8
    assert curve.correct.dtype == curve.exit_counts.dtype == np.int64


@given(exit_scores(), thresholds)
def test_any_threshold_equals_the_loop_over_samples(scores, threshold):
    taken, right = by_hand(scores, threshold)
    point = operating_point(scores, threshold)
    step = benefit_curve(scores).at([threshold])
    assert point.exit_counts.tolist() == np.bincount(taken, minlength=scores.n_exits).tolist()
    assert step.exit_counts[0].tolist() == point.exit_counts.tolist()
    assert point.accuracy == np.mean(right) == step.accuracy[0]
    assert point.flops == np.mean(scores.exit_flops[taken]) == step.flops[0]
    assert point.exit_rate == np.mean(np.array(taken) < scores.n_exits - 1) == step.exit_rate[0]
    assert step.thresholds[0] == threshold
    assert point.confusion.sum() == scores.n_samples


@given(exit_scores())
def test_steps_are_the_distinct_confidences_in_decreasing_order_after_inf(scores):
    reached = np.maximum.accumulate(scores.confidence[:, :-1], axis=1)
    expected = [np.inf, *sorted(set(reached.astype(float).ravel().tolist()), reverse=True)]
    assert benefit_curve(scores).thresholds.tolist() == expected


@given(exit_scores(), thresholds)
def test_every_threshold_of_a_plateau_gives_the_same_point_and_none_beyond_does(scores, threshold):
    point = operating_point(scores, threshold)
    low, high = point.plateau
    assert low <= threshold <= high
    inside = operating_point(scores, high)
    assert inside.exit_counts.tolist() == point.exit_counts.tolist()
    assert inside.confusion.tolist() == point.confusion.tolist()
    if 0 < low < threshold:
        assert operating_point(scores, low).exit_counts.tolist() != point.exit_counts.tolist()


def test_a_single_exit_has_one_point():
    scores = ExitScores([0, 1], [10], probabilities=[[[0.9, 0.1]], [[0.8, 0.2]]])
    curve = benefit_curve(scores)
    assert (curve.thresholds.tolist(), curve.accuracy.tolist(), curve.flops.tolist()) == (
        [np.inf],
        [0.5],
        [10],
    )
    assert operating_point(scores, 0).exit_rate == 0


def test_confidence_one_leaves_at_threshold_one_and_stays_at_inf():
    scores = ExitScores([0], [10, 20], probabilities=[[[1.0, 0.0], [0.5, 0.5]]])
    assert operating_point(scores, 1).exit_rate == 1
    assert operating_point(scores, np.inf).exit_rate == 0


def test_the_grid_has_evenly_spaced_thresholds_with_both_ends(eight):
    grid = benefit_curve(eight).on_grid(5)
    assert grid.thresholds.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert grid.correct.tolist() == [4, 4, 4, 6, 6]


@pytest.mark.parametrize("threshold", [-0.1, 1.1, np.nan, -np.inf])
def test_a_threshold_outside_0_to_1_is_refused(eight, threshold):
    with pytest.raises(ThresholdError, match=r"0\.\.1"):
        operating_point(eight, threshold)
    with pytest.raises(ThresholdError):
        benefit_curve(eight).at([threshold])


def test_saving_is_negative_where_early_exit_costs_more(eight):
    point = operating_point(eight, np.inf)
    assert point.flops_saving(150) == -1
    assert point.flops_saving(600) == 0.5


def test_tradeoff_points_are_the_closest_and_of_those_the_cheapest():
    curve = BenefitCurve(
        np.array([np.inf, 0.9, 0.8, 0.7]),
        np.array([[0, 100], [40, 60], [60, 40], [100, 0]]),
        np.array([92, 90, 91, 91]),
        np.array([10, 20]),
    )
    same, one, two = tradeoff_points(curve, 0.92, [0, 0.01, 0.025])
    assert (same.threshold, same.accuracy, same.flops) == (np.inf, 0.92, 20)
    assert (one.threshold, one.exit_rate, one.drop) == (0.7, 1, 0.01)
    assert two.threshold == 0.9


@pytest.mark.parametrize("accuracy", [92.2, -0.1, np.nan])
def test_a_baseline_accuracy_in_percent_is_refused(eight, accuracy):
    with pytest.raises(ScoresError, match=r"92\.2 %"):
        tradeoff_points(benefit_curve(eight), accuracy)


def test_break_even_is_where_the_expected_cost_equals_the_baseline():
    rate = break_even_exit_rate([100, 300], 250)
    assert rate * 100 + (1 - rate) * 300 == 250
    assert break_even_exit_rate([100, 300], 300) is None
    assert break_even_exit_rate([100, 200, 300], 250) is None


def test_confidences_that_are_neighbours_as_float32_are_two_steps():
    one = np.float32(0.7)
    confidence = np.array([[one, 1], [np.nextafter(one, np.float32(1)), 1]], np.float32)
    scores = ExitScores([0, 1], [1, 2], predictions=[[0, 0], [0, 1]], confidence=confidence)
    curve = benefit_curve(scores)
    assert curve.thresholds[1:].tolist() == sorted(confidence[:, 0].astype(float), reverse=True)
    assert curve.correct.tolist() == [2, 1, 1]


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_a_baseline_that_is_always_or_never_right_is_one(eight, accuracy):
    assert tradeoff_points(benefit_curve(eight), accuracy, [0.0])[0].drop == 0


def test_a_baseline_accuracy_above_1_is_refused(eight):
    with pytest.raises(ScoresError, match=r"0\.922 for 92\.2 %"):
        tradeoff_points(benefit_curve(eight), 1.5)


def test_a_class_mix_leaves_the_plateau_of_a_point_as_it_is(eight):
    point = operating_point(eight, 0.75)
    assert point.weighted(np.array([2.0, 0.5])).plateau == point.plateau
