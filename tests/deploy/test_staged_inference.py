"""The firmware of a deployment, compiled: which stages run, what crosses, and what it answers."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.deploy.deployments import content, deployment, softmax_rows
from tests.deploy.firmware import SANITIZED, Firmware
from trecx.deploy.golden import GoldenSamples
from trecx.scores import ExitScores
from trecx.threshold.exit_criteria import by_criterion

pytestmark = pytest.mark.compiler


def expected(golden, threshold, criterion):
    """Return exit, class and confidence of each sample, and how often each stage has run by then.

    `threshold` is ρ, or a tuple with one for each early exit.
    """
    real = (golden.exits.astype(np.float32) + 128) / 256
    scores = ExitScores(np.zeros(len(real), int), [1, 2, 3], real)
    leaves = np.ones((len(real), 3), bool)
    leaves[:, :-1] = by_criterion(scores, criterion).confidence[:, :-1].astype(float) >= threshold
    exits = leaves.argmax(axis=1)
    rows = golden.exits[np.arange(len(exits)), exits]
    runs = np.cumsum(np.arange(3) <= exits[:, None], axis=0)
    return [
        (int(k), int(row.argmax()), int(row.max()), *map(int, run))
        for k, row, run in zip(exits, rows, runs, strict=True)
    ]


@pytest.mark.parametrize("criterion", ["largest", "margin", "entropy"])
@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.65, np.inf])
def test_the_stages_run_until_an_exit_decides_to_stop(tmp_path, threshold, criterion):
    parts = content(threshold, criterion)
    told = Firmware(tmp_path, parts).decisions()
    assert told == expected(parts.golden, threshold, criterion)
    exits = {each[0] for each in told}
    assert exits == {0.0: {0}, np.inf: {2}}.get(threshold, {0, 1, 2})


@pytest.mark.parametrize("criterion", ["largest", "margin", "entropy"])
@pytest.mark.parametrize("thresholds", [(0.75, 0.4), (0.4, 0.75), (math.inf, 0.5), (0.6, math.inf)])
def test_each_early_exit_stops_at_its_own_threshold(tmp_path, thresholds, criterion):
    parts = content(thresholds, criterion)
    told = Firmware(tmp_path, parts).decisions(*SANITIZED)
    assert told == expected(parts.golden, thresholds, criterion)
    by_exit = np.bincount([each[0] for each in told], minlength=3).tolist()
    assert by_exit == parts.record.numbers["exit_samples"]
    for one in filter(math.isfinite, thresholds):
        assert told != expected(parts.golden, one, criterion)


@pytest.mark.parametrize("thresholds", [(0.0, 0.9), (math.inf, math.inf)])
def test_thresholds_at_their_ends_stop_all_samples_at_the_first_or_at_the_final_exit(tmp_path, thresholds):
    told = Firmware(tmp_path, content(thresholds)).decisions()
    assert {each[0] for each in told} == {0 if thresholds[0] == 0 else 2}


def test_the_example_expects_the_exit_of_each_exits_own_threshold(tmp_path):
    parts = content((0.75, 0.4))
    lines, status = Firmware(tmp_path, parts).run()
    assert (lines[-1], status) == ("10 of 10 golden samples are as expected", 0)
    exits = [int(line.split("exit ")[1][0]) - 1 for line in lines[:-1]]
    assert exits == [each[0] for each in expected(parts.golden, (0.75, 0.4), "largest")]


def test_no_memory_is_read_or_written_beside_its_own(tmp_path):
    parts = content(0.6)
    assert Firmware(tmp_path, parts).decisions(*SANITIZED) == expected(parts.golden, 0.6, "largest")


def test_it_fits_newer_releases_whose_types_are_in_another_namespace(tmp_path):
    parts = content(0.6)
    assert Firmware(tmp_path, parts).decisions("-DTFLM_STUB_NEWER") == expected(parts.golden, 0.6, "largest")


def test_the_first_of_equal_scores_is_the_class(tmp_path):
    golden = content().golden
    exits = golden.exits.copy()
    exits[:, 0] = [0, -128, 0], [-128, 0, 0], *[[-42, -43, -43]] * 8
    parts = content(0.5)
    told = Firmware(tmp_path, replace(parts, golden=GoldenSamples(golden.inputs, exits))).decisions()
    assert [each[:3] for each in told[:2]] == [(0, 0, 0), (0, 1, 0)]


def test_the_example_finds_all_golden_samples_as_expected(tmp_path):
    lines, status = Firmware(tmp_path, content(0.7)).run()
    assert (lines[-1], status) == ("10 of 10 golden samples are as expected", 0)
    assert re.fullmatch(r"sample 1: exit [123], (yes|no|perhaps), confidence -?\d+", lines[0])


def test_the_example_finds_a_device_that_answers_otherwise(tmp_path):
    parts = content(0.7)
    firmware = Firmware(tmp_path, parts)
    replayed = softmax_rows(10, 3, 3)
    replayed[4, 1, 2] += 1
    other = replace(parts, golden=GoldenSamples(parts.golden.inputs, replayed))
    stub = Firmware(tmp_path / "other", other).path / "stub_network.h"
    (firmware.path / "stub_network.h").write_text(stub.read_text())
    lines, status = firmware.run()
    assert (lines[-1], status) == ("9 of 10 golden samples are as expected", 1)
    assert "sample 5, exit 2: the softmax differs from the expected one" in lines


def test_an_arena_that_is_too_small_is_told(tmp_path):
    lines, status = Firmware(tmp_path, content(deployment=deployment(arenas=(96, 96, 96)))).run()
    assert status == 1
    assert lines == ["not ready: the arena is too small, or a kernel refuses its tensors; increase "
                     "TRECX_ARENA_BYTES"]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "before", "after", "why"),
    [
        ("model_data.cc", "alignas(16)", "static const char shift = 1; alignas(1)", "schema"),
        ("model_data.cc", "{0, TRECX_INPUT_BYTES}", "{0, TRECX_INPUT_BYTES - 1}", "other tensors"),
        ("model_data.cc", ", 2, {1, 2}", ", 1, {1, 0}", "other tensors"),
        ("op_resolver.h", "resolver.AddSoftmax()", "resolver.AddReshape()", "kernel could not be added"),
    ],
)
def test_files_that_do_not_fit_are_told(tmp_path, file, before, after, why):
    firmware = Firmware(tmp_path, content())
    path = firmware.folder / file
    assert before in path.read_text()
    if why == "schema":
        text = re.sub(r"(trecx_stage_1\[\] = \{\n +)\d+", r"\g<1>7", path.read_text())
    else:
        text = path.read_text().replace(before, after)
    path.write_text(text)
    lines, status = firmware.run()
    assert status == 1
    assert why in lines[0]


def test_a_network_with_one_exit_needs_no_decision(tmp_path):
    from tests.deploy.deployments import int8_run, point_of, staged

    network = staged()
    network.stages = network.stages[:1]
    network.stages[0].gives = ()
    whole = network.stages[0].network()
    whole.outputs = whole.outputs[:1]
    parts = content()
    rows = parts.golden.exits[:, :1]
    run = int8_run(rows, parts.run.class_names, system="baseline")
    one = replace(
        parts,
        network=network,
        run=run,
        record=point_of(run, np.inf),
        deployment=deployment(arenas=(224,), sizes=(100,)),
        golden=GoldenSamples(parts.golden.inputs, rows),
        float32=None,
        instructions=None,
    )
    firmware = Firmware(tmp_path, one)
    assert [each[0] for each in firmware.decisions(*SANITIZED)] == [0] * 10
    assert firmware.run()[1] == 0
