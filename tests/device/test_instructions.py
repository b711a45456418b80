"""Costs by instructions: numbers by hand, where the counts come from, and a band over both estimates."""

from dataclasses import replace

import numpy as np
import pytest

from trecx.device.energy import REFERENCE_FLOPS, estimated_costs, find_profile
from trecx.device.exit_costs import costs_title
from trecx.device.instructions import (
    InstructionCounts,
    exit_instructions,
    known_instructions,
    load_instruction_counts,
    reference_instructions,
    write_instruction_counts,
)
from trecx.device.operating_conditions import OperatingConditions
from trecx.errors import EnergyError
from trecx.scores.deployment import DeployedStage, Deployment
from trecx.store import Store
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.energy_saving import EnergySaving

BOARD = "nucleo-l4r5zi-tflm-2.3.1-1.8v"


def deployed(*instructions):
    stages = tuple(DeployedStage(100, 200, 10, count) for count in instructions)
    return Deployment(None, "default", None, stages, 300, None, 40)


@pytest.fixture
def kws(shipped):
    return Store().find_run("kws/trecx", "published")


def int8(run, *instructions):
    return replace(run, training={"precision": "int8", "deployment": deployed(*instructions).document()})


def test_energy_is_the_references_times_the_ratio_of_instructions():
    whole = reference_instructions("kws")
    costs = estimated_costs(find_profile(BOARD), "kws", [1, 2], [whole // 2, whole])
    assert costs.energy_uj == pytest.approx([7373.704 / 2, 7373.704], rel=1e-6)
    assert costs.latency_ms[1] == pytest.approx(find_profile(BOARD).latency_ms["kws"])
    assert (costs.basis, costs.kind, costs.title) == (
        *("instructions", "estimate", "estimate by instructions"),
    )
    assert "scaled by instructions" in costs.source


def test_the_estimate_by_flops_stands_beside_it_and_is_the_one_without_instructions():
    profile, flops = find_profile(BOARD), [3_127_080, 5_647_920]
    alone = estimated_costs(profile, "kws", flops)
    both = estimated_costs(profile, "kws", flops, [10**7, 2 * 10**7])
    asked = estimated_costs(profile, "kws", flops, [10**7, 2 * 10**7], "FLOPs")
    assert (alone.basis, alone.other) == ("FLOPs", None)
    assert both.other.energy_uj.tolist() == asked.energy_uj.tolist() == alone.energy_uj.tolist()
    assert (asked.basis, asked.other.basis) == ("FLOPs", "instructions")
    assert asked.other.energy_uj.tolist() == both.energy_uj.tolist()


def test_a_task_that_was_not_measured_takes_the_geometric_mean_per_instruction():
    profile = find_profile(BOARD)
    each = [profile.energy_uj[task] / reference_instructions(task) for task in REFERENCE_FLOPS]
    costs = estimated_costs(profile, "digits", [1], [1_000_000])
    assert costs.energy_uj[0] == pytest.approx(1_000_000 * float(np.prod(each)) ** (1 / 3))
    assert costs.energy_band[1] == pytest.approx(max(each) / min(each))


def test_instructions_that_are_unknown_cannot_be_asked_for():
    with pytest.raises(EnergyError, match="were not counted.*use the estimate by FLOPs"):
        estimated_costs(find_profile(BOARD), "kws", [1], None, "instructions")


def test_the_band_covers_both_estimates_at_every_threshold(eight):
    costs = estimated_costs(find_profile(BOARD), "kws", eight.exit_flops, [10_000, 11_000])
    conditions = OperatingConditions(costs)
    for threshold in (0, 0.65, 0.75, 0.85, float("inf")):
        point = operating_point(eight, threshold)
        each = (costs, costs.other)
        ends = [point.expected(one.energy_uj) * factor for one in each for factor in one.energy_band]
        assert conditions.bands(point)["energy_uj"] == (min(ends), max(ends))
    early, late = (conditions.bands(operating_point(eight, rho))["energy_uj"] for rho in (0, float("inf")))
    low, high = (end / point.expected(costs.energy_uj) for end in late)
    first = operating_point(eight, 0).expected(costs.energy_uj)
    assert [end / first for end in early] != pytest.approx([low, high])  # no pair of factors is enough


def test_the_counts_of_a_run_are_its_deployments_or_those_of_its_architecture(kws):
    row = next(
        row
        for row in load_instruction_counts()
        if (row.task, row.system, row.source) == ("kws", "trecx", "published")
    )
    assert exit_instructions(kws).tolist() == [row.stages[0], sum(row.stages)]
    assert exit_instructions(int8(kws, 7, 5)).tolist() == [7, 12]
    assert exit_instructions(int8(kws, 7, None)).tolist() == exit_instructions(kws).tolist()
    assert exit_instructions(replace(kws, exit_flops=(1, 2))) is None
    elsewhere = exit_instructions(replace(kws, source="imported"))
    assert elsewhere.tolist() == exit_instructions(kws).tolist()


def test_a_run_has_instructions_only_if_its_baseline_has_too(kws):
    baseline = Store().baseline_of(kws)
    own, reference = known_instructions(kws, baseline)
    assert (len(own), reference.tolist()) == (2, [reference_instructions("kws")])
    assert known_instructions(kws, None)[1] is None
    assert known_instructions(kws, replace(baseline, exit_flops=(1,))) == (None, None)
    assert known_instructions(replace(kws, exit_flops=(1, 2)), baseline) == (None, None)


def test_every_row_is_a_network_of_the_shipped_store(shipped):
    known = {(run.task, run.system, run.source, run.exit_flops) for run in Store().runs()}
    rows = load_instruction_counts()
    assert {(row.task, row.system, row.source, row.exit_flops) for row in rows} <= known
    assert {row.task for row in rows if row.reference} == {"ic", "kws", "vww"}
    assert all(row.system == "baseline" for row in rows if row.reference)


def test_counts_are_read_as_they_were_written(tmp_path):
    rows = [
        InstructionCounts("kws", "trecx", "published", (3, 5), (23, 14), False, "in QEMU, one sample"),
        InstructionCounts("kws", "baseline", "published", (4,), (35,), True, "in QEMU"),
    ]
    path = tmp_path / "counts.csv"
    write_instruction_counts(path, rows)
    assert load_instruction_counts(path) == rows[::-1]
    assert b"\r" not in path.read_bytes()


@pytest.mark.parametrize("text", ["", "task\nkws\n", "a,b\n1,2\n"])
def test_a_file_that_is_no_table_of_counts_says_so(tmp_path, text):
    path = tmp_path / "counts.csv"
    path.write_text(text or "task,system,source,exit_flops,instructions,reference,measured\nk,t,p,1 2,3,,\n")
    with pytest.raises(EnergyError, match="cannot be read as a table of instruction counts"):
        load_instruction_counts(path)
    with pytest.raises(EnergyError, match="cannot be read"):
        load_instruction_counts(tmp_path / "missing.csv")


def test_both_savings_are_told_only_where_they_differ_by_more_than_three_points():
    assert EnergySaving("instructions", 0.17, "FLOPs", 0.2005).text.endswith("−20.1 % by FLOPs")
    assert EnergySaving("instructions", 0.17, "FLOPs", 0.1995).text == "−17.0 % by instructions"
    assert EnergySaving(None, -0.05).text == "+5.0 %"
    assert costs_title("measured", None) == "measured"
