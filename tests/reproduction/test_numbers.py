"""The numbers compared with the paper: checked with loops and formulas."""

import numpy as np
import pytest

from tests.comparison.synthetic import scores_of
from trecx.confidence.distribution import MEDIUM_CONFIDENCE
from trecx.reproduction.density import quantile_gain
from trecx.reproduction.estimates import (
    Estimate,
    bought,
    correct_at,
    estimate,
    gain_at_equal_flops,
    over_seeds,
    saved_flops,
    standalone,
)
from trecx.reproduction.paper import TABLE_1, TABLE_2
from trecx.reproduction.rows import Verdict, accuracy_row, count_row, gain_row, saving_verdict
from trecx.threshold.benefit_curve import benefit_curve, operating_point
from trecx.threshold.intervals import wilson_interval


def test_the_papers_numbers_agree_with_what_its_text_says_of_them():
    first = [row.saving_at(0.01) for row in TABLE_1.values()]
    assert np.mean(first) == pytest.approx(0.3158, abs=2e-4)
    assert [round(100 * TABLE_1["kws"].saving_at(drop), 1) for drop in (0.01, 0.02, 0.03)] == [
        37.7,
        40.3,
        42.6,
    ]
    assert {system for _, system in TABLE_2} == {"trecx", "branchynet", "sdn"}


@pytest.mark.parametrize("system", ["trecx", "sdn"])
def test_a_budget_buys_the_most_accurate_point_that_costs_no_more(system):
    scores = scores_of(system, "digits", 1, 60)
    curve = benefit_curve(scores)
    budgets = np.linspace(scores.exit_flops[0], scores.exit_flops[-1] + 10, 23)
    for budget, threshold in zip(budgets, bought(curve, budgets), strict=True):
        affordable = [
            accuracy for flops, accuracy in zip(curve.flops, curve.accuracy, strict=True) if flops <= budget
        ]
        point = operating_point(scores, threshold)
        assert point.flops <= budget
        assert point.accuracy == max(affordable)


def test_correct_predictions_at_thresholds_add_up_to_the_operating_points(eight):
    thresholds = np.array([0.0, 0.6, 0.8, 0.95, np.inf])
    right = correct_at(eight, thresholds)
    assert right.mean(axis=0).tolist() == [operating_point(eight, rho).accuracy for rho in thresholds]


def test_the_gain_at_equal_flops_is_the_mean_over_budgets_of_accuracy_bought():
    one, other = (scores_of(system, "digits", 2, 80) for system in ("trecx", "branchynet"))
    budgets = np.linspace(150_000, 320_000, 101)
    expected = np.mean(
        [
            operating_point(one, rho).accuracy - operating_point(other, rho_other).accuracy
            for rho, rho_other in zip(
                bought(benefit_curve(one), budgets), bought(benefit_curve(other), budgets), strict=True
            )
        ]
    )
    gain = gain_at_equal_flops([(one, other)])
    assert gain.value == pytest.approx(expected)
    assert gain.low < gain.value < gain.high


def test_a_saving_is_that_of_the_closest_point_and_its_interval_holds_it():
    scores, baseline = (scores_of(system, "ic", 3, 300) for system in ("trecx", "baseline"))
    saving, (point,) = saved_flops([(scores, baseline)], 0.01)
    target = baseline.standalone_accuracy[-1] - 0.01
    curve = benefit_curve(scores)
    closest = np.abs(curve.accuracy - target).min()
    assert abs(point.accuracy - target) == pytest.approx(closest)
    assert saving.value == pytest.approx(1 - point.flops / 250_000)
    assert saving.low <= saving.value <= saving.high
    assert saving.low < saving.high


def test_intervals_over_samples_and_over_seeds():
    values = np.array([1.0, 0, 1, 1])
    one = estimate([values])
    assert (one.value, one.spread) == (0.75, None)
    assert one.margin == pytest.approx(1.96 * np.sqrt(0.75 * 0.25 / 4), rel=1e-3)
    seeds = over_seeds([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (seeds.value, seeds.n_runs) == (3.0, 5)
    assert seeds.spread == pytest.approx(np.sqrt(2.5))
    assert seeds.margin == pytest.approx(2.78 * np.sqrt(2.5 / 5))


def test_a_quantile_that_is_clearly_higher_is_significant():
    random = np.random.default_rng(0)
    high, low = 0.65 + 0.25 * random.beta(4, 2, 2000), 0.65 + 0.25 * random.beta(2, 4, 2000)
    gain = quantile_gain([high], [low], 0.5, MEDIUM_CONFIDENCE)
    assert gain.value == pytest.approx(np.median(high) - np.median(low))
    assert 0 < gain.low < gain.value < gain.high
    assert quantile_gain([high, high], [low, low], 0.5, MEDIUM_CONFIDENCE).spread == 0


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.1, 0.9, Verdict.HOLDS), (-0.1, 0.9, Verdict.UNDECIDED), (-0.9, -0.1, Verdict.FAILS)],
)
def test_a_claim_holds_only_if_it_is_significant(low, high, verdict):
    row = gain_row("a claim", Estimate((low + high) / 2, low, high), 0.5, [])
    assert row.verdict is verdict
    assert row.words.endswith("; paper +0.5")


def test_a_saving_is_told_in_words_that_come_from_the_numbers():
    saving = Estimate(0.377, 0.35, 0.40)
    verdict, words = saving_verdict(saving, 0.377, "at −1 pt", 0.0)
    assert verdict is Verdict.HOLDS
    assert words.startswith("37.7 % fewer FLOPs at −1 pt")
    assert words.endswith("paper 37.7 %")
    assert saving_verdict(saving, 0.5, "there", 0.0)[0] is Verdict.LESS
    assert saving_verdict(saving, 0.3, "there", 0.0)[0] is Verdict.MORE
    assert saving_verdict(Estimate(-0.1, -0.2, 0.0), None, "there", 0.0)[1].startswith("10.0 % more FLOPs")
    verdict, words = saving_verdict(saving, 0.377, "there", 0.02)
    assert (verdict, "2.0 pt below the target" in words) == (Verdict.FAILS, True)


@pytest.mark.parametrize(
    ("paper", "verdict"),
    [
        ([70, 80], Verdict.HOLDS),
        ([75, 80], Verdict.LESS),
        ([65, 80], Verdict.MORE),
        ([65, 85], Verdict.MIXED),
    ],
)
def test_exits_on_both_sides_of_the_paper_are_not_called_one_thing(paper, verdict):
    ours = [Estimate(70.0, 69.0, 71.0), Estimate(80.0, 79.0, 81.0)]
    assert accuracy_row("", ours, paper, []).verdict is verdict


def test_a_count_holds_within_one_unit_of_the_papers_last_digit():
    assert count_row("", "", 25.271, 25.28, 2, []).verdict is Verdict.HOLDS
    assert count_row("", "", 25.26, 25.28, 2, []).verdict is Verdict.FAILS


def test_an_accuracy_over_seeds_is_no_surer_than_its_test_samples_and_its_seeds():
    runs = [scores_of("trecx", "digits", seed, 60) for seed in range(3)]
    found = standalone(runs, 0)
    values = [float(scores.standalone_accuracy[0]) for scores in runs]
    low, high = wilson_interval(float(np.mean(values)), 60)
    assert found.value == pytest.approx(np.mean(values))
    assert found.margin == pytest.approx(np.hypot(over_seeds(values).margin, (high - low) / 2))
    assert found.spread == pytest.approx(np.std(values, ddof=1))
