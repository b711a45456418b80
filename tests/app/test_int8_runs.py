"""The pages on a store with float32 and int8 runs: labels, steps of ρ, the data of the console."""

import json
import sys

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.compare.table import record
from app.shared.run_controls import run_title
from tests.comparison.synthetic import save_synthetic
from tests.conftest import ROOT
from tests.int8_runs import save_int8
from trecx.comparison.design import Design
from trecx.console import Counterpart, PrecisionChoice, console_data
from trecx.store import Store
from trecx.store.run_context import load_context
from trecx.threshold.decision_differences import exit_differences

MAIN = str(ROOT / "app" / "main.py")
NAME, INT8 = "digits/trecx", "digits/trecx:int8"


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """The dashboard works where TensorFlow is not importable."""
    for name in ("tensorflow", "keras", "keras_flops"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def store():
    store = Store()
    for system in ("baseline", "trecx", "sdn"):
        save_int8(store, save_synthetic(store, "digits", system, 0))
    return store


def opened(view="tune", **address):
    page = AppTest.from_file(MAIN, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    page.switch_page(f"views/{view}.py").run()
    assert not page.exception
    return page


def console_of(page):
    (proto,) = [element.proto for element in page.main if "trecx_console" in str(element.proto)]
    return json.loads(proto.json)


def words(page):
    kinds = ("caption", "markdown", "warning")
    return " ".join(element.value for kind in kinds for element in page.get(kind))


def precisions_of(page):
    data = console_of(page)
    return data["precisions"], data["fixed_precision"], data["counterpart"]


def test_the_picker_tells_both_runs_apart_and_opens_the_named_one(store):
    page = opened(run=INT8)
    picker = page.selectbox(key="run of digits")
    assert picker.value.precision == "int8"
    assert {"T-RECX", "T-RECX (int8)"} <= set(picker.options)
    assert "int8 run: ρ acts in steps of 1/256" in words(page)
    assert "baseline: float32" not in words(page)


def test_a_bare_name_opens_the_float32_run(store):
    assert opened(run=NAME).selectbox(key="run of digits").value.precision == "float32"


def test_a_title_names_precision_and_seed_only_where_they_differ(store):
    runs = [*store.runs(), save_synthetic(store, "digits", "trecx", 1)]
    titles = [run_title(run, runs) for run in runs if run.system == "trecx"]
    assert sorted(titles) == ["T-RECX (int8)", "T-RECX · seed 0", "T-RECX · seed 1"]


def test_a_baseline_of_the_other_precision_is_named_beside_the_run(store):
    store.delete_run(store.find_run("digits/baseline:int8"))
    assert "baseline: float32" in words(opened(run=INT8))
    assert "have another precision" not in words(opened("compare", run=NAME))
    told = words(opened("compare", run=INT8))
    assert "another precision than the design's: " in told
    assert "T-RECX (int8) · trained here, seed 0 (float32)" in told


def test_the_console_has_both_precisions_and_the_differences_of_every_step(store):
    for name, other, where in ((NAME, INT8, "int8"), (INT8, NAME, "float32")):
        runs = store.find_run(name), store.find_run(other)
        data = console_of(opened(run=name))
        assert (data["precisions"], data["fixed_precision"]) == (["float32", "int8"], runs[0].precision)
        counted = exit_differences(*map(store.load_answers, runs))
        assert data["counterpart"] == {"precision": where, "differences": counted.tolist()}
        assert data["text"]["hints"]["int8"].endswith("The scores are those of the int8 network.")


def test_without_an_int8_run_the_snapped_view_stays_and_says_that_it_approximates(store):
    store.delete_run(store.find_run(INT8))
    assert precisions_of(opened(run=NAME)) == (["float32", "int8"], None, None)
    data = console_of(opened(run=NAME, precision="int8"))
    assert data["precision"] == "int8"
    assert "This is an approximation" in data["text"]["hints"]["int8"]
    assert "trecx deploy digits/trecx" in data["text"]["hints"]["difference"]


def test_an_int8_run_alone_has_no_float32_view(store):
    store.delete_run(store.find_run(NAME))
    assert precisions_of(opened(run=INT8)) == (["int8"], "int8", None)


def test_the_entropy_has_no_switch(store):
    run, other = store.find_run(INT8), store.find_run(NAME)
    assert PrecisionChoice.of(run, "entropy", other) == PrecisionChoice(("float32",), "float32")
    assert precisions_of(opened(run=INT8, criterion="entropy")) == (["float32"], "float32", None)


def test_a_link_to_the_snapped_view_shows_its_step_now_that_there_is_an_int8_run(store):
    data = console_of(opened(run=NAME, rho="0.69", precision="int8"))
    assert (data["threshold"], data["fixed_precision"]) == (177 / 256, "float32")
    assert console_of(opened(run=NAME, rho="0.69"))["threshold"] == 0.69


def test_the_version_of_the_data_depends_on_the_differences(store):
    run, other = store.find_run(INT8), store.find_run(NAME)
    context = load_context(store, run)
    versions = {
        console_data(run, context, counterpart=Counterpart(other, np.full(257, count)))["version"]
        for count in (1, 2)
    }
    assert len(versions) == 2


@pytest.mark.parametrize("view", ["classes", "samples"])
def test_other_pages_move_an_int8_run_in_its_steps(store, view):
    page = opened(view, run=INT8, rho="0.69")
    assert page.query_params["rho"] == str(177 / 256)
    assert opened(view, run=INT8, rho="0.999").query_params["rho"] == "inf"
    assert opened(view, run=NAME, rho="0.69").query_params["rho"] == "0.69"


def test_a_saved_point_of_an_int8_run_has_its_rule_and_its_label(store):
    page = opened(run=INT8, rho="0.69")
    page.text_input(key="point name").input("Door")
    page.button(key="keep point now").click().run()
    (saved,) = store.points.all()
    rule = saved.record.rule
    assert (rule.threshold, rule.precision, rule.effective) == (0.69, "int8", 177 / 256)
    assert saved.record.baseline_run_id == store.find_run("digits/baseline:int8").run_id
    shown = opened("saved_points").dataframe[0].value
    assert shown["of"].tolist() == ["digits · T-RECX (int8)"]
    assert shown["state"].tolist() == ["unchanged"]


def test_int8_designs_are_compared_as_designs_of_their_own(store):
    page = opened("compare", run=INT8)
    picker = page.multiselect(key="designs_digits")
    assert {"T-RECX · trained here, seed 0", "T-RECX (int8) · trained here, seed 0"} <= set(picker.options)
    assert all("(int8)" in name for name in picker.value)
    picker = opened("compare", run=NAME).multiselect(key="designs_digits")
    assert not any("(int8)" in name for name in picker.value)


def test_the_table_of_designs_has_the_precision(store):
    run = store.find_run(INT8)
    assert record(Design("T-RECX (int8)", [run], [load_context(store, run)]), [])["precision"] == "int8"


def test_the_list_of_runs_has_their_precision(store):
    listed = opened("import_scores").dataframe[0].value
    assert listed["precision"].tolist() == [run.precision for run in store.runs()]
