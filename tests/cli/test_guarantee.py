"""`choose --guarantee` gives the library's guaranteed ρ, says what it rests on, and what would be needed."""

import json
import math

import numpy as np
import pytest

import trecx
from tests.cli.test_commands import document, run
from trecx.errors import BudgetError, QuantisationError, ScoresError
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.exit_criteria import by_criterion

LOST = ("choose", "kws/trecx", "--max-lost", "0.01")
FINAL = ("--against", "final")
WISHES = {
    "lost": (("--max-lost", "0.01"), {"max_lost": 0.01}),
    "drop": (("--max-drop", "0.01", *FINAL), {"max_drop": 0.01, "against": "final"}),
    "drop from the baseline": (("--max-drop", "0.01"), {"max_drop": 0.01}),
    "error": (("--min-accuracy", "0.91"), {"min_accuracy": 0.91}),
}


def scores_of(name):
    store = Store()
    return store.load_scores(store.find_run(name))


def lost_at(scores, threshold):
    """Return whether each sample is lost: wrong at ρ, and right at the final exit."""
    early = scores.confidence[:, :-1].astype(float) >= threshold
    exits = np.where(early.any(axis=1), early.argmax(axis=1), scores.n_exits - 1)
    return ~scores.correct[np.arange(scores.n_samples), exits] & scores.correct[:, -1]


def row(out, title):
    """Return the value of a row of a table."""
    (line,) = (line for line in out.splitlines() if line.strip().startswith(title))
    return line.strip().removeprefix(title).strip()


def test_at_most_1_percent_lost_with_90_percent_probability_is_rho_0_806(capsys, shipped):
    found = document(capsys, *LOST, "--guarantee", "0.9")
    assert found["threshold"] == 0.806
    assert found["lost"] == 39 / 4890
    assert found["lost"] == lost_at(scores_of("kws/trecx"), 0.806).mean()
    guarantee = found["guarantee"]
    assert guarantee.pop("bound") == pytest.approx(0.0098657, abs=1e-7)
    assert guarantee == {
        **{"probability": 0.9, "loss": "lost", "limit": 0.01, "against": "final", "each_class": False},
        **{"method": "exact binomial test", "n_calibration": 4890, "measured": 39 / 4890},
    }
    assert found["samples_needed"] is None
    assert found["wish"] == {"max_lost": 0.01}


def test_the_naive_rho_is_the_cheapest_within_the_limit_on_the_samples(capsys, shipped):
    naive = document(capsys, *LOST, "--guarantee", "0.9")["naive"]
    scores = scores_of("kws/trecx")
    within = [k / 1000 for k in range(1001) if lost_at(scores, k / 1000).mean() <= 0.01]
    assert naive["threshold"] == min(within) == 0.777
    assert naive["lost"] == naive["measured"] == lost_at(scores, 0.777).mean()
    assert naive["flops"] == operating_point(scores, 0.777).flops
    without = document(capsys, *LOST)
    assert (without["threshold"], without["lost"]) == (0.777, naive["lost"])
    assert "guarantee" not in without


@pytest.mark.parametrize("criterion", ["largest", "entropy", "margin"])
@pytest.mark.parametrize("wish", WISHES)
def test_the_api_guarantees_the_same(capsys, shipped, wish, criterion):
    options, limits = WISHES[wish]
    asked = ("--guarantee", "0.95", "--criterion", criterion)
    found = document(capsys, "choose", "kws/trecx", *options, *asked)
    right = scores_of("kws/baseline").correct[:, -1]
    twin = trecx.choose_guaranteed(
        scores_of("kws/trecx"), probability=0.95, baseline_correct=right, criterion=criterion, **limits
    )
    assert found["threshold"] == twin.best.threshold
    assert found["naive"]["threshold"] == twin.naive.best.threshold < twin.best.threshold
    assert found["guarantee"]["bound"] == twin.bound <= found["guarantee"]["limit"] + 1e-6
    assert found["guarantee"]["method"] == twin.loss.method
    best = int(np.flatnonzero(np.append(np.inf, np.arange(1000, -1, -1) / 1000) == twin.best.threshold)[0])
    assert found["guarantee"]["measured"] == pytest.approx(twin.loss.measured[best])


