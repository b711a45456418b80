"""What the commands do with an int8 run, and with the float32 run of the same network."""

import json
import math

import pytest

import trecx
from tests.cli.test_commands import document, run
from tests.comparison.synthetic import save_synthetic
from tests.int8_runs import save_int8
from trecx.saved_points.record import Rule, rule_for
from trecx.store import Store
from trecx.threshold.decision_differences import decision_difference

NAME, INT8 = "digits/trecx", "digits/trecx:int8"


@pytest.fixture
def store():
    store = Store()
    for system in ("baseline", "trecx"):
        save_int8(store, save_synthetic(store, "digits", system, 0))
    return store


def test_an_int8_run_has_the_rule_of_its_softmax_without_an_option(store):
    float32, int8 = store.find_run(NAME), store.find_run(INT8)
    assert rule_for(int8, 0.69) == rule_for(float32, 0.69, int8=True) == Rule(0.69, precision="int8")
    assert rule_for(int8, 0.69, "margin") == Rule(0.69, "margin", "int8")
    assert rule_for(float32, 0.69) == Rule(0.69)
    assert rule_for(int8, 0.69, "entropy") == Rule(0.69, "entropy")  # not in steps of 1/256


@pytest.mark.parametrize("options", [(), ("--int8",)])
def test_point_rounds_up_to_the_next_step_and_counts_the_int8_scores(capsys, store, options):
    found = document(capsys, "point", INT8, "--threshold", "0.69", *options)
    scores = store.load_scores(store.find_run(INT8))
    assert (found["threshold"], found["asked_threshold"], found["int8_threshold"]) == (177 / 256, 0.69, 49)
    early = scores.confidence[:, 0] >= 0.69
    assert found["exit_counts"] == [early.sum(), (~early).sum()]
    assert found["int8"] and "baseline_precision" not in found
    said = run(capsys, "point", INT8, "--threshold", "0.69", *options)[2]
    assert "are those of an int8 network; its ρ is a multiple of 1/256" in said
    assert "approximation" not in said


def test_no_confidence_of_an_int8_run_reaches_what_lies_above_255_of_256(capsys, store):
    found = document(capsys, "point", INT8, "--threshold", "0.9962")
    assert (found["threshold"], found["int8_threshold"], found["exit_rate"]) == (None, 128, 0)


def test_curve_choose_and_export_keep_to_the_steps(capsys, store, tmp_path):
    steps = {k / 256 for k in range(256)} | {None}
    points = document(capsys, "curve", INT8)["points"]
    assert {point["threshold"] for point in points} == steps
    assert {point["threshold"] for point in document(capsys, "curve", INT8, "--grid", "40")["points"]} < steps
    best = document(capsys, "choose", INT8, "--max-drop", "0.01")
    assert best["int8"] and best["threshold"] in steps
    out = tmp_path / "point.json"
    assert run(capsys, "export", INT8, "--threshold", "0.69", "--out", str(out))[0] == 0
    rule = json.loads(out.read_text())["rule"]
    assert (rule["precision"], rule["effective_threshold"]) == ("int8", 177 / 256)
    assert run(capsys, "export", INT8, "--threshold", "0.69", "--out", str(out.with_suffix(".h")))[0] == 0
    header = " ".join(out.with_suffix(".h").read_text().replace("\n *", "").split())
    assert "the scores are the device's, those of the int8 network" in header


def test_the_report_of_an_int8_run_starts_in_its_precision(store, tmp_path):
    trecx.save_report(INT8, 0.69, tmp_path / "report.html", db=store.name)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "T-RECX (int8) (trained here)" in text
    assert "The scores are those of the int8 network" in text


def test_int8_of_float32_scores_is_called_an_approximation(capsys, store):
    told = run(capsys, "point", NAME, "--threshold", "0.69", "--int8")[2]
    own = store.find_run(INT8).run_id
    assert f"This is an approximation: the scores are float32's. {own} has the device's own." in told
    store.delete_run(store.find_run(INT8))
    told = run(capsys, "point", NAME, "--threshold", "0.69", "--int8")[2]
    assert "'python -m trecx deploy digits/trecx --threshold R --out DIR' gives the device's own." in told


@pytest.mark.parametrize(("criterion", "rho", "step"), [("largest", "0.9", 231), ("margin", "0.99", 254)])
def test_point_and_compare_say_how_often_an_int8_run_decides_differently(capsys, store, criterion, rho, step):
    float32, int8 = store.find_run(NAME), store.find_run(INT8)
    answers = [store.load_answers(each, criterion) for each in (int8, float32)]
    counted = decision_difference(*answers, step / 256)
    assert counted.exits > 0
    expected = {"run_id": float32.run_id, **counted._asdict()}
    options = ("--threshold", rho, "--criterion", criterion)
    assert document(capsys, "point", INT8, *options)["differs_from"] == expected
    assert "differs_from" not in document(capsys, "point", NAME, *options)
    compared = document(capsys, "compare", NAME, INT8, *options)["designs"]
    by_id = {design["run_id"]: design for design in compared}
    assert by_id[int8.run_id]["differs_from"] == expected
    assert "differs_from" not in by_id[float32.run_id]
    assert [by_id[each.run_id]["precision"] for each in (float32, int8)] == ["float32", "int8"]
    for command in (("point", INT8), ("compare", NAME, INT8)):
        told = run(capsys, *command, *options)[2]
        assert f"{counted.exits} of 200 samples exit elsewhere than in float32 ({float32.run_id})" in told


def test_a_baseline_of_the_other_precision_is_named(capsys, store):
    store.delete_run(store.find_run("digits/baseline:int8"))
    found = document(capsys, "point", INT8, "--threshold", "0.9")
    assert found["baseline_precision"] == "float32"
    said = run(capsys, "point", INT8, "--threshold", "0.9")[2]
    assert f"The baseline of {found['run_id']} has float32 scores." in said
    assert "baseline_precision" not in document(capsys, "point", NAME, "--threshold", "0.9")
    compared = document(capsys, "compare", NAME, INT8, "--threshold", "0.9")["designs"]
    assert sorted(design.get("baseline_precision", "") for design in compared) == ["", "float32"]


def test_runs_are_listed_with_their_precision(capsys, store):
    assert {each["precision"] for each in document(capsys, "runs")} == {"float32", "int8"}
    lines = run(capsys, "runs")[1].splitlines()
    assert sum(" int8 " in line for line in lines) == sum(" float32 " in line for line in lines) == 2


def test_a_threshold_of_never_decides_alike(store):
    answers = [store.load_answers(store.find_run(name)) for name in (NAME, INT8)]
    assert decision_difference(*answers, math.inf).exits == 0
