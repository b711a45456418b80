import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multinomial

from tests.threshold.strategies import exit_scores, thresholds
from trecx.scores import ExitScores
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.class_changes import (
    changes_from_final,
    changes_of_pairs,
    paired_estimates,
    paired_table,
)
from trecx.threshold.class_mix import class_weights
from trecx.threshold.class_results import (
    class_accuracy,
    class_cost,
    class_exit_rate,
    exit_confusion,
    mean_estimates,
    most_confused,
)
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.intervals import wilson_interval


def exits_taken(scores, threshold):
    """Sample by sample: the first exit whose confidence reaches ρ, else the final one."""
    return [
        next((k for k, value in enumerate(row[:-1]) if value >= threshold), scores.n_exits - 1)
        for row in scores.confidence.astype(float)
    ]


@given(st.integers(0, 30), st.integers(0, 30), st.floats(0, 50), st.floats(0.1, 50))
def test_of_two_values_the_interval_of_the_mean_is_wilsons(ones, others, low, width):
    found = mean_estimates(np.array([[ones, others]]), [low + width, low])
    if ones + others == 0:
        assert np.isnan(found).all()
        return
    share = ones / (ones + others)
    wilson = wilson_interval(share, ones + others)
    assert found.value[0] == pytest.approx(low + width * share)
    assert [found.low[0], found.high[0]] == pytest.approx([low + width * end for end in wilson], abs=1e-9)


def test_the_interval_of_a_mean_cost_over_three_exits_holds_the_truth_about_95_times_of_100():
    shares, costs = np.array([0.6, 0.3, 0.1]), np.array([1.9, 3.1, 5.6])
    counts = np.random.default_rng(0).multinomial(400, shares, 20_000)
    found = mean_estimates(counts, costs)
    held = (found.low <= shares @ costs) & (shares @ costs <= found.high)
    assert 0.94 < held.mean() < 0.96


@given(exit_scores(min_exits=2), thresholds)
def test_numbers_of_a_class_are_those_of_its_samples_counted_one_by_one(scores, threshold):
    point, taken = ExitTable.of(scores).operating_point(threshold), exits_taken(scores, threshold)
    costs = np.array([1.5, 4.0, 4.5, 9.0])[: scores.n_exits]
    accuracy, exit_rate = class_accuracy(point.confusion), class_exit_rate(point)
    cost = class_cost(point, costs)
    for class_ in range(scores.n_classes):
        rows = np.flatnonzero(scores.labels == class_)
        if not len(rows):
            assert np.isnan([part[class_] for part in (*accuracy, *exit_rate, *cost)]).all()
            continue
        assert accuracy.value[class_] == pytest.approx(np.mean([scores.correct[k, taken[k]] for k in rows]))
        assert exit_rate.value[class_] == pytest.approx(
            np.mean([taken[k] < scores.n_exits - 1 for k in rows])
        )
        assert cost.value[class_] == pytest.approx(np.mean([costs[taken[k]] for k in rows]))
        for found in (accuracy, exit_rate, cost):
            assert found.low[class_] <= found.value[class_] + 1e-9
            assert found.value[class_] <= found.high[class_] + 1e-9
        assert costs[0] <= cost.low[class_] < cost.high[class_] <= costs[-1]


@given(exit_scores())
def test_the_confusion_of_an_exit_is_what_it_answers_alone(scores):
    table = ExitTable.of(scores)
    for exit_ in range(scores.n_exits):
        expected = np.zeros((scores.n_classes, scores.n_classes), int)
        for label, answer in zip(scores.labels, scores.predictions[:, exit_], strict=True):
            expected[label, answer] += 1
        assert exit_confusion(table, exit_).tolist() == expected.tolist()


def test_classes_that_are_confused_most_come_first_whether_confused_or_confused_with():
    confusion = np.array([[90, 0, 1], [0, 9, 3], [0, 0, 5]])
    assert most_confused(confusion).tolist() == [2, 1, 0]
    assert most_confused(-confusion).tolist() == [2, 1, 0]


def counted_changes(scores, threshold, reference_correct):
    taken = exits_taken(scores, threshold)
    lost, gained = np.zeros((2, scores.n_classes), int)
    for row, class_ in enumerate(scores.labels):
        lost[class_] += reference_correct[row] and not scores.correct[row, taken[row]]
        gained[class_] += scores.correct[row, taken[row]] and not reference_correct[row]
    return lost.tolist(), gained.tolist()


