"""The folder of a deployment: its files, its report, its texts, and what it refuses."""

import hashlib
import json
import math
import re
import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest

from tests.conftest import ROOT, compilers
from tests.deploy.deployments import content, deployment, staged
from tests.deploy.firmware import STRICT, STUB, Firmware
from trecx.deploy.folder import check_folder, write_folder
from trecx.deploy.folder import writing as folder_writing
from trecx.deploy.folder.interface import interface_of
from trecx.deploy.folder.op_resolver import _INT8, method_of, op_resolver_h
from trecx.deploy.golden import GoldenSamples
from trecx.errors import ExportError, ModelError, OutputError
from trecx.exporting.c_header import c_header
from trecx.saved_points.document import record_of
from trecx.saved_points.record import RecordedGuarantee, RecordedSplit

HOSTILE = 'a */ b /* c ??/ d \\\n#error "e" <script>alert(1)</script> | **f** [g](h) ρ \u202emirror 7'


def report(folder):
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_the_folder_has_every_file_and_the_report_its_hash(tmp_path):
    out = tmp_path / "new" / "out"
    parts = content(plain_c={"Makefile": b"check:\n", "src/stage_1.c": b"int a;\n"}, no_plain_c="")
    written = write_folder(parts, out)
    assert {str(path.relative_to(out)) for path in written} == {
        *("README.md", "stage_1.tflite", "stage_2.tflite", "stage_3.tflite", "model_data.h", "model_data.cc"),
        *("model_settings.h", "trecx_threshold.h", "op_resolver.h", "staged_inference.h", "golden.h"),
        *(
            "staged_inference.cc",
            "main_example.cc",
            "plain_c/Makefile",
            "plain_c/src/stage_1.c",
            "report.json",
        ),
    }
    assert sorted(path for path in out.rglob("*") if path.is_file()) == sorted(written)
    hashes = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in report(out)["files"]}
    assert hashes == report(out)["files"]
    assert len(hashes) == len(written) - 1
    assert [(out / f"stage_{k + 1}.tflite").read_bytes() for k in range(3)] == [
        stage.content for stage in parts.network.stages
    ]
    assert (out / "trecx_threshold.h").read_text() == c_header(parts.record)


def test_the_report_tells_what_the_deployment_is(tmp_path):
    parts = content(0.65)
    write_folder(parts, tmp_path / "out")
    told = report(tmp_path / "out")
    expected = {
        "schema": "trecx.deployment",
        "schema_version": 1,
        "out": str(tmp_path / "out"),
        "run_id": parts.run.run_id,
        "float_run_id": "made-float",
        "threshold": 0.65,
        "q_threshold": 39,
        "criterion": "largest",
        "accuracy": parts.record.numbers["accuracy"],
        "exit_rate": parts.record.numbers["exit_rate"],
        "agreement": 0.97,
        "accuracy_by_exit": {"int8": list(parts.run.standalone_accuracy), "float32": [0.5, 0.6, 0.7]},
        "calibration": {"n_samples": 200, "dataset": "made", "split": "training", "seed": 0, "scored": False},
        "flash_bytes": 303,
        "arena_bytes": 160 + 3 * 64,
        "crossing_bytes": 24 + 7 + 5,
        "ram_bytes": 160 + 3 * 64 + 36,
        "operators": ["ADD", "CONCATENATION", "CONV_2D", "RESHAPE", "SOFTMAX"],
        "plain_c": False,
        "no_plain_c": "The plain C has no RESHAPE.",
        "warnings": ["Exit 1 loses 2 points."],
        "versions": {"tensorflow": "2.21.0"},
    }
    assert {name: told[name] for name in expected} == expected
    assert told.keys() - expected.keys() == {
        *(
            "trecx_version",
            "task",
            "system",
            "class_names",
            "stages",
            "crossing",
            "whole_bytes",
            "float_bytes",
        ),
        *(
            "expected_instructions",
            "input",
            "softmax",
            "float_sha256",
            "quantizer",
            "golden_samples",
            "files",
        ),
        "point",
    }
    assert told["stages"][0] == {
        "file": "stage_1.tflite",
        "bytes": 100,
        "arena_bytes": 224,
        "kept_bytes": 64,
        "instructions": 1000,
        "takes": [0],
        "gives": [1, 2],
        "operators": ["CONV_2D", "SOFTMAX"],
    }
    assert [slot["bytes"] for slot in told["crossing"]] == [24, 7, 5]
    assert record_of(told["point"]) == parts.record
    stopping = parts.record.numbers["exit_samples"]
    assert told["expected_instructions"] == pytest.approx(np.dot(stopping, [1000, 3000, 6000]) / 10)


