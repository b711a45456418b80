"""Exporting from the page: what is offered, what the files hold when they are asked for, and what is told."""

import json
import math
import sys

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from tests.report.reports import Page
from tests.saved_points.records import record_of
from trecx.saved_points.record import Rule
from trecx.store import Store

WITHOUT_INT8 = "kws/trecx-at-quarter"  # no int8 run of it is shipped
MAIN = str(ROOT / "app" / "main.py")


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """The dashboard works where TensorFlow is not importable."""
    for name in ("tensorflow", "keras", "keras_flops"):
        monkeypatch.setitem(sys.modules, name, None)


def opened(state=None, **address):
    """The page with the export open; `state`: what is picked in it, by key."""
    page = AppTest.from_file(MAIN, default_timeout=60)
    for key, value in (state or {}).items():
        page.session_state[key] = value
    for name, value in address.items():
        page.query_params[name] = value
    page.run().button(key="export").click().run()
    assert not page.exception
    return page


def slides_of(page):
    """What the browser gets to draw: AppTest knows components only as unknown elements."""
    (shown,) = [element for element in page.get("bidi_component") if "trecx_slides" in str(element.proto)]
    return json.loads(shown.proto.json)["slides"]


def said(page):
    return " ".join(caption.value for caption in page.caption).replace("\\", "")


def test_the_export_offers_a_report_and_files_made_only_when_they_are_asked_for(shipped, offered):
    page = opened(run=WITHOUT_INT8, rho="0.69", mix="even", precision="int8")
    name = "kws-trecx-at-quarter-rho-0-69"
    assert list(offered) == [f"{name}{ending}" for ending in (".html", ".h", ".json", ".csv")]
    assert "ρ = 0.69 for the maximum softmax probability of an int8 softmax" in said(page)
    point = json.loads(offered[f"{name}.json"]())
    assert point["numbers"] == record_of(WITHOUT_INT8, Rule(0.69, precision="int8"), mix="even").numbers
    assert "#define TRECX_THRESHOLD_INT8 49" in offered[f"{name}.h"]()
    report = Page(offered[f"{name}.html"]())
    assert report.data["begin"] == {"threshold": 0.69, "precision": "int8"}
    assert "Classes are weighted (even)" in report.words
    titles = [slide["title"] for slide in slides_of(page)]
    assert titles == ["benefit curve", "savings", "confusion"]


def test_other_runs_and_pictures_go_into_the_report_where_they_are_picked(shipped, offered):
    run, other = Store().find_run("digits/trecx"), Store().find_run("digits/sdn")
    picked = {f"export beside {run.run_id}": [other.run_id], "export pictures": True}
    opened(picked, run=run.run_id, rho="0.9")
    report = Page(offered["digits-trecx-rho-0-9.html"]())
    assert "Comparison with other designs" in report.words
    assert "may be personal data" in report.words


def test_where_the_samples_are_not_at_hand_no_pictures_are_offered_and_it_is_said(
    shipped, monkeypatch, tmp_path
):
    monkeypatch.setattr("trecx.files.paths.DOWNLOADS", tmp_path)
    page = opened(run="kws-trecx-1bbb3c96")
    assert "run 'python -m trecx data fetch kws'" in said(page)
    assert not page.checkbox
    by_margin = opened(run="kws-trecx-1bbb3c96", criterion="margin")
    assert "with the maximum softmax probability as exit criterion only" in said(by_margin)


def test_a_point_without_a_threshold_and_one_by_entropy_are_exported_too(shipped, offered):
    opened(run="kws-trecx-1bbb3c96", rho="inf")
    point = json.loads(offered["kws-trecx-rho-inf.json"]())
    assert (point["rule"]["threshold"], point["numbers"]["exit_rate"]) == (None, 0)
    opened(run="kws-trecx-1bbb3c96", rho="0.5", criterion="entropy", precision="int8")
    rule = json.loads(offered["kws-trecx-rho-0-5.json"]())["rule"]
    assert (rule["criterion"], rule["precision"]) == ("entropy", "float32")
    assert rule["entropy_limit_nats"] == pytest.approx(0.5 * math.log(12))


def test_a_report_that_cannot_be_made_says_why(shipped, offered, monkeypatch):
    opened(run="kws-trecx-1bbb3c96", rho="0.69")
    monkeypatch.setattr("trecx.report.page.MOST_BYTES", 1000)
    assert "The report could not be made: a report of kws-trecx-1bbb3c96 would take more" in (
        offered["kws-trecx-rho-0-69.html"]()
    )