@given(exit_scores(min_exits=2), thresholds, st.data())
def test_changes_against_a_reference_are_those_counted_sample_by_sample(scores, threshold, data):
    answers = data.draw(
        st.lists(st.booleans(), min_size=scores.n_samples, max_size=scores.n_samples).map(np.array)
    )
    for reference in (answers, scores.correct[:, -1]):
        found = changes_of_pairs(paired_table(scores, reference), threshold)
        assert (found.lost.tolist(), found.gained.tolist()) == counted_changes(scores, threshold, reference)
        assert found.n_samples.tolist() == [np.sum(scores.labels == k) for k in range(scores.n_classes)]


@given(exit_scores(min_exits=2), thresholds)
def test_with_two_exits_the_counts_that_are_there_tell_the_changes_from_the_final_exit(scores, threshold):
    table = ExitTable.of(scores)
    if table.n_exits > 2:
        with pytest.raises(ValueError, match="must have two exits at most, got"):
            changes_from_final(table, threshold)
        return
    found = changes_from_final(table, threshold)
    expected = changes_of_pairs(paired_table(scores, scores.correct[:, -1]), threshold)
    for name in ("lost", "gained", "n_samples"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()


def test_pairs_count_in_the_bins_of_the_table_so_that_both_tell_the_same(monkeypatch):
    monkeypatch.setattr("trecx.threshold.exit_table.MAX_EXACT_EDGES", 10)
    random = np.random.default_rng(1)
    scores = ExitScores(
        random.integers(0, 3, 500), [100, 200, 300], random.dirichlet(np.ones(3), (500, 3)).astype(np.float32)
    )
    table, paired = ExitTable.of(scores), paired_table(scores, scores.correct[:, -1])
    assert not table.exact
    for threshold in random.uniform(0.3, 1, 50):
        changes = changes_of_pairs(paired, threshold)
        gain = table.operating_point(threshold).confusion - exit_confusion(table, 2)
        assert (changes.gained - changes.lost).tolist() == gain.diagonal().tolist()


def test_a_reference_with_another_number_of_answers_is_refused(eight):
    with pytest.raises(ValueError, match=r"reference_correct must have shape \(8,\), got \(7,\)"):
        paired_table(eight, np.ones(7, bool))


counts = st.integers(0, 40)


@given(counts, counts, counts)
def test_the_paired_interval_holds_what_was_measured_and_mirrors_where_the_two_swap(lost, gained, agreed):
    n = lost + gained + agreed
    found = paired_estimates(*np.array([[lost], [gained], [n]]))
    swapped = paired_estimates(*np.array([[gained], [lost], [n]]))
    if n == 0:
        assert np.isnan(found).all()
        return
    assert found.value[0] == pytest.approx((gained - lost) / n)
    assert -1 <= found.low[0] <= found.value[0] <= found.high[0] <= 1
    assert [swapped.low[0], swapped.high[0]] == pytest.approx([-found.high[0], -found.low[0]])


@pytest.mark.parametrize("n", [30, 50, 400])
@pytest.mark.parametrize(
    ("p_lost", "p_gained"), [(0.0, 0.0), (0.01, 0.0), (0.03, 0.01), (0.1, 0.1), (0.2, 0.05)]
)
def test_the_paired_interval_holds_the_truth_at_least_94_times_of_100(n, p_lost, p_gained):
    most = min(n, 130)
    lost, gained = (grid.ravel() for grid in np.meshgrid(np.arange(most + 1), np.arange(most + 1)))
    lost, gained = lost[lost + gained <= n], gained[lost + gained <= n]
    chances = multinomial.pmf(
        np.column_stack([lost, gained, n - lost - gained]), n, [p_lost, p_gained, 1 - p_lost - p_gained]
    )
    found = paired_estimates(lost, gained, np.full(len(lost), n))
    truth = p_gained - p_lost
    assert chances.sum() == pytest.approx(1, abs=1e-6)
    assert chances[(found.low <= truth) & (truth <= found.high)].sum() > 0.94


@given(exit_scores(min_exits=2), thresholds)
def test_over_all_classes_the_change_is_the_difference_of_both_accuracies_in_any_class_mix(scores, threshold):
    changes = changes_of_pairs(paired_table(scores, scores.correct[:, -1]), threshold)
    counts = changes.n_samples
    point, final = operating_point(scores, threshold), operating_point(scores, math.inf)
    assert changes.overall()[0] == pytest.approx(point.accuracy - final.accuracy)
    mix = class_weights(np.where(counts > 0, [1, 5, 2], 0), counts)
    value, low, high = changes.overall(mix)
    assert value == pytest.approx(point.weighted(mix).accuracy - final.weighted(mix).accuracy)
    assert low <= value + 1e-9
    assert value <= high + 1e-9
