"""The answer to a limit that is to hold with a probability says what was tested, where, and at what cost."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from app.cache import guaranteed_choice
from tests.app.wishes import answer_of, wish_for
from trecx.datasets.halves import CALIBRATION, HELD_OUT, Half
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.store.run_context import joint_counts_of, load_context
from trecx.threshold.class_mix import EVEN
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.guarantee.selection import guaranteed_choice as chosen_on
from trecx.threshold.guarantee.texts import shown_bound
from trecx.threshold.joint_counts import int8_candidates, thousandths
from trecx.threshold.limits import Limits

LOST = {"max_lost": 0.01, "guarantee": 0.9}


def jumps(told):
    return {jump["label"]: jump["threshold"] for jump in told["jumps"]}


def test_it_says_rho_bound_method_samples_and_cost_against_the_naive_rho(shipped):
    told = answer_of("kws/trecx", LOST)
    assert told["met"]
    assert told["head"] == "ρ = 0.806 holds this with 90 % probability:"
    assert told["text"] == (
        "at most 1.00 % lost. Bound 0.99 % (exact binomial test, 4,890 calibration clips). "
        "3.63 MFLOPs, 91.9 %, 0.80 % lost; the naive ρ = 0.777 costs 3.58 MFLOPs (−1.3 %), without a "
        "guarantee."
    )
    assert jumps(told) == {"Use this ρ": 0.806, "Use the naive ρ": 0.777}


def test_the_same_limit_without_a_guarantee_gives_the_naive_rho(shipped):
    told = answer_of("kws/trecx", {"max_lost": 0.01})
    assert told["head"] == "ρ = 0.777 meets all limits:"
    assert "0.96 % lost" in told["text"]


def test_where_no_rho_is_guaranteed_it_says_how_many_samples_are_needed(shipped):
    told = answer_of("kws/trecx", {"max_lost": 0.0001, "guarantee": 0.9})
    needed = guaranteed_choice(wish_for("kws/trecx", {"max_lost": 0.0001, "guarantee": 0.9})).samples_needed
    assert not told["met"]
    assert told["head"] == "No ρ is guaranteed with 90 % probability:"
    assert told["text"].startswith(
        f"about {needed:,} calibration clips would be needed; there are 4,890. (Exact binomial test.)"
    )
    assert needed > 4890
    assert "Use this ρ" not in jumps(told)


def test_where_more_samples_do_not_help_it_says_so_and_what_is_measured(shipped):
    told = answer_of("kws/trecx", {"min_accuracy": 0.99, "guarantee": 0.95})
    assert "the accuracy is 92.43 %. More clips like these do not help; loosen the limit." in told["text"]


def test_limits_on_cost_that_no_guaranteed_rho_meets_name_the_cheapest_guaranteed_one(shipped):
    told = answer_of("kws/trecx", {**LOST, "max_flops": 3_600_000})
    assert told["head"] == "No ρ that is guaranteed with 90 % probability meets the other limits."
    assert jumps(told) == {"Cheapest guaranteed": 0.806, "Use the naive ρ": 0.788}  # within the cost


def test_in_each_class_the_full_level_and_the_worst_class_are_named(shipped):
    told = answer_of("kws/trecx", {"max_lost": 0.02, "guarantee": 0.95, "each_class": 1.0})
    joint = joint_counts_of(Store(), Store().find_run("kws/trecx"), thousandths())
    chosen = chosen_on(joint, Limits(max_lost=0.02), Guarantee(0.95, each_class=True))
    assert jumps(told)["Use this ρ"] == chosen.best.threshold
    bound = 100 * shown_bound(chosen.bound, 0.02)
    assert 0 <= bound - 100 * chosen.bound < 0.01
    assert f"Bound {bound:.2f} % in the worst class (exact binomial test, 4,890" in told["text"]
    assert "Each class is tested at the full level, because all have to pass." in told["text"]


def test_in_each_class_needs_a_probability_and_a_guarantee_needs_one_limit_on_accuracy(shipped):
    for asked, words in (
        ({"max_lost": 0.01, "each_class": 1.0}, "select its probability"),
        ({"max_flops": 4e6, "guarantee": 0.9}, "set one of them, got 0"),
        ({"max_lost": 0.01, "min_accuracy": 0.9, "guarantee": 0.9}, "set one of them, got 2"),
        ({"max_lost": 1.5, "guarantee": 0.9}, "within 0..1"),
        ({"max_drop": 0.01, "max_energy_uj": 4000, "guarantee": 0.9}, "a device"),
    ):
        told = answer_of("kws/trecx", asked)
        assert (told["met"], told["head"]) == (False, "These limits cannot be used:")
        assert words in told["text"]


def test_a_guarantee_without_a_limit_is_not_answered_yet(shipped):
    assert answer_of("kws/trecx", {"guarantee": 0.9}) is None


def test_a_class_mix_is_tested_by_betting(shipped):
    told = answer_of("kws/trecx", {"max_lost": 0.02, "guarantee": 0.9}, class_mix=EVEN)
    assert "(betting test of the weighted loss, 4,890 calibration clips)" in told["text"]


@pytest.mark.parametrize("against", ["final", "baseline"])
def test_a_drop_says_what_it_is_compared_with(shipped, against):
    told = answer_of("kws/trecx", {"max_drop": 0.02, "against": against, "guarantee": 0.9})
    reference = {"final": "the final exit", "baseline": "the baseline"}[against]
    assert told["text"].startswith(f"at most 2.00 pt below {reference}. Bound ")
    assert "exact paired test" in told["text"]


def test_an_accuracy_is_bounded_from_below(shipped):
    told = answer_of("kws/trecx", {"min_accuracy": 0.9, "guarantee": 0.95})
    bound = float(re.search(r"at least 90.00 % accuracy. Bound ([\d.]+) %", told["text"])[1])
    accuracy = float(re.search(r"MFLOPs, ([\d.]+) %", told["text"])[1])
    assert 90 <= bound < accuracy


@pytest.mark.parametrize("name", ["kws/trecx:int8", "kws/trecx-at-quarter"])
def test_an_int8_softmax_is_answered_in_steps_of_256(shipped, name):
    told, store = answer_of(name, LOST, int8=True), Store()
    joint = joint_counts_of(store, store.find_run(name), int8_candidates())
    best = chosen_on(joint, Limits(max_lost=0.01), Guarantee(0.9)).best.threshold
    assert told["head"] == f"ρ = {best * 256:.0f}/256 holds this with 90 % probability:"


def test_another_criterion_has_another_guaranteed_rho(shipped):
    rhos = {
        criterion: jumps(
            answer_of("digits/trecx", {"max_lost": 0.05, "guarantee": 0.9}, criterion=criterion)
        )["Use this ρ"]
        for criterion in ("largest", "entropy", "margin")
    }
    assert len(set(rhos.values())) > 1


def test_with_a_half_rho_is_chosen_on_the_calibration_half_and_both_halves_numbers_are_told(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    joint = joint_counts_of(store, run, thousandths(), half=Half(CALIBRATION, 3))
    best = chosen_on(joint, Limits(max_lost=0.01), Guarantee(0.9)).best
    shown = load_context(store, run, half=Half(HELD_OUT, 3))
    told = answer_of("kws/trecx", LOST, half=Half(HELD_OUT, 3))
    assert jumps(told)["Use this ρ"] == best.threshold
    assert f"{joint.n_samples:,} calibration clips" in told["text"]
    held_out = joint_counts_of(store, run, thousandths(), half=Half(HELD_OUT, 3)).curve().at([best.threshold])
    point = shown.point(best.threshold)
    assert f"{100 * best.quantities['lost']:.2f} % lost; the naive" in told["text"]
    assert told["text"].endswith(
        f"On the held-out half: {point.flops / 1e6:.2f} MFLOPs, {100 * point.accuracy:.1f} %, "
        f"{100 * held_out.lost[0] / held_out.n_samples:.2f} % lost."
    )
    calibration = answer_of("kws/trecx", LOST, half=Half(CALIBRATION, 3))
    assert jumps(calibration) == jumps(told)
    assert "held-out" not in calibration["text"]


def test_without_a_guarantee_too_rho_is_chosen_on_the_calibration_half(shipped):
    store, asked = Store(), {"max_drop": 0.01, "against": "final"}
    calibration = load_context(store, store.find_run("kws/trecx"), half=Half(CALIBRATION))
    told = answer_of("kws/trecx", asked, half=Half(HELD_OUT))
    assert jumps(told)["Use this ρ"] == calibration.choose(Limits(**asked)).best.threshold
    assert "meets all limits on the calibration half:" in told["head"]
    assert "On the held-out half: " in told["text"]


def test_a_class_mix_holds_on_the_calibration_half_too(shipped):
    mix = {"class_mix": EVEN}
    store, asked = Store(), {"min_accuracy": 0.9}
    calibration = load_context(store, store.find_run("kws/trecx"), half=Half(CALIBRATION), **mix)
    told = answer_of("kws/trecx", asked, half=Half(HELD_OUT), **mix)
    assert jumps(told)["Use this ρ"] == pytest.approx(calibration.choose(Limits(**asked)).best.threshold)


@pytest.mark.parametrize(
    ("interval", "int8", "words"),
    [
        ((0.742, 0.83, 1000, 0), False, "95 % of bootstrap draws choose ρ from 0.742 to 0.830."),
        ((0.5, np.inf, 1000, 30), False, "choose ρ from 0.500 to ∞; 3 % find none."),
        ((0.8, 0.8, 200, 0), False, "choose ρ = 0.800."),
        ((190 / 256, 212 / 256, 200, 0), True, "choose ρ from 190/256 to 212/256."),
        ((None, None, 200, 200), False, "None of 200 bootstrap draws has such a ρ."),
    ],
)
@pytest.mark.parametrize("asked", [{"min_accuracy": 0.9}, {"min_accuracy": 0.9, "guarantee": 0.9}])
def test_the_interval_of_rho_is_told_with_the_answer(shipped, asked, interval, int8, words):
    low, high, n_draws, n_none = interval
    found = SimpleNamespace(low=low, high=high, n_draws=n_draws, n_none=n_none)
    assert words in answer_of("kws/trecx", asked, int8, interval=found)["text"]


def test_a_class_that_the_calibration_half_lacks_is_told():
    labels = np.array([0] * 20 + [1])
    probabilities = np.random.default_rng(0).dirichlet(np.ones(2), (21, 2))
    about = Provenance("digits", "mine", "imported", "mine", "test", "m", None, 1, {})
    Store().save_run(about, ExitScores(labels, [1, 2], probabilities))
    asked = {"max_lost": 0.5, "guarantee": 0.9, "each_class": 1.0}
    told = [answer_of("digits/mine", asked, half=Half(HELD_OUT, seed))["text"] for seed in range(6)]
    assert any("there is no calibration sample of class" in text for text in told)
