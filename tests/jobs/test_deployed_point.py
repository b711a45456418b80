"""The point of a deployment on one half of the samples, and its guarantee: tested again, or left out."""

from dataclasses import replace

import pytest

from tests.int8_runs import shipped_with_int8
from tests.jobs.test_deployment import KWS, fake_deployment, made_of
from trecx.datasets.halves import Half
from trecx.jobs import worker
from trecx.jobs.deployed_point import lost_guarantee, options_of, point_of
from trecx.jobs.job import Job
from trecx.jobs.records import Records
from trecx.jobs.worker import do_job
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import rule_for
from trecx.saved_points.recorded import recorded_guarantee, recorded_split
from trecx.store import Store
from trecx.store.run_context import answers_of, joint_counts_of, load_context
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import candidates
from trecx.threshold.limits import Limits

LOST, SURE, HELD_OUT = Limits(max_lost=0.03), Guarantee(0.9), Half("held-out", 5)


@pytest.fixture
def int8(shipped, tmp_path):
    """A store with an int8 run of a network."""
    return shipped_with_int8(shipped, tmp_path, "kws/trecx")


def half_of(store, name, half, limits, guarantee, threshold=None):
    """A point on a half, at the ρ that is guaranteed on the calibration half, or another; with it."""
    run = store.find_run(name)
    context = load_context(store, run, half=half)
    rule = rule_for(run, 0.0)
    grid = candidates(rule.thresholds)
    joint = joint_counts_of(store, run, grid, half=Half("calibration", half.seed))
    chosen = context.guaranteed(joint, limits, guarantee)
    rule = replace(rule, threshold=chosen.best.threshold if threshold is None else threshold)
    kept = recorded_guarantee(chosen, rule.effective)
    split = recorded_split(store.split(run, half.seed), half)
    return capture_point(run, store.baseline_of(run), context, rule, guarantee=kept, split=split)


def test_the_int8_run_is_measured_on_the_half_of_the_point_and_its_guarantee_is_tested_again(int8):
    there = half_of(int8, "kws/trecx:float32", HELD_OUT, LOST, SURE, 0.9)
    made = made_of(there, int8)
    assert made.half == HELD_OUT
    assert made.split == there.split
    answers = answers_of(int8, int8.find_run("kws/trecx:int8"), half=HELD_OUT)
    point = ExitTable.of(answers).operating_point(made.rule.effective)
    assert made.numbers["confusion"] == point.confusion.tolist() != there.numbers["confusion"]
    again = half_of(int8, "kws/trecx:int8", HELD_OUT, LOST, SURE, made.rule.threshold)
    assert made.guarantee == again.guarantee != there.guarantee
    assert made.guarantee.bound <= 0.03
    assert lost_guarantee(options_of(there), {"guarantee": {}}) == []


def test_a_guarantee_that_does_not_hold_for_the_int8_run_is_left_out_and_that_is_said(int8):
    there = half_of(int8, "kws/trecx:float32", HELD_OUT, LOST, SURE)
    run, options = int8.find_run("kws/trecx:int8"), options_of(there)
    too_low = replace(options, threshold=0.3)
    assert point_of(too_low, int8, run).guarantee is None
    (told,) = lost_guarantee(too_low, {"run_id": run.run_id})
    assert "with the int8 scores, ρ does not pass the test" in told
    assert f"the int8 run {run.run_id}, and deploy again" in told
    each = replace(options, threshold=None, thresholds=[options.threshold])
    assert point_of(each, int8, run).guarantee is None
    assert "the thresholds are not tested" in lost_guarantee(each, {"run_id": run.run_id})[0]


def test_a_guarantee_of_the_run_itself_stays_as_it_is(int8):
    there = half_of(int8, "kws/trecx:int8", HELD_OUT, LOST, SURE)
    run, options = int8.find_run("kws/trecx:int8"), options_of(there)
    assert point_of(options, int8, run).guarantee == there.guarantee
    each = replace(options, threshold=None, thresholds=[options.threshold])
    assert point_of(each, int8, run).guarantee == there.guarantee


def test_a_guarantee_against_a_baseline_is_left_out_where_there_is_none(int8, monkeypatch):
    drop = Limits(max_drop=0.04, against="baseline")
    options = options_of(half_of(int8, "kws/trecx:float32", HELD_OUT, drop, SURE))
    assert options.guarantee["against"] == "baseline"
    monkeypatch.setattr(Store, "baseline_of", lambda *_: None)
    assert point_of(options, int8, int8.find_run("kws/trecx:int8")).guarantee is None


def test_a_lost_guarantee_is_a_warning_of_the_job(tmp_path, monkeypatch, shipped):
    records = Records(tmp_path)
    there = half_of(Store(), "kws/trecx", HELD_OUT, LOST, SURE)
    records.keep(Job(1, KWS, point=options_of(there)).started())

    def deploy(model, store, point_of, out, progress):
        out.mkdir()
        return fake_deployment(warnings=["Exit 1 loses 2 points."])

    monkeypatch.setattr(worker, "deploy_known", deploy)
    do_job(records, 1)
    assert [warning[:13] for warning in records.find(1).warnings] == ["Exit 1 loses ", "The guarantee"]
