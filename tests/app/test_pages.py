import json
import sqlite3
import sys
from base64 import b64decode
from contextlib import closing

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.shared.plain_text import plain
from tests.conftest import ROOT
from trecx.console import console_data
from trecx.device.energy import estimated_costs, find_profile
from trecx.device.operating_conditions import OperatingConditions
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.threshold.benefit_curve import tradeoff_points
from trecx.threshold.exit_table import MOVE_COLUMNS, ExitTable
from trecx.threshold.run_context import RunContext

MAIN = str(ROOT / "app" / "main.py")


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """The dashboard works where TensorFlow is not importable."""
    for name in ("tensorflow", "keras", "keras_flops"):
        monkeypatch.setitem(sys.modules, name, None)


def opened(**address):
    page = AppTest.from_file(MAIN, default_timeout=30)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def console_of(page):
    """The console's protobuf: AppTest knows components only as unknown elements."""
    return [element.proto for element in page.main if "trecx_console" in str(element.proto)]


def save(task, system, n_exits, source="imported", model=None, training=None):
    probabilities = np.random.default_rng(n_exits).dirichlet(np.ones(12), (30, n_exits))
    scores = ExitScores(np.arange(30) % 12, np.arange(1, n_exits + 1) * 100, probabilities)
    about = Provenance(task, system, source, "mine", "test", "m", model, 1, {}, training=training or {})
    return Store().save_run(about, scores)


def test_an_empty_store_says_how_to_fill_it():
    page = opened()
    assert "no scores here yet" in page.info[0].value
    assert "python -m trecx score" in page.code[0].value


def test_the_page_opens_on_the_shipped_runs(shipped):
    page = opened()
    assert page.selectbox(key="task").value == "kws"
    run = page.selectbox(key="run of kws").value
    assert (run.system, run.source) == ("trecx", "published")
    title = page.main.markdown[0].value.replace("\\", "")
    assert "DS-CNN on Speech Commands v0.02 test, 4,890 clips" in title
    assert console_of(page)
    assert page.query_params["run"] == run.run_id
    assert page.query_params["rho"] == "0.9"


@pytest.mark.parametrize("task", ["kws", "vww", "digits"])
def test_every_shipped_system_with_exits_opens(shipped, task):
    page = opened()
    page.selectbox(key="task").set_value(task).run()
    runs = [run for run in Store().runs() if run.task == task and run.n_exits > 1]
    assert len(set(page.selectbox(key=f"run of {task}").options)) == len(runs)
    for run in {run.system: run for run in runs}.values():
        page.selectbox(key=f"run of {task}").set_value(run).run()
        assert not page.exception
        assert console_of(page)
        assert page.query_params["run"] == run.run_id


def test_the_address_chooses_run_and_threshold(shipped):
    run = Store().find_run("vww/trecx")
    page = opened(run=run.run_id, rho="0.75")
    assert page.selectbox(key="run of vww").value == run
    assert page.query_params["rho"] == "0.75"
    assert '"threshold": 0.75' in str(console_of(page)[0]).replace("\\", "")


@pytest.mark.parametrize("rho", ["nonsense", "2", "-1", "nan"])
def test_a_nonsense_threshold_in_the_address_is_told_and_replaced(shipped, rho):
    page = opened(rho=rho)
    assert "between 0 and 1" in page.warning[0].value
    assert page.query_params["rho"] == "0.9"


def test_nobody_leaves_early_is_another_address_than_a_threshold_of_one(shipped):
    for rho, told in (("inf", "null"), ("1", "1.0")):
        page = opened(rho=rho)
        assert f'"threshold": {told}' in str(console_of(page)[0]).replace("\\", "")
        assert float(page.query_params["rho"]) == float(rho)


