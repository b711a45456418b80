"""The 95 % band of the curve: exact, or by a bootstrap under a class mix."""

import numpy as np
import pytest
from scipy import stats

from tests.threshold.resampling.synthetic import GRID, scores
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.resampling.accuracy_band import (
    BOOTSTRAP,
    DRAWN_POINTS,
    EXACT,
    accuracy_band,
    band_of_counts,
    drawn_band,
)


def test_without_a_class_mix_the_band_is_scipys_exact_interval_at_every_candidate():
    joint = JointCounts.of(scores(200), GRID)
    band, curve = accuracy_band(joint), joint.curve()
    assert (band.method, band.thresholds.tolist()) == (EXACT, curve.thresholds.tolist())
    for low, high, correct in zip(band.low, band.high, curve.correct.tolist(), strict=True):
        expected = stats.binomtest(correct, 200).proportion_ci(method="exact")
        assert (low, high) == pytest.approx((expected.low, expected.high))


def test_all_correct_and_none_correct_have_the_end_of_the_range_on_one_side():
    band = band_of_counts(GRID[:2], np.array([[0], [20]]), np.array([20]))
    assert (band.low[0], band.high[1]) == (0, 1)
    assert band.high[0] == pytest.approx(1 - 0.025 ** (1 / 20))
    assert band.low[1] == pytest.approx(0.025 ** (1 / 20))


def test_under_a_class_mix_the_band_is_that_of_whole_samples_drawn_again_within_classes():
    joint = JointCounts.of(scores(600), GRID)
    weights = class_weights([5, 1, 0], joint.class_counts)
    band, random = accuracy_band(joint, weights), np.random.default_rng(5)
    rows = [np.flatnonzero(joint.classes == class_) for class_ in range(3)]
    accuracies = []
    for _ in range(1500):
        counts = np.empty_like(joint.counts)
        for of_class in rows:
            size = joint.counts[of_class].sum()
            counts[of_class] = random.multinomial(size, joint.counts[of_class] / size)
        accuracies.append(joint.with_counts(counts).curve(weights).accuracy)
    low, high = np.quantile(accuracies, [0.025, 0.975], axis=0)
    assert band.method == BOOTSTRAP
    assert np.abs(band.low - low).max() < 0.006
    assert np.abs(band.high - high).max() < 0.006
    assert np.abs(band.high - band.low).min() > 0.03  # it is not the interval of all 600 samples


def test_a_class_that_never_occurs_does_not_change_the_band():
    correct = np.array([[8, 2], [9, 1]])
    alone = band_of_counts(GRID[:2], correct[:, :1], np.array([10]), np.array([1.0]))
    both = band_of_counts(GRID[:2], correct, np.array([10, 10]), np.array([2.0, 0.0]))
    assert (alone.low.tolist(), alone.high.tolist()) == (both.low.tolist(), both.high.tolist())


@pytest.mark.parametrize("mix", [None, (5, 1, 1)])
def test_the_drawn_band_has_few_points_with_both_ends_of_the_curve_and_the_values_of_the_counts(mix):
    many = scores(3000)
    many.confidence[:, 0] *= np.random.default_rng(0).uniform(0.99, 1, 3000)  # nearly a step per sample
    table = ExitTable.of(many)
    weights = mix and class_weights(mix, table.class_counts)
    curve = table.curve(weights)
    band = drawn_band(table, curve, weights)
    assert len(curve.thresholds) > 1000
    assert 100 < len(band.thresholds) <= DRAWN_POINTS + 2
    assert band.thresholds[[0, -1]].tolist() == curve.thresholds[[0, -1]].tolist()
    gaps = np.abs(np.diff(curve.at(band.thresholds).flops))
    assert gaps.max() < 3 * np.ptp(curve.flops) / DRAWN_POINTS
    grid = np.sort(band.thresholds[1:].astype(np.float64))
    whole = accuracy_band(JointCounts.of(many, grid), weights)
    assert whole.thresholds.tolist() == band.thresholds.tolist()
    assert band.low == pytest.approx(whole.low, abs=0.002 if mix else 1e-12)
    assert band.high == pytest.approx(whole.high, abs=0.002 if mix else 1e-12)
