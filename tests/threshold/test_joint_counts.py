"""Joint counts give what the scores give, at every candidate, for every resampling and every reference."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from tests.threshold.strategies import exit_scores, part
from trecx.scores import ExitScores
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_criteria import CRITERIA, by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.int8_steps import int8_thresholds
from trecx.threshold.joint_counts import JointCounts, candidates, int8_candidates, thousandths

GRIDS = (thousandths(), int8_candidates(), np.array([0.25, 0.75]), np.array([0.5]))
grids = st.sampled_from(GRIDS)


def stopping_exits(scores, threshold):
    """Where each sample stops, sample by sample."""
    final = scores.n_exits - 1
    return [
        next((k for k in range(final) if float(scores.confidence[sample, k]) >= threshold), final)
        for sample in range(scores.n_samples)
    ]


@given(exit_scores(), grids)
def test_the_curve_is_that_of_the_scores_and_of_their_table(scores, grid):
    joint = JointCounts.of(scores, grid)
    for reference in (benefit_curve(scores), ExitTable.of(scores).curve()):
        at = reference.at(joint.decreasing)
        assert np.array_equal(joint.curve().thresholds, at.thresholds)
        assert np.array_equal(joint.curve().exit_counts, at.exit_counts)
        assert np.array_equal(joint.curve().correct, at.correct)


@given(exit_scores(), grids, st.data())
def test_samples_are_lost_and_gained_as_counted_one_by_one(scores, grid, data):
    n = scores.n_samples
    baseline = data.draw(nps.arrays(np.bool_, n))
    joint = JointCounts.of(scores, grid, baseline)
    position = data.draw(st.integers(0, len(grid)))
    exits = stopping_exits(scores, joint.decreasing[position])
    right = scores.correct[np.arange(n), exits]
    for against, reference in (("final", scores.correct[:, -1]), ("baseline", baseline)):
        lost, gained = joint.lost_and_gained(against)
        for label in range(scores.n_classes):
            members = scores.labels == label
            assert lost[position, label] == (reference & ~right & members).sum()
            assert gained[position, label] == (~reference & right & members).sum()
    assert joint.curve().lost[position] == (scores.correct[:, -1] & ~right).sum()


@given(exit_scores(), grids, st.data())
def test_other_counts_are_another_draw_of_the_samples(scores, grid, data):
    rows = data.draw(st.lists(st.integers(0, scores.n_samples - 1), min_size=1, max_size=20))
    joint, again = JointCounts.of(scores, grid), JointCounts.of(part(scores, rows), grid)
    row_of_sample = [
        int(
            np.flatnonzero(
                (joint.steps == JointCounts.of(part(scores, [sample]), grid).steps[0]).all(axis=1)
                & (joint.classes == scores.labels[sample])
                & (joint.correct == scores.correct[sample]).all(axis=1)
            )[0]
        )
        for sample in range(scores.n_samples)
    ]
    counts = np.bincount([row_of_sample[sample] for sample in rows], minlength=len(joint.counts))
    drawn = joint.with_counts(counts)
    assert drawn.n_samples == again.n_samples == len(rows)
    assert np.array_equal(drawn.curve().exit_counts, again.curve().exit_counts)
    assert np.array_equal(drawn.curve().correct, again.curve().correct)
    assert np.array_equal(drawn.lost_and_gained("final"), again.lost_and_gained("final"))


@given(exit_scores(), grids)
def test_every_sample_is_in_one_row_and_no_two_rows_are_alike(scores, grid):
    joint = JointCounts.of(scores, grid)
    assert (joint.counts > 0).all() and joint.n_samples == scores.n_samples
    rows = np.column_stack([joint.steps, joint.classes, joint.correct])
    assert len(np.unique(rows, axis=0)) == len(rows)
    assert joint.class_counts.tolist() == np.bincount(scores.labels, minlength=scores.n_classes).tolist()
    assert (joint.n_exits, joint.steps.shape[1]) == (scores.n_exits, scores.n_exits - 1)


@given(exit_scores(), st.data())
def test_a_class_mix_weighs_the_curve_as_it_weighs_that_of_the_table(scores, data):
    counts = np.bincount(scores.labels, minlength=scores.n_classes)
    mix = np.array(data.draw(st.lists(st.integers(0, 5), min_size=3, max_size=3))) * (counts > 0)
    if mix.any():
        weights = class_weights(mix, counts)
        joint = JointCounts.of(scores, int8_candidates())
        expected = ExitTable.of(scores).curve(weights).at(joint.decreasing)
        assert joint.curve(weights).correct == pytest.approx(expected.correct)
        assert joint.curve(weights).exit_counts == pytest.approx(expected.exit_counts)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_confidence_can_be_of_any_criterion(criterion):
    probabilities = np.random.default_rng(0).dirichlet(np.full(4, 0.5), (200, 3)).astype(np.float32)
    scores = ExitScores(np.arange(200) % 4, [10, 20, 30], probabilities)
    confident = by_criterion(scores, criterion)
    joint = JointCounts.of(confident, thousandths())
    expected = benefit_curve(confident).at(joint.decreasing)
    assert np.array_equal(joint.curve().exit_counts, expected.exit_counts)
    assert np.array_equal(joint.curve().correct, expected.correct)


def test_more_exits_and_classes_than_a_whole_number_of_64_bits_has_room_for():
    random = np.random.default_rng(0)
    n_exits, n = 12, 400
    scores = ExitScores(
        random.integers(0, 30, n),
        np.arange(1, n_exits + 1),
        predictions=random.integers(0, 30, (n, n_exits)),
        confidence=random.random((n, n_exits)),
        class_names=[str(k) for k in range(30)],
    )
    joint = JointCounts.of(scores, thousandths(), random.random(n) < 0.5)
    expected = benefit_curve(scores).at(joint.decreasing)
    assert np.array_equal(joint.curve().exit_counts, expected.exit_counts)
    assert np.array_equal(joint.curve().correct, expected.correct)


def test_the_candidates_are_those_that_differ_on_the_device():
    assert np.array_equal(candidates(None), thousandths())
    assert np.array_equal(candidates(int8_thresholds()), int8_candidates())
    assert thousandths()[[0, 1, 805, 1000]].tolist() == [0, 0.001, 0.805, 1]
    assert int8_candidates()[[0, 1, 255]].tolist() == [0, 1 / 256, 255 / 256]


def test_a_network_of_one_exit_has_no_early_ones(eight):
    alone = ExitScores(
        eight.labels, [300], predictions=eight.predictions[:, 1:], confidence=eight.confidence[:, 1:]
    )
    joint = JointCounts.of(alone, int8_candidates())
    assert joint.steps.shape == (len(joint.counts), 0)
    assert set(joint.curve().correct.tolist()) == {6}


def test_the_eight_samples_lose_three_and_gain_one(eight):
    joint = JointCounts.of(eight, np.array([0.45, 0.55, 0.65, 0.75, 0.85]))
    lost, gained = joint.lost_and_gained("final")
    assert joint.decreasing.tolist() == [math.inf, 0.85, 0.75, 0.65, 0.55, 0.45]
    assert lost.sum(axis=1).tolist() == [0, 0, 1, 1, 2, 3]
    assert gained.sum(axis=1).tolist() == [0, 1, 1, 1, 1, 1]


def test_counts_without_a_baseline_have_no_reference_of_that_name(eight):
    with pytest.raises(ValueError, match="must be 'final' for counts without a baseline"):
        JointCounts.of(eight, int8_candidates()).lost_and_gained("baseline")
