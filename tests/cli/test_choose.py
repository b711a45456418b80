import json

import numpy as np
import pytest

from tests.cli.test_commands import document, run
from trecx.device.energy import device_profiles
from trecx.store import Store
from trecx.threshold.benefit_curve import benefit_curve, operating_point
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.intervals import wilson_interval
from trecx.threshold.outcomes import OUTCOME_LABELS

BOARD = "nucleo-l4r5zi-tflm-2.3.1-1.8v"
FIELD = ("--device", BOARD, "--battery", "CR2032", "--per-hour", "1200")
FLOPS_FIELD = (*FIELD, "--estimate", "FLOPs")


def scores_of(name):
    store = Store()
    return store.load_scores(store.find_run(name))


def test_limits_on_energy_and_accuracy_give_the_point_that_point_prints(capsys, shipped):
    found = document(
        capsys, "choose", "kws/trecx", "--max-energy-uj", "4600", "--min-accuracy", "0.91", *FLOPS_FIELD
    )
    assert found["met"]
    assert found["binds"] == ["max_energy_uj"]
    assert 4590 < found["energy_uj"] <= 4600
    assert found["accuracy"] >= 0.91
    assert round(found["battery_days"], 1) == 15.6
    assert found["plateau"][1] == found["threshold"]
    point = document(capsys, "point", "kws/trecx", "--threshold", repr(found["threshold"]))
    assert point == {name: found[name] for name in point}


def test_it_is_the_best_of_every_step(capsys, shipped):
    found = document(capsys, "choose", "kws/sdn", "--max-flops", "2500000")
    curve = benefit_curve(scores_of("kws/sdn"))
    within = curve.flops <= 2.5e6
    assert found["accuracy"] == curve.accuracy[within].max()
    assert found["flops"] == curve.flops[within & (curve.accuracy == found["accuracy"])].min()
    assert found["alternatives"]["more_accurate"]["broken"] == ["max_flops"]
    assert found["alternatives"]["cheaper"]["flops"] < found["flops"]


def test_costs_are_compared_with_the_baselines(capsys, shipped):
    found = document(capsys, "choose", "kws/trecx", "--max-drop", "0.01", *FLOPS_FIELD)
    assert found["baseline"]["energy_uj"] == pytest.approx(7373.704)
    assert found["accuracy"] >= found["baseline"]["accuracy"] - 0.01
    assert found["battery_days"] - found["baseline"]["battery_days"] == pytest.approx(5.9, abs=0.1)
    low, high = found["bands"]["energy_uj"]
    assert low < found["energy_uj"] < high
    assert found["costs"]["kind"] == "estimate"


def test_the_interval_is_wilsons(capsys, shipped):
    found = document(capsys, "choose", "kws/trecx", "--max-flops", "3500000")
    assert found["accuracy_interval"] == pytest.approx(wilson_interval(found["accuracy"], 4890))
    assert (found["effective_samples"], found["weighted"]) == (4890, False)


def test_an_int8_device_gets_a_step_of_256(capsys, shipped):
    found = document(capsys, "choose", "kws/trecx", "--max-flops", "3500000", "--int8")
    assert found["threshold"] * 256 == int(found["threshold"] * 256) < 256
    assert found["flops"] <= 3.5e6 < found["alternatives"]["more_accurate"]["flops"]
    assert found["accuracy"] == operating_point(scores_of("kws/trecx"), found["threshold"]).accuracy
    assert found["plateau"][0] * 256 == int(found["plateau"][0] * 256)


def test_a_class_mix_weighs_everything(capsys, shipped):
    preset = "95 % silence and unknown"
    found = document(capsys, "choose", "kws/trecx", "--max-flops", "3300000", "--mix", preset)
    assert sum(found["class_mix"][-2:]) == pytest.approx(0.95)
    table = ExitTable.of(scores_of("kws/trecx"))
    weights = class_weights(found["class_mix"], table.class_counts)
    point = table.operating_point(found["threshold"]).weighted(weights)
    assert found["accuracy"] == pytest.approx(point.accuracy)
    assert found["flops"] == pytest.approx(point.flops)
    assert found["flops"] <= 3.3e6
    assert found["effective_samples"] == pytest.approx(point.effective_samples)
    assert found["effective_samples"] < 1000
    assert np.sum(found["confusion"]) == pytest.approx(4890)
    unweighted = document(capsys, "choose", "kws/trecx", "--max-flops", "3300000")
    assert found["baseline"]["accuracy"] != unweighted["baseline"]["accuracy"]


def test_own_measurements_replace_the_estimate(capsys, shipped):
    costs = ("--energy-uj", "4000,8000", "--latency-ms", "50,90")
    found = document(capsys, "choose", "kws/trecx", "--max-latency-ms", "60", *costs)
    early, final = found["exit_counts"]
    assert found["latency_ms"] == pytest.approx((50 * early + 90 * final) / 4890)
    assert found["latency_ms"] <= 60
    assert found["energy_uj"] == pytest.approx((4000 * early + 8000 * final) / 4890)
    assert found["costs"]["kind"] == "measured"
    assert found["bands"]["energy_uj"] == [found["energy_uj"]] * 2


