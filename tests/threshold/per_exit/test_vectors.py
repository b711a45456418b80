import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.per_exit.by_hand import GRID, every, joint, results, stops
from tests.threshold.strategies import exit_scores, thresholds
from trecx.errors import ThresholdError
from trecx.scores import ExitScores
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_criteria import by_criterion
from trecx.threshold.per_exit.decision import AT, by_thresholds, checked_thresholds
from trecx.threshold.per_exit.exhaustive import every_vector
from trecx.threshold.per_exit.search import searched_vectors
from trecx.threshold.per_exit.vectors import VectorCounts


def counted(parts):
    """Every vector of some parts with its results."""
    found = {}
    for part in parts:
        positions = np.arange(len(part.correct))
        for vector, *values in zip(
            part.thresholds_at(positions).tolist(),
            part.flops,
            part.correct,
            part.lost,
            part.exit_counts.tolist(),
            strict=True,
        ):
            assert tuple(vector) not in found or found[tuple(vector)] == values
            found[tuple(vector)] = values
    return found


@given(exit_scores(min_exits=2), st.data())
def test_scores_by_thresholds_stop_where_a_loop_over_the_samples_does(scores, data):
    vector = data.draw(st.lists(thresholds, min_size=scores.n_exits - 1, max_size=scores.n_exits - 1))
    counts = operating_point(by_thresholds(scores, vector), AT).exit_counts
    assert counts.tolist() == np.bincount(stops(scores, vector), minlength=scores.n_exits).tolist()


@pytest.mark.parametrize("criterion", ["largest", "entropy", "margin"])
def test_scores_by_thresholds_follow_every_criterion(criterion):
    random = np.random.default_rng(3)
    probabilities = random.dirichlet(np.ones(3), (60, 3)).round(1)
    probabilities /= probabilities.sum(axis=-1, keepdims=True)
    scores = ExitScores(random.integers(0, 3, 60), [1, 2, 3], probabilities=probabilities.astype(np.float32))
    decided = by_criterion(scores, criterion)
    for vector in ([0.4, 0.9], [float(decided.confidence[0, 0]), math.inf], [math.inf, 0.0]):
        found = operating_point(by_thresholds(decided, vector), AT)
        taken = stops(decided, vector)
        assert found.exit_counts.tolist() == np.bincount(taken, minlength=3).tolist()
        right = sum(scores.predictions[k, exit_] == scores.labels[k] for k, exit_ in enumerate(taken))
        assert found.accuracy == right / 60


def test_equal_thresholds_decide_as_one_rho(eight):
    for rho in (0.0, 0.6, 0.8, 0.95, math.inf):
        vector = by_thresholds(eight, [rho])
        assert (
            operating_point(vector, AT).confusion.tolist() == operating_point(eight, rho).confusion.tolist()
        )


@pytest.mark.parametrize(
    ("vector", "words"),
    [([0.5], "one threshold for each of the 2 early exits, got 1"), ([0.5, 1.2], "within 0..1")],
)
def test_thresholds_that_do_not_fit_are_told(vector, words):
    with pytest.raises(ThresholdError, match=words):
        checked_thresholds(vector, 2)


@given(exit_scores(min_exits=2), st.booleans())
def test_every_vector_has_the_results_of_a_loop_and_all_others_are_equal_to_one_of_them(scores, weighted):
    samples = joint(scores)
    weights = None
    if weighted:
        weights = class_weights(samples.class_counts * np.array([1.0, 3.0, 0.7]), samples.class_counts)
    found = counted(every_vector(samples, weights))
    by_loop = {vector: results(scores, vector, weights) for vector in every(scores)}
    for vector, (flops, correct, lost, exits) in found.items():
        cost, right, gone, counts = by_loop[vector]
        assert [flops, correct, lost, *exits] == pytest.approx([cost, right, gone, *counts], abs=1e-9)
    ways = {vector: tuple(stops(scores, vector)) for vector in by_loop}
    assert {ways[vector] for vector in found} == set(ways.values())


@given(exit_scores(min_exits=2))
def test_without_a_class_mix_counts_are_whole_numbers(scores):
    for part in every_vector(joint(scores)):
        assert all(column.dtype == np.int64 for column in (part.exit_counts, part.correct, part.lost))
        assert (part.exit_counts.sum(axis=1) == scores.n_samples).all()
        assert (part.exit_rate == 1 - part.exit_counts[:, -1] / scores.n_samples).all()


@given(exit_scores(min_exits=2))
def test_vectors_come_with_the_largest_thresholds_first(scores):
    found = list(counted(every_vector(joint(scores))))
    assert found == sorted(found, reverse=True)
    assert found[0] == (math.inf,) * (scores.n_exits - 1)


@pytest.mark.parametrize("n_exits", [1, 5])
def test_only_one_to_three_early_exits_are_tried_exhaustively(n_exits):
    scores = ExitScores(
        [0, 1], range(1, n_exits + 1), predictions=np.zeros((2, n_exits)), confidence=np.ones((2, n_exits))
    )
    with pytest.raises(ValueError, match=f"1 to 3 early exits, got {n_exits - 1}"):
        next(every_vector(joint(scores)))


@given(exit_scores(min_exits=2))
def test_the_search_counts_as_a_loop_does(scores):
    samples = joint(scores)
    for vector, (flops, correct, lost, exits) in counted(
        searched_vectors(samples, samples.exit_flops)
    ).items():
        cost, right, gone, counts = results(scores, vector)
        assert (correct, lost, tuple(exits)) == (right, gone, counts)
        assert flops == pytest.approx(cost)


@given(exit_scores(min_exits=2), st.data())
def test_vectors_are_candidates_like_values_of_rho(scores, data):
    samples, vectors = joint(scores), every(scores)
    some = data.draw(st.lists(st.sampled_from(vectors), min_size=1, max_size=5))
    counts = VectorCounts.at(samples, np.array(some))
    curve = counts.curve()
    for label, vector in zip(counts.decreasing, [(math.inf,) * (scores.n_exits - 1), *some], strict=True):
        step = counts.step(label)
        flops, right, lost, exits = results(scores, vector)
        assert (curve.correct[step], curve.lost[step]) == (right, lost)
        assert curve.flops[step] == pytest.approx(flops)
        assert curve.exit_counts[step].tolist() == list(exits)
    by_class = counts.by_candidate(samples.correct)
    assert by_class.shape == (len(some) + 1, 3)
    assert by_class.sum(axis=1).tolist() == curve.correct.tolist()


@given(exit_scores(min_exits=2))
def test_equal_thresholds_count_as_one_rho(scores):
    samples = joint(scores)
    counts = VectorCounts.at(samples, np.repeat(GRID[::-1, None], scores.n_exits - 1, axis=1))
    ours, single = counts.curve(), samples.curve()
    assert ours.exit_counts.tolist() == single.exit_counts.tolist()
    assert ours.correct.tolist() == single.correct.tolist()