@pytest.mark.parametrize("mix", ["as tested", "even"])
def test_an_int8_run_gets_a_guaranteed_step_of_256(capsys, shipped, mix):
    found = document(
        capsys, "choose", "kws/trecx:int8", "--max-lost", "0.01", "--guarantee", "0.95", "--mix", mix
    )
    twin = trecx.choose_guaranteed(
        scores_of("kws/trecx:int8"), probability=0.95, max_lost=0.01, int8=True, class_mix=mix
    )
    assert found["threshold"] == twin.best.threshold
    assert found["threshold"] * 256 == int(found["threshold"] * 256)
    assert found["guarantee"]["method"] == twin.loss.method
    assert ("betting" in twin.loss.method) == (mix == "even")


def test_the_plateau_is_that_of_all_steps_not_of_the_candidates(capsys, shipped):
    for options in ((), ("--guarantee", "0.9")):
        found = document(capsys, *LOST, *options)
        point = document(capsys, "point", "kws/trecx", "--threshold", repr(found["threshold"]))
        assert {name: found[name] for name in point} == point
        low, high = found["plateau"]
        assert 0 < high - low < 0.001


def test_each_class_is_guaranteed_and_the_class_with_the_largest_loss_is_told(capsys, shipped):
    asked = (*LOST, "--guarantee", "0.9", "--each-class")
    found = document(capsys, *asked)
    scores = scores_of("kws/trecx")
    lost = lost_at(scores, found["threshold"])
    worst = max(lost[scores.labels == k].mean() for k in range(12))
    assert found["guarantee"]["measured"] == pytest.approx(worst)
    assert found["guarantee"]["each_class"]
    assert found["lost"] == lost.mean()
    assert found["threshold"] > document(capsys, *LOST, "--guarantee", "0.9")["threshold"]
    status, out, err = run(capsys, *asked)
    assert status == 0
    assert row(out, "guarantee") == "at most 1.00 % of samples lost in each class, with 90 % probability"
    assert row(out, "measured") == f"{100 * worst:.2f} % lost in the worst class"
    assert "All classes have to pass, so each is tested at the full level" in err


def test_on_the_held_out_half_the_guaranteed_rho_of_the_calibration_half_is_measured(capsys, shipped):
    asked = (*LOST, "--guarantee", "0.9", "--half", "held-out", "--split-seed", "5")
    found = document(capsys, *asked)
    calibration, held_out = trecx.halves(scores_of("kws/trecx"), 5)
    twin = trecx.choose_guaranteed(calibration, probability=0.9, max_lost=0.01)
    assert found["threshold"] == twin.best.threshold
    assert found["guarantee"]["n_calibration"] == calibration.n_samples == found["split"]["n_calibration"]
    assert found["guarantee"]["bound"] == twin.bound
    assert found["guarantee"]["measured"] == found["lost"] == lost_at(held_out, twin.best.threshold).mean()
    naive = twin.naive.best.threshold
    assert found["naive"]["threshold"] == naive
    assert found["naive"]["measured"] == lost_at(held_out, naive).mean()
    assert found["naive"]["flops"] == operating_point(held_out, naive).flops
    assert found["on_calibration"] == twin.best.quantities
    _, out, err = run(capsys, *asked)
    assert row(out, "measured, held-out half") == f"{100 * found['lost']:.2f} % lost"
    assert f"chosen on the calibration half: {calibration.n_samples:,} samples" in err


def test_people_read_the_guarantee_its_test_and_what_it_costs(capsys, shipped):
    status, out, err = run(capsys, *LOST, "--guarantee", "0.9")
    assert status == 0
    shown = {
        "ρ ": "0.806",
        "guarantee": "at most 1.00 % of samples lost, with 90 % probability",
        "bound at this ρ": "at most 0.99 % of samples lost",
        "measured": "0.80 % lost",
        "test": "exact binomial test",
        "calibration samples": "4,890",
        "naive ρ": "0.777: 3.578 MFLOPs, 0.96 % lost",
        "cost of the guarantee": "+1.3 % FLOPs",
    }
    assert {title: row(out, title) for title in shown} == shown
    assert "The guarantee takes this into account." in err


@pytest.mark.parametrize(
    ("wish", "promised", "measured"),
    [
        ("drop", "accuracy at most 1.00 pt below the final exit", "pt below the final exit"),
        ("drop from the baseline", "accuracy at most 1.00 pt below the baseline", "pt below the baseline"),
        ("error", "accuracy at least 91.00 %", "% accuracy"),
    ],
)
def test_each_limit_has_its_words(capsys, shipped, wish, promised, measured):
    _, out, _ = run(capsys, "choose", "kws/trecx", *WISHES[wish][0], "--guarantee", "0.95")
    assert row(out, "guarantee") == f"{promised}, with 95 % probability"
    assert row(out, "measured").endswith(measured)