SPLIT = RecordedSplit("held-out", 3, "speaker", 6, 4)
GUARANTEE = RecordedGuarantee(0.95, "lost", 0.01, "final", False, "exact binomial test", 6, 0.0095, 0.5)


def test_with_one_threshold_per_exit_the_report_has_those_and_no_single_one(tmp_path):
    parts = content((0.5, math.inf))
    write_folder(parts, tmp_path / "out")
    told = report(tmp_path / "out")
    assert (told["threshold"], told["q_threshold"]) == (None, None)
    assert (told["thresholds"], told["q_thresholds"]) == ([0.5, None], [0, 128])
    assert record_of(told["point"]) == parts.record
    assert told["expected_instructions"] == pytest.approx(
        np.dot(parts.record.numbers["exit_samples"], [1000, 3000, 6000]) / 10
    )
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    for words in (
        "the thresholds of the early exits are ρ₁ = 0.5, ρ₂ never",
        "| at ρ₁ = 0.5, ρ₂ never | value |",
        "| int8 threshold of the maximum softmax probability, exit 1 | 0 |",
        "| int8 threshold of the maximum softmax probability, exit 2 | never reached |",
        "call `trecx_leaves_at_int8` of `trecx_threshold.h` with the number of the exit, counted from 0, and",
    ):
        assert words in text, words
    assert "nan" not in text
    assert "trecx_leaves_int8" not in text


def test_the_entropy_with_thresholds_per_exit_has_no_integers(tmp_path):
    write_folder(content((0.5, 0.2), "entropy"), tmp_path / "out")
    told = report(tmp_path / "out")
    assert (told["thresholds"], told["q_thresholds"]) == ([0.5, 0.2], None)
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "`trecx_leaves_at_float` of `trecx_threshold.h` with the number of the exit, counted from" in text


def test_the_folder_carries_the_guarantee_and_the_half_that_its_numbers_are_of(tmp_path):
    parts = content()
    record = replace(parts.record, split=SPLIT, guarantee=GUARANTEE)
    write_folder(replace(parts, record=record), tmp_path / "out")
    told = report(tmp_path / "out")
    assert told["split"] == told["point"]["split"] == asdict(SPLIT)
    assert told["guarantee"] == told["point"]["guarantee"] == asdict(GUARANTEE)
    assert record_of(told["point"]) == record
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    for words in (
        "| measured on | held-out half, 4 of 10 samples, by speaker, seed 3 |",
        "| guarantee | at most 1.00 % of samples lost, with 95 % probability (exact binomial test, 6 calib",
        "Accuracy by exit is that of all 10 samples.",
        "those of the held-out half, 4 of 10 samples, by speaker, seed 3: made, test.",
        "They do not depend on the choice of ρ if it was made on the calibration half.",
        "The guarantee holds for samples from the same source as the calibration samples.",
    ):
        assert words in text, words
    assert "expect slightly less" not in text


def test_the_report_of_one_threshold_on_all_samples_has_no_further_keys(tmp_path):
    write_folder(content(), tmp_path / "out")
    assert not report(tmp_path / "out").keys() & {"thresholds", "q_thresholds", "split", "guarantee"}
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "If ρ was chosen on these samples, expect slightly less." in text
    assert "uarantee" not in text


def test_what_is_unknown_is_null(tmp_path):
    parts = content(np.inf, float32=None, instructions=None, warnings=())
    unknown = replace(parts, deployment=replace(parts.deployment, calibration=None, float_bytes=None))
    write_folder(unknown, tmp_path / "out")
    told = report(tmp_path / "out")
    names = ("float_run_id", "threshold", "agreement", "calibration", "float_bytes", "expected_instructions")
    assert [told[name] for name in names] == [None] * 6
    assert told["accuracy_by_exit"]["float32"] is None
    assert [stage["instructions"] for stage in told["stages"]] == [None] * 3
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "ρ = ∞ (no early exits)" in text
    assert "came as int8" in text


