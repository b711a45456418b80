"""With --half, ρ is chosen on the calibration half, and every number is measured on the half asked for."""

import json

import numpy as np
import pytest

import trecx
from tests.cli.test_commands import document, run
from trecx.datasets.halves import split_in_halves
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.threshold.benefit_curve import benefit_curve, operating_point, tradeoff_points

RHO, SEED = 0.62, 3
HALVES = ("calibration", "held-out")
OPTIONS = {half: ("--half", half, "--split-seed", str(SEED)) for half in HALVES}


@pytest.fixture
def scores():
    """300 samples of three unequal classes, two early exits and a final one."""
    random = np.random.default_rng(8)
    labels = np.repeat([0, 1, 2], [60, 100, 140])
    raw = random.dirichlet(np.full(3, 0.6), (300, 3))
    raw[np.arange(300), :, labels] += np.array([0.3, 0.6, 1.2])
    probabilities = (raw / raw.sum(axis=-1, keepdims=True)).astype(np.float32)
    names = tuple(f"{k:03d}.png" for k in range(300))
    return ExitScores(
        labels, [100, 250, 600], probabilities=probabilities, class_names=("a", "b", "c"), sample_names=names
    )


@pytest.fixture
def store(scores):
    here = Store()
    about = ("imported", "made", "test", "made", None, None, {})
    here.save_run(Provenance("pets", "mine", *about), scores)
    plain = ExitScores(
        scores.labels,
        [500],
        probabilities=scores.probabilities[:, 1:2],
        class_names=scores.class_names,
        sample_names=scores.sample_names,
    )
    here.save_run(Provenance("pets", "baseline", *about), plain)
    return here


@pytest.fixture(params=HALVES)
def half(request):
    return request.param


@pytest.fixture
def part(scores, half):
    """The scores of the half, from the split itself."""
    calibration = split_in_halves(scores.sample_names, scores.labels, SEED).calibration
    return scores.part(calibration if half == "calibration" else ~calibration)


def test_a_point_is_that_of_the_samples_of_the_half(capsys, store, half, part):
    found = document(capsys, "point", "pets/mine", "--threshold", RHO, *OPTIONS[half])
    expected = operating_point(part, RHO)
    assert found["n_samples"] == part.n_samples < 300
    assert found["confusion"] == expected.confusion.tolist()
    assert found["exit_counts"] == expected.exit_counts.tolist()
    assert found["plateau"] == list(expected.plateau)


def test_both_halves_together_are_all_samples(capsys, store):
    at = ("point", "pets/mine", "--threshold", str(RHO))
    both = [document(capsys, *at, *OPTIONS[half])["confusion"] for half in HALVES]
    assert np.array_equal(np.sum(both, axis=0), document(capsys, *at)["confusion"])


def test_a_curve_is_that_of_the_samples_of_the_half(capsys, store, half, part):
    found = document(capsys, "curve", "pets/mine", *OPTIONS[half])["points"]
    curve = benefit_curve(part)
    assert [point["threshold"] for point in found[1:]] == curve.thresholds[1:].tolist()
    assert [point["accuracy"] for point in found] == curve.accuracy.tolist()


def test_trade_off_points_start_from_the_baseline_on_the_same_half(capsys, store, half, part):
    found = document(capsys, "tradeoff", "pets/mine", *OPTIONS[half])
    baseline = part.correct[:, 1].mean()  # the baseline of these samples answers as their second exit
    assert found["baseline_accuracy"] == baseline
    wanted = tradeoff_points(benefit_curve(part), baseline)
    assert [point["flops"] for point in found["points"]] == [point.flops for point in wanted]


def test_a_comparison_is_on_the_half_of_each_run(capsys, store, half, part):
    at = ("--threshold", str(RHO))
    found = document(capsys, "compare", "pets/mine", "pets/baseline", *at, *OPTIONS[half])
    mine = next(each for each in found["designs"] if len(each["exit_flops"]) == 3)
    assert mine["n_samples"] == found["paired"][0]["n_samples"] == part.n_samples
    assert mine["standalone_accuracy"] == part.standalone_accuracy.tolist()
    assert mine["points"][0]["accuracy"] == operating_point(part, RHO).accuracy
    assert mine["baseline"]["accuracy"] == part.correct[:, 1].mean()
    for each in found["designs"]:
        assert each["split"]["half"] == half


def test_a_class_mix_weighs_the_classes_of_the_half(capsys, store, half, part):
    mix = ("--mix", "a=0.7,b=0.3")
    found = document(capsys, "point", "pets/mine", "--threshold", RHO, *mix, *OPTIONS[half])
    correct = [operating_point(part, RHO).confusion[k, k] for k in (0, 1)]
    sizes = np.bincount(part.labels)
    assert found["accuracy"] == pytest.approx(0.7 * correct[0] / sizes[0] + 0.3 * correct[1] / sizes[1])