def test_a_printed_bound_still_holds(capsys, shipped):
    asked = ("choose", "kws/trecx", "--min-accuracy", "0.9051", "--guarantee", "0.95")
    bound = document(capsys, *asked)["guarantee"]["bound"]
    _, out, _ = run(capsys, *asked)
    printed = float(row(out, "bound at this ρ").split()[3])
    assert 0 <= 100 * (1 - bound) - printed < 0.01
    assert printed >= 90.51 - 1e-9


def test_too_few_samples_end_with_status_3_and_how_many_would_be_needed(capsys, shipped):
    asked = ("choose", "kws/trecx", "--max-lost", "0.0001", "--guarantee", "0.9")
    status, out, err = run(capsys, *asked)
    assert status == 3
    assert "About 23,037 calibration samples would be needed; there are 4,890." in err
    assert row(out, "guarantee") == "at most 0.01 % of samples lost, with 90 % probability"
    assert row(out, "max samples lost") == "not guaranteed"
    status, out, _ = run(capsys, *asked, "--json")
    found = json.loads(out)
    assert (status, found["met"], found["samples_needed"]) == (3, False, 23037)
    assert found["guarantee"]["bound"] is None
    assert found["naive"]["lost"] == 0


def test_more_samples_are_not_asked_for_where_they_do_not_help(capsys, shipped):
    status, _, err = run(capsys, "choose", "kws/trecx", "--min-accuracy", "0.95", "--guarantee", "0.9")
    assert status == 3
    assert "more samples would not help: even at the largest ρ, 92.43 % accuracy is measured" in err


def test_a_limit_on_cost_that_leaves_no_guaranteed_rho_ends_with_the_nearest_two(capsys, shipped):
    asked = ("choose", "kws/trecx", "--max-lost", "0.01", "--max-flops", "3600000", "--guarantee", "0.9")
    status, out, err = run(capsys, *asked)
    assert status == 3
    assert "No ρ meets these limits." in err
    assert row(out, "max samples lost") == "not guaranteed"
    assert row(out, "above max FLOPs by")
    assert "needed" not in err


def test_limits_on_cost_and_a_guarantee_are_met_together(capsys, shipped):
    found = document(capsys, *LOST, "--max-flops", "3800000", "--guarantee", "0.9")
    assert found["flops"] <= 3.8e6
    assert found["threshold"] >= 0.806
    assert found["guarantee"]["bound"] <= 0.01


def test_lost_samples_are_a_limit_like_any_other(capsys, shipped):
    found = document(capsys, "choose", "kws/sdn", "--max-lost", "0.005", "--criterion", "margin")
    scores = by_criterion(scores_of("kws/sdn"), "margin")
    within = [k / 1000 for k in range(1001) if lost_at(scores, k / 1000).mean() <= 0.005]
    costs = [operating_point(scores, rho).flops for rho in within]
    assert found["flops"] == min(costs)
    assert found["lost"] == lost_at(scores, found["threshold"]).mean() <= 0.005
    _, out, _ = run(capsys, "choose", "kws/sdn", "--max-lost", "0.005", "--criterion", "margin")
    assert row(out, "samples lost") == f"{100 * found['lost']:.2f} %"
    assert row(out, "limiting constraint") == "max samples lost"