@pytest.mark.parametrize("scored", [False, True])
def test_the_readme_says_if_accuracy_is_reported_on_the_calibration_samples(tmp_path, scored):
    write_folder(content(deployment=deployment(scored=scored)), tmp_path / "out")
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert ("Accuracy is reported on the calibration samples too" in text) == scored
    assert ("They are among those on which accuracy" in text) == scored
    assert "200 samples of made, training (chosen with seed 0)" in text


def test_the_readme_has_the_steps_and_the_numbers(tmp_path):
    parts = content(0.65)
    write_folder(parts, tmp_path / "out")
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    for told in (
        *("### TensorFlow Lite Micro", "### STM32Cube.AI", "### Plain C", "The plain C has no RESHAPE"),
        *(
            "stage 3 takes value 3, value 2, the input",
            "| flash: all stages | 303 |",
            "made-float | 97.00 %",
        ),
        *("| RAM: one arena that all stages share | 352 |", "Exit 1 loses 2 points", "64-bit host"),
        *(
            f"{parts.run.n_samples} samples of made, test",
            "CMSIS-NN",
            "| exit 2 | 20.00 % | 60.00 % | 2,000 |",
        ),
    ):
        assert told in text, told


def test_user_text_is_harmless_in_markdown_and_c(tmp_path):
    names = (HOSTILE, "no", "perhaps")
    parts = content(class_names=names)
    run = replace(parts.run, dataset=HOSTILE, split=HOSTILE, task="t", system=HOSTILE)
    record = replace(parts.record, name=HOSTILE, note=HOSTILE)
    write_folder(
        replace(parts, run=run, record=record, warnings=(HOSTILE,), no_plain_c=HOSTILE), tmp_path / "out"
    )
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert text.count("alert") > 5
    assert not re.search(r"(?<!\\)<script|(?<!\\)\*\*f|(?<!\\)\[g|\u202e|\n#error", text)
    for source in ("model_settings.h", "model_data.h", "golden.h", "trecx_threshold.h"):
        code = (tmp_path / "out" / source).read_text(encoding="utf-8")
        assert code.isascii()
        assert "??" not in code
    assert report(tmp_path / "out")["class_names"][0] == HOSTILE


@pytest.mark.compiler
def test_the_firmware_prints_a_class_name_as_it_is_whatever_it_contains(tmp_path):
    name = 'a */ "b" ??/ \\n ρ 7'
    lines, status = Firmware(tmp_path, content(0.5, class_names=(name, f"2{name}", f"3{name}"))).run()
    assert status == 0
    assert all(
        re.fullmatch(rf"sample \d+: exit \d, [23]?{re.escape(name)}, confidence .*", s) for s in lines[:-1]
    )


@pytest.mark.compiler
def test_the_headers_for_c_are_clean_c99_and_quantize_as_documented(tmp_path):
    write_folder(content(), tmp_path / "out")
    main = """
#include "golden.h"
#include "golden.h"
int main(void)
{
    const float real[] = {0.0f, 0.25f, -0.25f, 0.24f, 1e30f, -1e30f, 63.9f};
    const int q[] = {-3, -2, -4, -3, 127, -128, 125};
    for (int i = 0; i < 7; ++i) {
        if (trecx_quantize_input(real[i]) != q[i]) {
            return i + 1;
        }
    }
    return trecx_labels[0][0] == 'y' && sizeof trecx_golden_softmax == 90 ? 0 : 100;
}
"""
    (tmp_path / "out" / "main.c").write_text(main)
    strict = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror")
    subprocess.run([compilers()[0], *strict, "main.c", "-o", "m", "-lm"], check=True, cwd=tmp_path / "out")
    assert subprocess.run([tmp_path / "out" / "m"], check=False).returncode == 0