def test_the_document_has_the_split(capsys, store):
    found = document(capsys, "point", "pets/mine", "--threshold", RHO, *OPTIONS["held-out"])["split"]
    n_calibration = found.pop("n_calibration")
    assert found == {
        "half": "held-out",
        "seed": SEED,
        "kept_together": "",
        "n_held_out": 300 - n_calibration,
    }
    assert "split" not in document(capsys, "point", "pets/mine", "--threshold", RHO)


def test_another_seed_splits_otherwise(capsys, store):
    at = ("point", "pets/mine", "--threshold", str(RHO), "--half", "held-out")
    one, other, again = (document(capsys, *at, "--split-seed", seed) for seed in (0, 1, 0))
    assert one["confusion"] == again["confusion"] != other["confusion"]
    assert document(capsys, *at) == one


def test_people_read_which_samples_were_measured(capsys, shipped):
    sentence = "Measured on the held-out half: 2,492 of 4,890 samples, split by speaker, seed 0."
    for words in (
        ("point", "kws/trecx", "--threshold", "0.9"),
        ("curve", "kws/trecx", "--grid", "3"),
        ("tradeoff", "kws/trecx"),
        ("choose", "kws/trecx", "--max-drop", "0.01"),
        ("compare", "kws/trecx", "kws/trecx:int8", "--threshold", "0.9"),
    ):
        status, _, err = run(capsys, *words, "--half", "held-out")
        assert status == 0
        assert err.count(sentence) == 1, words


def test_decisions_that_differ_are_counted_on_the_half(capsys, shipped):
    at = ("point", "kws/trecx:int8", "--threshold", "0.9")
    whole, *halves = (
        document(capsys, *at, *half)["differs_from"]
        for half in ((), ("--half", "calibration"), ("--half", "held-out"))
    )
    for name in ("samples", "exits", "predictions"):
        assert sum(half[name] for half in halves) == whole[name]


def test_rho_is_chosen_on_the_calibration_half_whatever_is_measured(capsys, store, scores):
    wish = ("choose", "pets/mine", "--max-drop", "0.02", "--against", "final")
    here, there = (document(capsys, *wish, *OPTIONS[half]) for half in HALVES)
    calibration, held_out = trecx.halves(scores, SEED)
    chosen = trecx.choose(
        calibration, max_drop=0.02, against="final", baseline_accuracy=calibration.correct[:, 1].mean()
    ).best
    assert here["threshold"] == there["threshold"] == chosen.threshold
    assert here["accuracy"] == chosen.quantities["accuracy"]
    assert there["accuracy"] == operating_point(held_out, chosen.threshold).accuracy
    assert there["confusion"] == operating_point(held_out, chosen.threshold).confusion.tolist()
    assert there["on_calibration"] == chosen.quantities
    assert "on_calibration" not in here


def test_the_chosen_point_has_the_numbers_of_point_on_the_half(capsys, store, half):
    found = document(capsys, "choose", "pets/mine", "--max-flops", "300", *OPTIONS[half])
    at = ("--threshold", repr(found["threshold"]))
    point = document(capsys, "point", "pets/mine", *at, *OPTIONS[half])
    assert {name: found[name] for name in point} == point


def test_people_read_what_rho_was_chosen_on(capsys, store):
    wish = ("choose", "pets/mine", "--max-flops", "300")
    same = "chosen on the same samples that its accuracy is measured on"
    _, out, err = run(capsys, *wish)
    assert same in err
    assert "calibration half" not in out + err
    _, out, err = run(capsys, *wish, "--half", "calibration")
    assert same in err
    assert "Measured on the calibration half" in err
    _, out, err = run(capsys, *wish, "--half", "held-out")
    assert same not in err
    assert "ρ is chosen on the calibration half: 150 samples." in err
    for row in ("accuracy, calibration half", "next cheaper, calibration half"):
        assert row in out


def test_a_seed_without_a_half_is_wrong_usage(capsys, store):
    status, _, err = run(capsys, "point", "pets/mine", "--threshold", "0.5", "--split-seed", "1")
    assert status == 2
    assert "--split-seed needs --half" in err


def test_a_half_without_samples_is_told_in_one_sentence(capsys, own_database):
    single = ExitScores([0], [1, 2], predictions=[[0, 0]], confidence=[[0.5, 0.5]], class_names=("a", "b"))
    about = ("imported", "made", "test", "made", None, None, {})
    saved = Store().save_run(Provenance("pets", "mine", *about), single)
    ended = [
        run(capsys, "point", saved.run_id, "--threshold", "0.5", "--half", half, "--json") for half in HALVES
    ]
    assert sorted(status for status, _, _ in ended) == [0, 1]
    assert any("this part of the samples is empty" in err for _, _, err in ended)
    assert [json.loads(out)["n_samples"] for status, out, _ in ended if status == 0] == [1]
