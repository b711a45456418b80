"""What goes with the user from page to page."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.cache import exit_table
from tests.conftest import ROOT
from trecx.store import Store
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.exit_criteria import by_criterion

MAIN = str(ROOT / "app" / "main.py")
PAGES = ("tune", "compare", "confidence", "classes", "samples")


def opened(**address):
    page = AppTest.from_file(MAIN, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    return page.run()


def on(page, name):
    page.switch_page(f"views/{name}.py").run()
    assert not page.exception, name
    return page


def test_run_threshold_and_setting_go_along_through_all_pages(shipped):
    run = Store().find_run("kws/sdn")
    page = opened(run=run.run_id, rho="0.75")
    page.selectbox(key="mix").select("even").run()
    for name in (*PAGES[1:], *PAGES):
        on(page, name)
        assert page.query_params["run"] == run.run_id
        assert page.query_params["rho"] == "0.75"
        assert page.selectbox(key="mix").value == "even"


@pytest.mark.parametrize("criterion", ["entropy", "margin"])
def test_the_chosen_criterion_makes_the_counts_and_stands_in_the_address(shipped, criterion):
    run = Store().find_run("kws/trecx")
    page = opened(run=run.run_id)
    page.selectbox(key=f"criterion of {run.run_id}").select(criterion).run()
    assert page.query_params["criterion"] == criterion
    counted = exit_table(run, Store().name, criterion).curve()
    direct = benefit_curve(by_criterion(Store().load_scores(run), criterion))
    assert np.array_equal(counted.correct, direct.correct)
    assert not np.array_equal(counted.correct, exit_table(run, Store().name).curve().correct)
    on(page, "samples")
    told = "uses the maximum softmax probability as exit criterion, not"
    assert any(told in caption.value for caption in page.caption)
    on(page, "tune")
    assert page.selectbox(key=f"criterion of {run.run_id}").value == criterion


def test_an_unknown_criterion_is_told_and_two_classes_leave_no_choice(shipped):
    page = opened(criterion="nonsense")
    assert "no exit criterion 'nonsense'" in page.warning[0].value
    page = opened(run=Store().find_run("vww/trecx").run_id)
    assert not [box for box in page.selectbox if box.label == "Exit criterion"]


def test_a_design_in_the_address_is_its_preferred_run_as_on_the_command_line(shipped):
    page = opened(run="ic/trecx")
    assert not page.warning
    run = page.selectbox(key="run of ic").value
    assert (run.system, run.source, run.dataset) == ("trecx", "published", "CIFAR-10 test")
    assert opened(run="ic/trecx-two-exits").selectbox(key="run of ic").value.dataset == "CIFAR-10 (JPEG)"
    assert "ic/baseline has one exit, so no ρ" in opened(run="ic/baseline").warning[0].value


def test_a_run_that_is_gone_gives_way_to_one_of_its_task_and_one_without_early_exits_is_not_called_gone(
    shipped,
):
    gone = opened(run="vww-trecx-00000000")
    assert gone.selectbox(key="task").value == "vww"
    assert "There is no run" in gone.warning[0].value
    baseline = Store().find_run("vww/baseline")
    single = opened(run=baseline.run_id)
    assert single.selectbox(key="task").value == "vww"
    assert "has one exit, so no ρ" in single.warning[0].value