@pytest.mark.compiler
def test_every_operator_has_a_method_of_the_op_resolver(tmp_path):
    (tmp_path / "op_resolver.h").write_text(op_resolver_h(interface_of(staged(operators=sorted(_INT8)))))
    main = '#include "op_resolver.h"\nint main() { trecx::OpResolver r; return trecx::AddOperators(r); }\n'
    (tmp_path / "main.cc").write_text(main)
    command = [
        compilers()[1],
        *STRICT,
        f"-I{STUB}",
        f"-I{tmp_path}",
        tmp_path / "main.cc",
        "-o",
        tmp_path / "m",
    ]
    subprocess.run(command, check=True)
    assert subprocess.run([tmp_path / "m"], check=False).returncode == 0
    assert len(_INT8) > 70


def test_an_operator_that_tflm_lacks_is_named_and_nothing_is_written(tmp_path):
    with pytest.raises(ModelError, match="no int8 kernel for the operator NON_MAX_SUPPRESSION_V4; replace"):
        write_folder(content(network=staged(operators=("NON_MAX_SUPPRESSION_V4",))), tmp_path / "out")
    with pytest.raises(ModelError, match="CUSTOM"):
        method_of("CUSTOM")
    assert not (tmp_path / "out").exists()


def test_a_softmax_that_is_not_the_rules_is_refused(tmp_path):
    with pytest.raises(ModelError, match="scale 0.0078125 and zero point -128, but the rule is for"):
        write_folder(content(network=staged(softmax=(1 / 128, -128))), tmp_path / "out")
    network = staged()
    network.stages[1].network().tensors[1].type = "FLOAT32"
    with pytest.raises(ModelError, match="the softmax of exit 2 is FLOAT32"):
        write_folder(content(network=network), tmp_path / "out")
    network = staged()
    network.stages[1].network().tensors[1].zero_points = (0,)
    with pytest.raises(ModelError, match="the exits differ"):
        write_folder(content(network=network), tmp_path / "out")


def test_parts_that_do_not_belong_together_are_a_programmers_error(tmp_path):
    parts = content()
    wrong = replace(parts, golden=GoldenSamples(parts.golden.inputs[:, :2], parts.golden.exits))
    with pytest.raises(ValueError, match="golden samples must have shapes"):
        write_folder(wrong, tmp_path / "out")
    with pytest.raises(ValueError, match="must have 3 stages each"):
        write_folder(replace(parts, instructions=(1, 2)), tmp_path / "out")


def test_a_deployment_is_replaced_as_a_whole(tmp_path):
    out = tmp_path / "out"
    write_folder(content(plain_c={"old.c": b"int a;\n"}), out)
    write_folder(content(0.5), out)
    assert report(out)["threshold"] == 0.5
    assert not (out / "plain_c").exists()
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [out]


@pytest.mark.parametrize("other", ['{"schema": "another"}', "[1]", "not JSON", None])
def test_a_folder_with_other_files_is_refused_and_loses_nothing(tmp_path, other):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("three years")
    if other:
        (out / "report.json").write_text(other)
    before = sorted(out.iterdir())
    for attempt in (lambda: check_folder(out), lambda: write_folder(content(), out)):
        with pytest.raises(ExportError, match=r"not those of a deployment.*--out, or empty it"):
            attempt()
    assert sorted(out.iterdir()) == before


def test_a_file_in_its_place_is_refused_and_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match="is a file; choose a folder"):
        write_folder(content(), tmp_path / "file")
    (tmp_path / "empty").mkdir()
    write_folder(content(), tmp_path / "empty")
    assert report(tmp_path / "empty")["schema"] == "trecx.deployment"


def test_a_full_disk_is_told_and_the_old_folder_stays(tmp_path, monkeypatch):
    out = tmp_path / "out"
    write_folder(content(0.5), out)

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder_writing.Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"cannot be written \(No space left on device\)"):
        write_folder(content(0.65), out)
    assert report(out)["threshold"] == 0.5


def test_a_folder_is_written_without_tensorflow():
    code = "import sys; sys.modules.update(tensorflow=None, keras=None, flatbuffers=None)\n"
    code += "import trecx.deploy.folder"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)