def test_the_curve_can_be_drawn_against_whatever_is_known(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    device = find_profile("nucleo-l4r5zi-tflm-2.3.1-1.8v")
    costs = estimated_costs(device, run.task, run.exit_flops)
    known = context_options(store, run, conditions=OperatingConditions(costs), device=device)
    for axis, cost in (("FLOPs", run.exit_flops), ("energy", costs.energy_uj), ("latency", costs.latency_ms)):
        data = console_data(run, known, axis)
        assert data["axes"] == ["FLOPs", "energy", "latency"]
        assert (data["cost_axis"]["name"], data["cost_axis"]["exit_costs"]) == (axis, list(cost))
    unknown = context_options(store, run)
    assert console_data(run, unknown, "energy")["cost_axis"]["name"] == "FLOPs"
    assert console_data(run, unknown)["axes"] == ["FLOPs"]


def test_an_address_of_a_run_that_is_gone_is_told_and_another_run_shown(shipped):
    page = opened(run="kws-trecx-00000000")
    assert plain("no run kws-trecx-00000000") in page.warning[0].value
    assert console_of(page)


def remove(run):
    """Take a run out as another process would."""
    with closing(sqlite3.connect(Store().name.removeprefix("sqlite:///"))) as database, database:
        of_run = "(SELECT id FROM runs WHERE run_id = ?)"
        database.execute(f"DELETE FROM score_blocks WHERE run = {of_run}", [run.run_id])
        database.execute("DELETE FROM runs WHERE run_id = ?", [run.run_id])


def test_a_run_that_another_process_removes_is_told_and_another_run_shown():
    gone = save("kws", "trecx", 2)
    stays = save("kws", "sdn", 3)
    page = opened(run=gone.run_id)
    remove(gone)
    page.run()
    assert not page.exception
    assert plain(f"no run {gone.run_id}") in page.warning[0].value
    assert page.query_params["run"] == stays.run_id
    assert f"{stays.run_id} largest" in str(console_of(page)[0])
    remove(stays)
    page.run()
    assert not page.exception
    assert "no scores here yet" in page.info[0].value


def test_the_threshold_goes_along_when_the_run_changes(shipped):
    page = opened(rho="0.7")
    page.selectbox(key="run of kws").set_value(Store().find_run("kws/branchynet")).run()
    assert page.query_params["rho"] == "0.7"


def test_a_store_with_only_a_baseline_says_what_is_missing():
    save("kws", "baseline", 1)
    assert "without early exits" in opened().info[0].value


def test_a_run_without_a_baseline_opens():
    save("digits", "sdn", 3)
    page = opened()
    assert page.selectbox(key="task").value == "digits"
    assert '"short": "final exit"' in str(console_of(page)[0]).replace("\\", "")


def test_runs_of_one_system_are_told_apart_by_their_source():
    save("kws", "trecx", 2)
    save("kws", "trecx", 2, source="published", model="abc")
    options = opened().selectbox(key="run of kws").options
    assert set(options) == {"T-RECX · imported", "T-RECX · published"}


def test_seeds_of_one_system_are_told_apart_by_their_number():
    for seed in (0, 1):
        save("kws", "trecx", 2, source="trained here", model=f"m{seed}", training={"seed": seed})
    assert set(opened().selectbox(key="run of kws").options) == {"T-RECX · seed 0", "T-RECX · seed 1"}


def test_two_runs_of_one_system_are_told_apart_by_their_ids():
    save("kws", "trecx", 2)
    save("kws", "trecx", 3)
    options = opened().selectbox(key="run of kws").options
    assert set(options) == {f"T-RECX · {run.run_id}" for run in Store().runs()}


def test_a_broken_store_is_told_in_place(tmp_path, monkeypatch):
    (tmp_path / "x.sqlite").write_text("no database " * 200)
    monkeypatch.setenv("TRECX_DB", str(tmp_path / "x.sqlite"))
    assert "not an SQLite database" in opened().error[0].value


def context_options(store, run, **setting):
    baseline = store.baseline_of(run)
    counts = ExitTable.of(store.load_scores(baseline)) if baseline else None
    return RunContext(run.task, ExitTable.of(store.load_scores(run)), counts, **setting)


def test_the_browser_gets_the_table_the_baseline_and_the_marks(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    context = context_options(store, run)
    data = console_data(run, context)
    table = json.loads(data["table"])
    assert sum(table["start"]["count"]) == 4890
    assert len(table["moves"]) == len(MOVE_COLUMNS)
    for name, counted in zip(MOVE_COLUMNS, context.table.moves.T, strict=True):
        packed = table["moves"][name]
        assert np.array_equal(np.frombuffer(b64decode(packed["numbers"]), packed["kind"]), counted)
    assert sum(data["reference"].pop("class_correct")) == 4507
    reference = {"name": "baseline", "accuracy": 4507 / 4890, "exit_rate": 0, "flops": 5_541_064}
    assert data["reference"] == reference | {"short": "baseline"}
    points = tradeoff_points(context.curve, 4507 / 4890)
    assert [(mark["label"], mark["threshold"]) for mark in data["marks"]] == [
        (label, point.threshold)
        for label, point in zip(("= baseline", "−1 pt", "−2 pt", "−3 pt"), points, strict=True)
    ]
    assert data["text"]["break_even"] == "break-even 4.2 %"


def test_another_criterion_is_said_and_an_entropy_has_no_int8_steps(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    data = console_data(run, context_options(store, run), criterion="entropy")
    assert data["text"]["axis"] == "Early-exit entropy confidence"
    assert list(data["precisions"]) == ["float32"]
    assert list(console_data(run, context_options(store, run), criterion="margin")["precisions"])[1:] == [
        "int8"
    ]


def test_what_the_browser_needs_is_computed_once_a_setting_not_once_a_release(shipped, monkeypatch):
    computed = []

    def counted(*args):
        computed.append(args)
        return console_data(*args)

    st.cache_data.clear()
    monkeypatch.setattr("app.cache.console.live_console_data", counted)
    page = opened()
    page.run()
    assert len(computed) == 1
    for name, other in (("battery", "2xAA"), ("mix", "even"), ("device", "none")):
        page.selectbox(key=name).select(other).run()
    assert len(computed) == 4


def test_a_mark_that_the_curve_does_not_reach_is_left_out(shipped):
    store = Store()
    run = store.find_run("kws/sdn")  # its best accuracy stays 0.25 points below the baseline's
    data = console_data(run, context_options(store, run))
    assert [mark["label"] for mark in data["marks"]] == ["−1 pt", "−2 pt", "−3 pt"]
    assert data["text"]["break_even"] == ""
