"""`trecx deploy` from a run or a model to int8 stages, their run and their folder."""

import json
import math
import shutil
import sys

import numpy as np
import pytest

from tests.cli.test_commands import document, run
from tests.comparison.synthetic import save_synthetic
from tests.conftest import SHIPPED
from tests.deploy.networks import staged_digits, two_exits_after, with_a_difference
from tests.needs_tensorflow import TENSORFLOW
from trecx.datasets.halves import Half
from trecx.nn import keras
from trecx.store import Store
from trecx.store.run_context import answers_of
from trecx.threshold.decision_differences import decision_difference
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.per_exit.decision import by_thresholds

RUNS = "float_run_id", "run_id"
pytestmark = [TENSORFLOW, pytest.mark.tflm, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """The address of a copy of the shipped store, and the folder of digits/trecx in it."""
    folder = tmp_path_factory.mktemp("deployed")
    database = folder / "scores.sqlite"
    shutil.copy(SHIPPED.removeprefix("sqlite:///"), database)
    return f"sqlite:///{database}", folder / "out"


def answer(capsys, *words):
    status, out, err = run(capsys, *words, "--json")
    assert status == 0, err
    return json.loads(out), err


def test_a_run_becomes_a_folder_and_an_int8_run(capsys, deployed):
    database, out = deployed
    found, _ = answer(
        capsys, "deploy", "digits/trecx", "--threshold", "0.9", "--out", str(out), "--db", database
    )
    store = Store(database)
    int8 = store.find_run(found["run_id"])
    assert int8.precision == "int8"
    assert store.find_run(found["float_run_id"]).model_sha256 == int8.deployment.float_sha256
    assert (found["threshold"], found["q_threshold"]) == (0.9, 103)
    assert [set(stage) >= {"file", "bytes", "arena_bytes", "instructions"} for stage in found["stages"]] == [
        True
    ] * 2
    assert 0.9 < found["agreement"] <= 1
    assert found["accuracy"] == store.load_table(int8).operating_point(231 / 256).accuracy
    assert json.loads((out / "report.json").read_text()) == found
    for stage in found["stages"]:
        assert (out / stage["file"]).stat().st_size == stage["bytes"]
    assert (out / "plain_c" / "Makefile").is_file()


def test_the_int8_run_works_in_every_command(capsys, deployed):
    database, _ = deployed
    point = document(capsys, "point", "digits/trecx:int8", "--threshold", "0.9", "--db", database)
    assert point["threshold"] == 231 / 256  # the next step of 1/256
    for words in (
        ("curve", "digits/trecx:int8"),
        ("choose", "digits/trecx:int8", "--max-flops", "200000"),
        ("tradeoff", "digits/trecx:int8"),
        ("compare", "digits/trecx:int8", "digits/trecx"),
    ):
        assert document(capsys, *words, "--db", database)


def test_one_threshold_per_exit_is_deployed_as_given(capsys, deployed):
    database, out = deployed
    words = ("deploy", "digits/sdn", "--thresholds", "0.9, never", "--out", str(out.with_name("sdn")))
    found, _ = answer(capsys, *words, "--db", database)
    assert (found["threshold"], found["q_threshold"]) == (None, None)
    assert (found["thresholds"], found["q_thresholds"]) == ([0.9, None], [103, 128])
    store = Store(database)
    before, after = (
        by_thresholds(store.load_scores(store.find_run(found[name])), (231 / 256, math.inf))
        for name in ("float_run_id", "run_id")
    )
    point = ExitTable.of(after).operating_point(1)
    assert found["point"]["numbers"]["exit_samples"] == point.exit_counts.tolist()
    assert (found["accuracy"], point.exit_counts[1]) == (point.accuracy, 0)
    same = before.confidence.argmax(axis=1) == after.confidence.argmax(axis=1)
    assert found["agreement"] == same.mean() < 1
    status, _, err = run(capsys, *words, "--db", database)
    assert status == 0, err
    assert "At ρ₁ = 0.9, ρ₂ never, " in " ".join(err.split())


def test_the_numbers_of_a_half_are_those_of_that_half(capsys, deployed):
    database, out = deployed
    words = ("deploy", "digits/sdn", "--threshold", "0.9", "--out", str(out.with_name("half")))
    found, _ = answer(capsys, *words, "--half", "held-out", "--split-seed", "1", "--db", database)
    store = Store(database)
    half, run_of = Half("held-out", 1), {name: store.find_run(found[name]) for name in RUNS}
    split = store.split(run_of["run_id"], 1)
    n_calibration = int(split.calibration.sum())
    assert found["split"] == {
        **{"half": "held-out", "seed": 1, "kept_together": ""},
        **{"n_calibration": n_calibration, "n_held_out": 500 - n_calibration},
    }
    before, after = (answers_of(store, run_of[name], half=half) for name in RUNS)
    assert found["accuracy"] == ExitTable.of(after).operating_point(231 / 256).accuracy
    differing = decision_difference(before, after, 231 / 256)
    assert found["agreement"] == 1 - differing.exits / (500 - n_calibration)
    assert "held-out half" in (out.with_name("half") / "README.md").read_text()


def test_without_early_exits_the_table_says_so(capsys, deployed):
    database, out = deployed
    words = ("deploy", "digits/sdn", "--threshold", "inf", "--out", str(out.with_name("inf")))
    status, _, err = run(capsys, *words, "--db", database)
    assert status == 0, err
    assert "Without early exits, 100.00 % of the samples stop at the same exit" in " ".join(err.split())


def test_deploying_again_replaces_the_folder_and_keeps_the_run(capsys, deployed):
    database, out = deployed
    (out / "stage_1.tflite").write_bytes(b"changed")
    n_runs = len(Store(database).runs())
    words = ("deploy", "digits/trecx", "--threshold", "0.5", "--out", str(out), "--db", database)
    status, _, err = run(capsys, *words)
    assert status == 0, err
    assert "Stored before" in err
    assert len(Store(database).runs()) == n_runs
    assert (out / "stage_1.tflite").stat().st_size > 1000


def test_a_baseline_has_one_stage_and_needs_no_threshold(capsys, deployed):
    database, out = deployed
    words = ("deploy", "digits/baseline", "--out", str(out.with_name("baseline")), "--db", database)
    found, _ = answer(capsys, *words)
    assert len(found["stages"]) == 1
    assert found["threshold"] is None


def test_a_model_of_ones_own_is_scored_in_float32_and_in_int8(capsys, two_exits, images, tmp_path):
    found, _ = answer(
        capsys,
        *("deploy", two_exits, "--system", "trecx", "--task", "vww", "--data", str(images)),
        *("--threshold", "0.8", "--out", str(tmp_path / "out")),
    )
    assert sorted(each.precision for each in Store().runs()) == ["float32", "int8"]
    assert found["calibration"] == {
        **{"n_samples": 6, "split": "test", "seed": 0, "scored": True},
        "dataset": found["calibration"]["dataset"],
    }


def test_samples_for_calibration_can_be_given(capsys, two_exits, images, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(images, other)
    random = np.random.default_rng(9)
    for name in other.glob("*.bin"):
        random.integers(0, 256, (96, 96, 3), dtype=np.uint8).tofile(name)
    found, _ = answer(
        capsys,
        *("deploy", two_exits, "--system", "trecx", "--task", "vww", "--data", str(images)),
        *("--threshold", "0.8", "--out", str(tmp_path / "out"), "--calibration", str(other)),
        *("--calibration-samples", "4", "--calibration-seed", "2"),
    )
    known = found["calibration"]
    assert (known["n_samples"], known["seed"], known["scored"]) == (4, 2, False)


def test_a_tflite_file_of_ones_own_is_taken_as_it_is(capsys, tmp_path):
    file = tmp_path / "mine.tflite"
    file.write_bytes(staged_digits().whole)
    found, _ = answer(
        capsys,
        *("deploy", str(file), "--system", "trecx", "--task", "digits"),
        *("--threshold", "0.9", "--out", str(tmp_path / "out")),
    )
    assert (found["float_run_id"], found["calibration"], found["agreement"]) == (None, None, None)
    assert [each.precision for each in Store().runs()] == ["int8"]


def test_a_hostile_tflite_file_is_refused_in_a_sentence(capsys, tmp_path):
    content = bytearray(staged_digits().whole)
    random = np.random.default_rng(3)
    for place in random.integers(8, len(content), 400):
        content[place] = random.integers(0, 256)
    file = tmp_path / "hostile.tflite"
    file.write_bytes(bytes(content))
    status, out, err = run(
        capsys,
        *("deploy", str(file), "--system", "trecx", "--task", "digits", "--threshold", "0.9"),
        *("--out", str(tmp_path / "out")),
    )
    assert (status, out) == (1, "")
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def deploying(model, out):
    words = ("deploy", model, "--system", "trecx", "--task", "digits", "--threshold", "0.9")
    return (*words, "--out", str(out))


def test_an_operator_that_plain_c_lacks_is_named_and_the_stages_are_written(capsys, tmp_path):
    model, out = str(tmp_path / "differences.keras"), tmp_path / "out"
    with_a_difference().save(model)
    found, err = answer(capsys, *deploying(model, out))
    assert "Plain C has no SUB; the .tflite stages need none of it." in " ".join(err.split())
    assert (found["plain_c"], [stage["instructions"] for stage in found["stages"]]) == (False, [None] * 2)
    assert (out / "stage_1.tflite").is_file()
    assert not (out / "plain_c").exists()


def test_an_operator_that_tensorflow_lite_micro_lacks_is_named(capsys, tmp_path):
    model = str(tmp_path / "larger.keras")
    two_exits_after(keras.layers.UpSampling2D(2)).save(model)
    status, out, err = run(capsys, *deploying(model, tmp_path / "out"))
    assert (status, out) == (1, "")
    assert "TensorFlow Lite Micro cannot run it: " in err
    assert "TILE" in err
    assert not (tmp_path / "out").exists()


def test_without_the_emulator_nothing_is_counted_and_the_rest_is_made(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("trecx.deploy.deployment.missing_emulator", lambda: ["qemu-system-arm"])
    model = str(tmp_path / "two.keras")
    two_exits_after(keras.layers.ReLU()).save(model)
    found, err = answer(capsys, *deploying(model, tmp_path / "out"))
    assert "Instructions were not counted: there is no qemu-system-arm here." in " ".join(err.split())
    assert (found["plain_c"], found["stages"][0]["instructions"]) == (True, None)


def test_a_folder_with_other_files_is_refused_before_anything_is_made(capsys, two_exits, images, tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    status, out, err = run(
        capsys,
        *("deploy", two_exits, "--system", "trecx", "--task", "vww", "--data", str(images)),
        *("--threshold", "0.8", "--out", str(tmp_path)),
    )
    assert (status, out) == (1, "")
    assert "has files that are not those of a deployment" in " ".join(err.split())
    assert (tmp_path / "precious.txt").read_text() == "mine"
    assert Store().runs() == []


def test_without_tensorflow_lite_micro_a_sentence_says_what_to_install(capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tflite_micro", None)
    monkeypatch.setenv("TRECX_DB", SHIPPED)
    words = ("deploy", "digits/trecx", "--threshold", "0.9", "--out", str(tmp_path / "out"))
    status, _, err = run(capsys, *words)
    assert status == 1
    assert "pip install -e '.[deploy]'" in " ".join(err.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("digits/trecx",), "--threshold is needed: the network has early exits"),
        (("digits/sdn", "--threshold", "0.9", "--thresholds", "0.9,0.9"), "exclude each other; give one"),
        (("digits/sdn", "--thresholds", "0.9,often"), "--thresholds takes numbers or never, separated by"),
        (("digits/trecx", "--threshold", "0.9", "--task", "kws"), "need a MODEL with --system"),
        (("x.keras", "--system", "trecx", "--threshold", "0.9"), "give either --task"),
        (("digits/trecx", "--threshold", "0.9", "--calibration-samples", "0"), "calibration-samples"),
    ],
)
def test_wrong_usage_is_told(capsys, monkeypatch, tmp_path, words, told):
    monkeypatch.setenv("TRECX_DB", SHIPPED)
    status, _, err = run(capsys, "deploy", *words, "--out", str(tmp_path / "out"))
    assert status == 2
    assert told in " ".join(err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("thresholds", "told"),
    [
        ("0.9", "give one threshold for each of the 2 early exits, got 1"),
        ("0.9,0.9,0.9", "give one threshold for each of the 2 early exits, got 3"),
        ("0.9,1.5", "must lie within 0..1, or inf"),
        ("nan,0.5", "must lie within 0..1, or inf"),
    ],
)
def test_thresholds_that_do_not_fit_are_told_before_anything_is_made(
    capsys, monkeypatch, tmp_path, thresholds, told
):
    monkeypatch.setenv("TRECX_DB", SHIPPED)
    monkeypatch.setattr("trecx.cli.deploy.deploy_known", None)
    words = ("deploy", "digits/sdn", "--thresholds", thresholds, "--out", str(tmp_path / "out"))
    status, _, err = run(capsys, *words)
    assert status == 1
    assert told in " ".join(err.split())


def test_a_run_whose_model_is_not_known_is_told(capsys, tmp_path):
    save_synthetic(Store(), "digits", "sdn", 0)
    status, _, err = run(capsys, "deploy", "digits/sdn", "--threshold", "0.9", "--out", str(tmp_path / "out"))
    assert status == 1
    assert "the model file of digits-sdn" in " ".join(err.split())
    assert "deploy MODEL --task digits --system sdn" in " ".join(err.split())