def test_a_class_that_is_only_in_the_calibration_half_has_no_measured_loss(capsys, own_database):
    labels = np.array([0] * 9 + [1])
    scores = ExitScores(labels, [1, 3], predictions=np.c_[labels, labels], confidence=np.full((10, 2), 0.9))
    about = ("imported", "made", "test", "made", None, None, {})
    Store().save_run(Provenance("pets", "mine", *about), scores)
    seeds = range(1, 20)
    there = next(seed for seed in seeds if 1 in trecx.halves(scores, seed)[0].labels)
    elsewhere = next(seed for seed in seeds if 1 in trecx.halves(scores, seed)[1].labels)
    wish = ("choose", "pets/mine", "--max-lost", "0.5", "--guarantee", "0.5", "--each-class")
    found = document(capsys, *wish, "--half", "held-out", "--split-seed", there)
    assert (found["met"], found["guarantee"]["measured"], found["naive"]["measured"]) == (True, None, None)
    _, out, _ = run(capsys, *wish, "--half", "held-out", "--split-seed", str(there))
    assert row(out, "measured, held-out half") == "unknown: a class has no samples"
    status, _, err = run(capsys, *wish, "--half", "held-out", "--split-seed", str(elsewhere))
    assert status == 1
    assert "there is no calibration sample of class '1'" in err


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--max-lost", "0.01", "--each-class"), 2, "--each-class needs --guarantee"),
        (("--max-lost", "0.01", "--guarantee", "95"), 1, "from 0.5 to below 1, such as 0.95, got 95"),
        (("--max-flops", "4e6", "--guarantee", "0.9"), 1, "a guarantee is about one limit"),
        (("--max-lost", "0.01", "--max-drop", "0.01", "--guarantee", "0.9"), 1, "set one of them, got 2"),
        (("--max-lost", "1.5"), 1, "max samples lost must lie within 0..1"),
        (
            ("--max-lost", "0.01", "--guarantee", "0.9", "--criterion", "entropy", "--int8"),
            1,
            "entropy has no",
        ),
    ],
)
def test_what_cannot_be_guaranteed_is_told(capsys, shipped, options, status, words):
    ended, out, err = run(capsys, "choose", "kws/trecx", *options)
    assert (ended, out) == (status, "")
    assert words in " ".join(err.replace("│", " ").split())


def test_a_drop_from_a_baseline_that_was_not_scored_is_told(capsys, own_database):
    scores = ExitScores([0, 1], [1, 2], predictions=[[0, 0], [1, 1]], confidence=[[0.5, 0.5], [0.9, 0.9]])
    about = ("imported", "made", "test", "made", None, None, {})
    Store().save_run(Provenance("pets", "mine", *about), scores)
    status, _, err = run(capsys, "choose", "pets/mine", "--max-drop", "0.01", "--guarantee", "0.9")
    assert status == 1
    assert "no baseline was scored on the same samples" in err


def test_the_api_refuses_what_cannot_be_guaranteed(shipped):
    scores = scores_of("digits/trecx")
    for limits in ({"max_flops": 1e6}, {"max_lost": 0.1, "min_accuracy": 0.9}):
        with pytest.raises(BudgetError, match="a guarantee is about one limit"):
            trecx.choose_guaranteed(scores, probability=0.9, **limits)
    with pytest.raises(BudgetError, match="no baseline was scored"):
        trecx.choose_guaranteed(scores, probability=0.9, max_drop=0.01)
    with pytest.raises(ScoresError, match="one value for each of the 500 samples"):
        trecx.choose_guaranteed(scores, probability=0.9, max_drop=0.01, baseline_correct=[True])
    with pytest.raises(QuantisationError, match="entropy has no int8 threshold"):
        trecx.choose_guaranteed(scores, probability=0.9, max_lost=0.1, criterion="entropy", int8=True)


def test_the_halves_of_a_network_and_of_its_baseline_have_the_same_samples(shipped):
    ours, theirs = (trecx.halves(scores_of(name), 2) for name in ("kws/trecx", "kws/baseline"))
    for one, other in zip(ours, theirs, strict=True):
        assert list(one.sample_names) == list(other.sample_names)
    calibration, held_out = (set(half.sample_names) for half in ours)
    assert not calibration & held_out
    assert len(calibration | held_out) == 4890
    assert math.isclose(len(calibration), 2445, rel_tol=0.05)


@pytest.mark.parametrize("options", [(), ("--guarantee", "0.9"), ("--half", "held-out"), ("--mix", "even")])
def test_choose_tells_the_interval_of_the_rho_that_draws_of_the_samples_choose(capsys, shipped, options):
    plain = document(capsys, *LOST, *options)
    found = document(capsys, *LOST, *options, "--interval")
    interval = found.pop("threshold_interval")
    assert found == plain
    assert interval["low"] <= found["threshold"] <= interval["high"]
    assert interval["n_draws"] == (200 if "--guarantee" in options else 1000)
    _, out, _ = run(capsys, *LOST, *options, "--interval")
    assert row(out, "interval of ρ").startswith(f"{interval['low']:g} – {interval['high']:g} (95 % of")


def test_an_interval_is_about_one_rho(capsys, shipped):
    status, _, err = run(capsys, "choose", "kws/sdn", "--max-lost", "0.01", "--per-exit", "--interval")
    assert (status, "--interval is about one ρ" in err) == (2, True)
