import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.per_exit import by_hand
from tests.threshold.per_exit.by_hand import every, joint, results
from tests.threshold.strategies import exit_scores
from trecx.scores import ExitScores
from trecx.store import Store
from trecx.store.run_context import joint_counts_of
from trecx.threshold.class_mix import class_weights
from trecx.threshold.joint_counts import JointCounts, int8_candidates
from trecx.threshold.per_exit import front as fronts
from trecx.threshold.per_exit.front import method_text, pareto_front
from trecx.threshold.per_exit.nondominated import Nondominated
from trecx.threshold.per_exit.search import searched_vectors


@given(exit_scores(min_exits=2), st.booleans())
def test_the_front_is_that_of_all_vectors_one_by_one(scores, by_lost):
    samples = joint(scores)
    found = pareto_front(samples, by_lost=by_lost)
    points = [results(scores, vector) for vector in every(scores)]
    best = by_hand.front([(cost, -lost if by_lost else right) for cost, right, lost, _ in points])
    assert found.cost.tolist() == [cost for cost, _ in best]
    if not by_lost:
        assert found.correct.tolist() == [right for _, right in best]
    assert (found.exhaustive, found.n_vectors) == (True, 6 ** (scores.n_exits - 1))


@given(exit_scores(min_exits=2))
def test_a_front_has_the_results_of_its_thresholds_and_of_equal_vectors_the_largest(scores):
    found = pareto_front(joint(scores))
    vectors = every(scores)
    all_results = {vector: results(scores, vector) for vector in vectors}
    for thresholds, correct, counts, cost in zip(
        map(tuple, found.thresholds.tolist()), found.correct, found.exit_counts, found.cost, strict=True
    ):
        assert all_results[thresholds][1:2] == (correct,)
        assert all_results[thresholds][3] == tuple(counts)
        equal = [each for each in vectors if all_results[each][:2] == (cost, correct)]
        assert thresholds == equal[0]


@given(exit_scores(min_exits=2))
def test_a_front_under_a_class_mix_in_energy_is_that_of_all_vectors(scores):
    samples = joint(scores)
    weights = class_weights(samples.class_counts * np.array([1.0, 3.0, 0.7]), samples.class_counts)
    energy = 0.1 * np.arange(1, scores.n_exits + 1) ** 1.5
    found = pareto_front(samples, energy, weights)
    points = [results(scores, vector, weights, energy)[:2] for vector in every(scores)]
    best = by_hand.front([(round(cost, 9), round(right, 7)) for cost, right in points])
    assert found.cost.tolist() == pytest.approx([cost for cost, _ in best], abs=1e-8)
    assert found.correct.tolist() == pytest.approx([right for _, right in best], abs=1e-6)


@given(exit_scores(min_exits=2))
def test_the_search_is_never_better_than_all_vectors_and_says_that_it_is_a_search(scores):
    samples = joint(scores)
    exact = pareto_front(samples)
    searched = Nondominated(samples.exit_flops, weighted=False)
    for part in searched_vectors(samples, samples.exit_flops):
        searched.add(part)
    for cost, correct in zip(searched.cost, searched.correct, strict=True):
        assert exact.cost[np.searchsorted(exact.correct, correct)] <= cost
    assert searched.correct[-1] <= exact.correct[-1]
    assert "a better one may exist" in method_text(False, 10)


@pytest.mark.parametrize("name", ["kws/sdn", "ic/sdn:int8", "kws/branchynet", "digits/sdn"])
def test_on_shipped_runs_the_search_costs_at_most_a_thousandth_more(name, shipped):
    store = Store(shipped)
    samples = joint_counts_of(store, store.find_run(name), int8_candidates())
    exact, searched = pareto_front(samples), Nondominated(samples.exit_flops, weighted=False)
    for part in searched_vectors(samples, samples.exit_flops):
        searched.add(part)
    at = np.searchsorted(searched.correct, exact.correct)
    assert (searched.cost[at] / exact.cost - 1).max() <= 1e-3


def made(n_exits, n_samples=300):
    random = np.random.default_rng(8)
    labels = random.integers(0, 4, n_samples)
    right = random.random((n_samples, n_exits)) < np.linspace(0.6, 0.9, n_exits)
    confidence = np.clip(random.normal(0.6, 0.2, right.shape) + 0.2 * right, 0, 1)
    predictions = np.where(right, labels[:, None], (labels[:, None] + 1) % 4)
    flops = np.arange(1, n_exits + 1) * 100
    return ExitScores(labels, flops, predictions=predictions, confidence=confidence)


def test_four_early_exits_are_searched_and_beat_one_rho():
    samples = JointCounts.of(made(5), int8_candidates())
    found = pareto_front(samples)
    assert not found.exhaustive
    assert found.method.startswith(f"local search: vectors were compared {found.n_vectors:,} times")
    single = samples.curve()
    at = np.searchsorted(found.correct, single.correct)
    assert (found.cost[at] <= single.flops + 1e-9).all()
    assert (found.cost[at] < single.flops - 1).any()


def test_the_work_of_a_search_is_bounded(monkeypatch):
    monkeypatch.setattr("trecx.threshold.per_exit.search.MOST_EXPANDED", 20)
    monkeypatch.setattr("trecx.threshold.per_exit.search.FEWEST_EXPANDED", 1)
    calls = []
    samples = JointCounts.of(made(5), int8_candidates())
    pareto_front(samples, progress=lambda *told: calls.append(told))
    assert [done for _, done, _ in calls] == [*range(1, 21), 20]


def test_progress_is_told_for_every_part():
    calls = []
    pareto_front(joint(made(4)), progress=lambda *told: calls.append(told))
    assert calls[-1][1:] == (len(calls), len(calls))
    assert fronts.is_exhaustive(joint(made(4)))
