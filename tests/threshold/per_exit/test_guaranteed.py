"""A guarantee with one threshold per exit: how it is found, and that it holds in a simulation."""

import numpy as np
import pytest
from scipy import stats

from trecx.errors import BudgetError, ThresholdError
from trecx.scores import ExitScores
from trecx.store import Store
from trecx.store.run_context import design_and_tested, joint_counts_of, load_context
from trecx.threshold.class_mix import class_weights
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import JointCounts, int8_candidates
from trecx.threshold.limits import Limits
from trecx.threshold.per_exit.choice import choose_per_exit
from trecx.threshold.per_exit.guaranteed import MAX_CANDIDATES, guaranteed_per_exit
from trecx.threshold.per_exit.vectors import VectorCounts

GRID = np.arange(24) / 24
PROBABILITY = 0.9


def population(n_samples=40_000):
    """Samples of two early exits and a final one, of which the early ones err more often when unsure."""
    random = np.random.default_rng(11)
    labels = random.integers(0, 3, n_samples)
    hardness = random.random(n_samples)[:, None]
    right = hardness + random.normal(0, 0.12, (n_samples, 3)) < [0.72, 0.82, 0.9]
    confidence = np.clip(1.05 - 0.6 * hardness + random.normal(0, 0.12, (n_samples, 3)), 0, 1)
    predictions = np.where(right, labels[:, None], (labels[:, None] + 1) % 3)
    return ExitScores(labels, [100, 180, 300], predictions=predictions, confidence=confidence)


def drawn(scores, random, n_samples):
    rows = random.integers(0, scores.n_samples, n_samples)
    return ExitScores(
        scores.labels[rows],
        scores.exit_flops,
        predictions=scores.predictions[rows],
        confidence=scores.confidence[rows],
        class_names=scores.class_names,
    )


@pytest.mark.parametrize(
    ("wish", "shares", "n_draws"),
    [
        ({"max_lost": 0.03}, None, 200),
        ({"max_drop": 0.03, "against": "final"}, None, 60),
        ({"min_accuracy": 0.78}, None, 200),
        ({"max_lost": 0.03}, np.array([0.6, 0.3, 0.1]), 200),
    ],
)
def test_the_limit_is_broken_no_more_often_than_promised_and_more_often_without_a_guarantee(
    wish, shares, n_draws
):
    everyone, random = population(), np.random.default_rng(2)
    truth, limits = JointCounts.of(everyone, GRID), Limits(**wish)
    weights = None if shares is None else class_weights(shares, truth.class_counts)

    def breaks(point):
        curve = VectorCounts.at(truth, np.array([point.thresholds])).curve(weights)
        losses = {
            "max_lost": curve.lost[1] / curve.n_samples,
            "max_drop": curve.accuracy[0] - curve.accuracy[1],
            "min_accuracy": -curve.accuracy[1],
        }
        name = next(iter(wish))
        return losses[name] > (-wish[name] if name == "min_accuracy" else wish[name])

    broken = naive_broken = found_any = 0
    for _ in range(n_draws):
        design, tested = (JointCounts.of(drawn(everyone, random, 500), GRID) for _ in range(2))
        found = guaranteed_per_exit(design, tested, limits, Guarantee(PROBABILITY), class_shares=shares)
        found_any += found.best is not None
        broken += found.best is not None and breaks(found.best)
        mix = None if shares is None else class_weights(shares, tested.class_counts)
        naive_broken += breaks(choose_per_exit(tested, limits, class_weights=mix).best)
    allowed = stats.binom.ppf(0.999, n_draws, 1 - PROBABILITY)
    assert found_any > 0.9 * n_draws
    assert broken <= allowed < naive_broken


def test_candidates_depend_on_the_design_samples_only():
    everyone, random = population(), np.random.default_rng(4)
    design, *others = (JointCounts.of(drawn(everyone, random, 400), GRID) for _ in range(3))
    first, second = (
        guaranteed_per_exit(design, tested, Limits(max_lost=0.05), Guarantee(0.9)) for tested in others
    )
    assert first.counts.vectors.tolist() == second.counts.vectors.tolist()
    assert first.n_design == 400
    assert first.chosen.n_calibration == 400