def test_no_answer_ends_with_status_3_and_the_nearest_two(capsys, shipped):
    wish = ("choose", "kws/trecx", "--max-flops", "3200000", "--min-accuracy", "0.92")
    status, out, _ = run(capsys, *wish, "--json")
    found = json.loads(out)
    assert (status, found["met"]) == (3, False)
    assert found["nearest"]["cheaper"]["broken"] == ["min_accuracy"]
    assert found["nearest"]["cheaper"]["flops"] <= 3.2e6
    assert found["nearest"]["more_accurate"]["broken"] == ["max_flops"]
    assert found["nearest"]["more_accurate"]["accuracy"] >= 0.92
    status, out, err = run(capsys, *wish)
    assert status == 3
    assert "No ρ meets these limits" in err
    rows = [line.split() for line in out.splitlines()]
    assert ["below", "min", "accuracy", "by", "2.57", "pt"] in rows
    assert ["above", "max", "FLOPs", "by", "519,916"] in rows
    assert [line.split()[:3] for line in out.splitlines() if "nearest" in line] == [
        ["nearest", "in", "cost"],
        ["nearest", "in", "accuracy"],
    ]


def test_one_limit_that_cannot_be_met_has_one_nearest_point(capsys, shipped):
    status, out, _ = run(capsys, "choose", "kws/trecx", "--max-flops", "1000000")
    assert status == 3
    assert out.count("nearest") == 1


def test_people_read_the_point_with_its_costs_and_what_binds(capsys, shipped):
    status, out, err = run(capsys, "choose", "kws/trecx", "--max-energy-uj", "4600", *FLOPS_FIELD)
    assert status == 0
    for words in (
        "battery life (days)",
        "max energy (µJ)",
        "next cheaper",
        "95 % CI of accuracy",
        "mJ per day",
    ):
        assert words in out
    for words in ("duty cycle", "limiting constraint", "ms per inference", *OUTCOME_LABELS):
        assert words in out
    assert "Costs (estimate by FLOPs): NUCLEO-L4R5ZI" in err
    assert "chosen on the same samples that its accuracy is measured on" in err


def test_the_printed_threshold_lies_on_its_plateau(capsys, shipped):
    _, out, _ = run(capsys, "choose", "kws/trecx", "--max-flops", "3456000")
    printed = next(line.split()[1] for line in out.splitlines() if line.split()[:1] == ["ρ"])
    found = document(capsys, "choose", "kws/trecx", "--max-flops", "3456000")
    assert found["plateau"][0] < float(printed) <= found["plateau"][1]


def test_running_to_the_end_is_an_answer_too(capsys, shipped):
    found = document(capsys, "choose", "vww/trecx", "--max-flops", "20000000", "--min-accuracy", "0.8")
    assert found["binds"] == []
    assert found["alternatives"]["more_accurate"] is None


def test_devices_are_listed_with_their_sources(capsys):
    devices = document(capsys, "devices")
    assert [device["profile_id"] for device in devices] == list(device_profiles())
    assert devices[0]["energy_uj"]["kws"] == 7373.704
    assert "results.txt" in devices[0]["source"]
    _, out, _ = run(capsys, "devices")
    assert BOARD in out
    assert "NUCLEO-L4R5ZI · Cortex-M4 120 MHz · TFLM 2.3.1 · 1.8 V" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "no limit is set; set at least one"),
        (("--max-energy-uj", "-1", "--device", BOARD), "must be a number above 0"),
        (("--max-energy-uj", "4600"), "needs a device"),
        (("--min-days", "10", "--device", BOARD), "needs a device, or measured µJ by exit, a battery"),
        (("--max-flops", "1e6", "--device", "toaster"), f"known: {BOARD}"),
        (("--max-flops", "1e6", "--battery", "potato"), "known: CR2032"),
        (("--max-flops", "1e6", "--battery", "0,3,1,1"), "capacity (mAh) must be above 0"),
        (("--max-flops", "1e6", "--mix", "loud"), "a class mix is one of"),
        (("--max-flops", "1e6", "--mix", "silence=0,unknown=2"), "within 0..1"),
        (("--max-flops", "1e6", "--energy-uj", "5"), "2 exits, got 1"),
        (("--max-flops", "1e6", "--energy-uj", "5,4"), "increase from exit to exit"),
        (("--max-flops", "1e6", "--device", BOARD, "--per-hour", "0"), "inferences per hour must be above 0"),
        (("--max-flops", "1e6", "--device", BOARD, "--per-hour", "99999"), "do not fit into an hour"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(capsys, shipped, arguments, words):
    status, out, err = run(capsys, "choose", "kws/trecx", *arguments)
    assert (status, out) == (1, "")
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--max-flops", "many"),
        ("--max-flops", "1e6", "--energy-uj", "5,many"),
        ("--max-flops", "1e6", "--energy-uj", "5,6", "--device", BOARD),
        ("--max-flops", "1e6", "--latency-ms", "5,6"),
        ("--max-drop", "0.1", "--against", "me"),
    ],
)
def test_wrong_usage_ends_with_status_2(capsys, shipped, arguments):
    assert run(capsys, "choose", "kws/trecx", *arguments)[0] == 2
