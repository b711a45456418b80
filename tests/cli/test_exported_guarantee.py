"""`export --guarantee` writes only a ρ that has the guarantee, and the file says what it rests on."""

import json

import pytest

import trecx
from tests.cli.test_commands import document, run
from trecx.store import Store
from trecx.threshold.benefit_curve import operating_point

LOST = ("--max-lost", "0.01", "--guarantee", "0.9")


def scores_of(name):
    store = Store()
    return store.load_scores(store.find_run(name))


def exported(capsys, tmp_path, *words):
    out = tmp_path / "point.json"
    document(capsys, "export", *words, "--out", str(out))
    return json.loads(out.read_text("utf-8"))


def test_the_point_has_the_guarantee_that_choose_found(capsys, shipped, tmp_path):
    chosen = document(capsys, "choose", "kws/trecx", *LOST)
    point = exported(capsys, tmp_path, "kws/trecx", "--threshold", repr(chosen["threshold"]), *LOST)
    names = ("probability", "loss", "limit", "against", "each_class", "method", "n_calibration", "bound")
    assert {name: point["guarantee"][name] for name in names} == {
        name: chosen["guarantee"][name] for name in names
    }
    assert point["guarantee"]["naive_threshold"] == chosen["naive"]["threshold"]
    assert point.get("split") is None


def test_with_a_half_the_point_has_the_guarantee_of_the_calibration_half(capsys, shipped, tmp_path):
    half = ("--half", "held-out", "--split-seed", "5")
    chosen = document(capsys, "choose", "kws/trecx", *LOST, *half)
    point = exported(capsys, tmp_path, "kws/trecx", "--threshold", repr(chosen["threshold"]), *LOST, *half)
    assert point["split"] == chosen["split"]
    assert point["guarantee"]["n_calibration"] == chosen["split"]["n_calibration"]
    assert point["guarantee"]["bound"] == chosen["guarantee"]["bound"]
    held_out = trecx.halves(scores_of("kws/trecx"), 5)[1]
    assert point["numbers"]["confusion"] == operating_point(held_out, chosen["threshold"]).confusion.tolist()


def test_a_half_without_a_guarantee_is_recorded_too(capsys, shipped, tmp_path):
    half = ("--half", "calibration")
    point = exported(capsys, tmp_path, "kws/trecx", "--threshold", "0.8", *half)
    assert (point["split"]["half"], point["split"]["n_calibration"]) == ("calibration", 2398)
    assert point["numbers"]["n_samples"] == 2398
    assert point.get("guarantee") is None


@pytest.mark.parametrize("name", ["point.h", "point.csv", "point.html", "point.svg"])
def test_every_format_is_written_with_guarantee_and_half(capsys, shipped, tmp_path, name):
    asked = ("--threshold", "0.852", *LOST, "--half", "held-out")
    status, _, err = run(capsys, "export", "kws/trecx", *asked, "--out", str(tmp_path / name))
    assert (status, err) == (0, "")
    if name != "point.svg":
        text = (tmp_path / name).read_text("utf-8")
        for words in ("exact binomial test", "held-out"):
            assert words in text


def test_the_guaranteed_step_of_an_int8_run_is_exported(capsys, shipped, tmp_path):
    chosen = document(capsys, "choose", "kws/trecx:int8", *LOST)
    within = str(chosen["threshold"] - 0.001)  # the device rounds it up to the step
    point = exported(capsys, tmp_path, "kws/trecx:int8", "--threshold", within, *LOST)
    assert point["guarantee"]["bound"] == chosen["guarantee"]["bound"]


@pytest.mark.parametrize(
    ("rho", "options", "status", "words"),
    [
        ("0.777", LOST, 1, "does not have this guarantee; use --threshold 0.806"),
        ("0.9005", LOST, 1, "none of the candidates that are tested; use --threshold 0.901"),
        ("inf", LOST, 1, "ρ = inf does not have this guarantee; use --threshold 0.806"),
        ("0.9", ("--max-lost", "0.0001", "--guarantee", "0.9"), 1, "About 23,037 calibration samples"),
        ("0.9", ("--guarantee", "0.9"), 1, "no limit is set"),
        (
            "0.9",
            ("--max-lost", "0.1", "--max-drop", "0.1", "--guarantee", "0.9"),
            1,
            "set one of them, got 2",
        ),
        ("0.9", ("--max-lost", "0.01"), 2, "need --guarantee"),
        ("0.9", ("--each-class",), 2, "--each-class needs --guarantee"),
    ],
)
def test_what_is_not_guaranteed_is_not_written(capsys, shipped, tmp_path, rho, options, status, words):
    out = tmp_path / "point.json"
    ended, _, err = run(capsys, "export", "kws/trecx", "--threshold", rho, *options, "--out", str(out))
    assert ended == status
    assert words in " ".join(err.replace("│", " ").split())
    assert not out.exists()


def test_a_report_of_a_half_is_written_from_python(shipped, tmp_path):
    from trecx.datasets.halves import Half

    trecx.save_report("kws/trecx", 0.8, tmp_path / "report.html", half=Half("held-out", 3))
    assert "held-out" in (tmp_path / "report.html").read_text("utf-8")


VECTOR = ("--max-lost", "0.01", "--guarantee", "0.95")


def test_thresholds_of_choose_per_exit_are_exported_with_their_guarantee(capsys, shipped, tmp_path):
    chosen = document(capsys, "choose", "kws/sdn", "--per-exit", *VECTOR)
    given = ",".join("never" if each is None else repr(each) for each in chosen["thresholds"])
    point = exported(capsys, tmp_path, "kws/sdn", "--thresholds", given, *VECTOR)
    assert point["rule"]["thresholds"] == chosen["thresholds"]
    assert (point["rule"]["threshold"], point["guarantee"]["naive_threshold"]) == (None, None)
    assert point["guarantee"]["bound"] == chosen["guarantee"]["bound"]
    assert point["numbers"]["flops"] == chosen["flops"]


def test_thresholds_without_the_guarantee_are_refused(capsys, shipped, tmp_path):
    out = tmp_path / "point.json"
    asked = ("export", "kws/sdn", "--thresholds", "0.2,never,0.3", "--out", str(out), *VECTOR)
    status, _, err = run(capsys, *asked)
    assert status == 1
    assert "these thresholds do not have this guarantee; 'choose --per-exit'" in err
    assert not out.exists()


@pytest.mark.parametrize("name", ["point.h", "point.csv", "point.html", "point.svg"])
def test_every_format_is_written_with_one_threshold_per_exit(capsys, shipped, tmp_path, name):
    out = tmp_path / name
    asked = ("--thresholds", "0.9375,never,0.75", "--half", "held-out")
    document(capsys, "export", "kws/sdn", *asked, "--out", str(out))
    written = "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    assert "held-out" in written
    assert "0.9375" in written
    assert ">nan" not in written.lower()


def test_one_rho_and_one_threshold_per_exit_exclude_each_other(capsys, shipped, tmp_path):
    out = str(tmp_path / "point.h")
    for words in ((), ("--threshold", "0.5", "--thresholds", "0.5,0.5,0.5")):
        assert run(capsys, "export", "kws/sdn", *words, "--out", out)[0] == 2
    status, _, err = run(capsys, "export", "kws/sdn", "--thresholds", "0.5,0.5", "--out", out)
    assert (status, "give one threshold for each of the 3 early exits, got 2" in err) == (1, True)