def test_candidates_are_the_front_from_the_most_costly_down_and_those_that_passed_come_first():
    everyone, random = population(), np.random.default_rng(5)
    design, tested = (JointCounts.of(drawn(everyone, random, 3_000), GRID) for _ in range(2))
    limits = Limits(max_drop=0.03, against="final")
    found = guaranteed_per_exit(design, tested, limits, Guarantee(0.95))
    assert found.counts.vectors.tolist() == found.front.thresholds[::-1].tolist()
    assert found.passing.tolist() == found.counts.vectors[: len(found.passing)].tolist()
    assert list(found.best.thresholds) in found.passing.tolist()
    measured = VectorCounts.at(tested, np.array([found.best.thresholds])).curve()
    assert found.best.quantities["flops"] == measured.flops[1]
    assert found.best.exit_counts == tuple(measured.exit_counts[1].tolist())
    flops = VectorCounts.at(tested, found.passing).curve().flops[1:]
    assert found.best.quantities["flops"] == flops.min()
    assert found.naive.quantities["flops"] <= found.best.quantities["flops"]
    assert found.chosen.bound <= 0.03
    assert found.samples_needed is None


def test_a_limit_on_lost_samples_has_the_front_of_lost_samples():
    everyone, random = population(), np.random.default_rng(6)
    design, tested = (JointCounts.of(drawn(everyone, random, 2_000), GRID) for _ in range(2))
    found = guaranteed_per_exit(design, tested, Limits(max_lost=0.03), Guarantee(0.9))
    lost = VectorCounts.at(design, found.counts.vectors).curve().lost[1:]
    assert (np.diff(lost) > 0).all()


def test_too_few_samples_are_told_with_how_many_would_be_needed():
    everyone, random = population(), np.random.default_rng(7)
    design, tested = (JointCounts.of(drawn(everyone, random, 100), GRID) for _ in range(2))
    found = guaranteed_per_exit(design, tested, Limits(max_lost=0.03), Guarantee(0.99))
    assert (found.best, len(found.passing)) == (None, 0)
    assert found.samples_needed == 2 * found.chosen.samples_needed > 200


def test_a_long_front_is_thinned_out_with_both_ends(shipped):
    store = Store(shipped)
    parts = design_and_tested(store, store.find_run("kws/sdn"), int8_candidates())
    found = guaranteed_per_exit(*parts, Limits(max_lost=0.02), Guarantee(0.95))
    assert len(found.front.cost) > MAX_CANDIDATES >= len(found.counts.vectors) > MAX_CANDIDATES / 2
    cost = VectorCounts.at(parts[0], found.counts.vectors).curve().flops[1:]
    widest = np.diff(cost[::-1]).max()  # no gap is wider than one of the front itself, or than a step of cost
    assert widest <= np.diff(found.front.cost).max() + 2 * np.ptp(cost) / (MAX_CANDIDATES // 2)
    assert found.counts.vectors[0].tolist() == found.front.thresholds[-1].tolist()
    assert found.counts.vectors[-1].tolist() == found.front.thresholds[0].tolist()


def test_design_and_tested_samples_are_all_samples_once(shipped):
    store = Store(shipped)
    run = store.find_run("digits/sdn")
    design, tested = design_and_tested(store, run, int8_candidates())
    together = joint_counts_of(store, run, int8_candidates())
    assert design.n_samples + tested.n_samples == run.n_samples
    assert abs(design.n_samples - tested.n_samples) < 0.1 * run.n_samples
    assert (design.class_counts + tested.class_counts).tolist() == together.class_counts.tolist()
    assert design.baseline_correct is not None


def test_a_class_mix_of_the_run_is_that_of_both_parts(shipped):
    store = Store(shipped)
    run = store.find_run("kws/branchynet")
    parts = design_and_tested(store, run, int8_candidates())
    context = load_context(store, run, class_mix="even")
    found = context.guaranteed_per_exit(*parts, Limits(max_lost=0.03), Guarantee(0.9))
    weighted = found.chosen.loss.class_weights * parts[1].class_counts
    assert weighted == pytest.approx(np.full(12, parts[1].n_samples / 12))


def test_wishes_that_do_not_fit_are_told():
    design = JointCounts.of(drawn(population(100), np.random.default_rng(0), 100), GRID)
    with pytest.raises(BudgetError, match="a guarantee is about one limit"):
        guaranteed_per_exit(design, design, Limits(max_flops=200), Guarantee(0.9))
    alone = JointCounts.of(ExitScores([0, 1], [5], predictions=[[0], [1]], confidence=[[0.9], [0.9]]), GRID)
    with pytest.raises(ThresholdError, match="no early exits"):
        guaranteed_per_exit(alone, alone, Limits(max_lost=0.1), Guarantee(0.9))
