"""Deployment from the page: for which runs it is offered, what is asked for, and how a job is shown."""

import shutil
import sys
import zipfile
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_export import MAIN
from tests.comparison.synthetic import save_synthetic
from tests.jobs.worker import wait_until
from tests.saved_points.records import BOARD
from trecx.errors import missing_tensorflow
from trecx.jobs.job import CANCELLED, DONE, FAILED, WAITING, Job, PointOptions
from trecx.jobs.readiness import queue_of
from trecx.store import Store

RUN, KWS = "kws-trecx-1bbb3c96", "published/kws/trecx"
POINT = PointOptions(0.9, "largest", "as tested", BOARD, battery="CR2032", inferences_per_hour=1200.0)


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """The dashboard works where TensorFlow is not importable."""
    for name in ("tensorflow", "keras", "keras_flops", "tflite_micro"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def queue(own_copy, queue):
    """The queue of a store that the test may write to."""
    return queue


def opened(run=RUN, **address):
    """The page Tune with the export open."""
    page = AppTest.from_file(MAIN, default_timeout=60)
    for name, value in (address | {"run": run}).items():
        page.query_params[name] = value
    return press(page.run(), "export")


def press(page, key):
    page.button(key=key).click().run()
    assert not page.exception
    return page


def said(page):
    """The page's text as it is shown; AppTest counts the dialog to no part of the page."""
    texts = "\n".join(element.value for kind in (page.markdown, page.caption) for element in kind)
    return texts.replace("\\", "").replace("\u2060", "")


def keys_of(page):
    return {button.key for button in page.button}


def done_job(queue, number, run_id, point=POINT, **how):
    """Put a deployment that is done, with its zip, into the queue."""
    queue.records.keep(Job(number, KWS, DONE, 100.0, 161.0, run_id, point=point, **how))
    with zipfile.ZipFile(queue.records.folder / f"{number}.zip", "w") as package:
        package.writestr("kws-trecx-rho-0.9/README.md", f"read me {number}")


def test_the_point_on_the_page_is_asked_for_and_its_job_is_shown_while_it_waits_and_runs(queue):
    address = {"rho": "0.69", "mix": "even", "criterion": "margin", "device": BOARD, "battery": "2xAA"}
    page = opened(rate="7", **address)
    assert "gives an int8 run in this store and a zip file" in said(page)
    press(page, "deploy")
    job = queue.jobs()[0]
    assert job.key == KWS
    assert job.point == PointOptions(0.69, "margin", "even", BOARD, battery="2xAA", inferences_per_hour=420.0)
    wait_until(lambda: queue.records.step_of(job.number))
    press(page, "export")
    assert "Deployment at ρ = 0.69 · Keyword spotting · running, 0:" in said(page)
    assert page.get("progress")[0].proto.value == 25
    assert [code.value.strip() for code in page.code] == ["working on 1"]
    press(page, "deploy")  # the same again is one job
    press(opened(rho="inf"), "deploy")
    assert [job.point.threshold for job in queue.jobs()] == [None, 0.69]
    press(press(page, "export"), "cancel 1")
    wait_until(lambda: queue.records.find(1).state == CANCELLED)


def test_a_deployment_that_is_done_is_offered_as_a_zip_and_leads_to_its_int8_run(queue, offered):
    other = Store().find_run("kws/sdn")
    done_job(queue, 1, other.run_id, warnings=["Exit 1 loses *2 points*."])
    page = opened(rho="0.5")
    assert offered["kws-trecx-rho-0.9.zip"] == (queue.records.folder / "1.zip").read_bytes()
    assert f"Int8 run {other.run_id}: 4,890 samples, accuracy per exit " in said(page)
    assert "done in 1:01" in said(page)
    assert [warning.value.replace("\\", "") for warning in page.warning] == ["Exit 1 loses *2 points*."]
    press(page, "look 1")
    assert page.selectbox(key="run of kws").value == other
    assert (page.query_params["run"], page.query_params["rho"]) == (other.run_id, "0.9")


def test_a_deployment_with_one_threshold_per_exit_is_shown_and_opened_with_them(queue, offered):
    other = Store().find_run("kws/sdn")
    done_job(queue, 1, other.run_id, replace(POINT, threshold=None, thresholds=[0.5, None, 0.90625]))
    page = opened(per_exit="0.1")
    assert "Deployment at ρ₁ = 0.5, ρ₂ never, ρ₃ = 0.90625 · " in said(page)
    assert "kws-trecx-rho-0.5-never-0.9062.zip" in offered
    press(page, "look 1")
    assert page.query_params["per_exit"] == "0.5,inf,0.90625"


def test_a_deployment_with_one_threshold_leads_to_one_threshold(queue, offered):
    done_job(queue, 1, Store().find_run("kws/sdn").run_id)
    page = press(opened(per_exit="0.1"), "look 1")
    assert page.query_params["rho"] == "0.9"
    assert "per_exit" not in page.query_params


def test_only_a_deployment_that_is_done_has_a_zip_and_the_latest_ones_of_the_run_are_shown(queue, offered):
    for number in range(1, 5):
        done_job(queue, number, "gone", replace(POINT, threshold=number / 10))
    queue.records.keep(Job(5, KWS, FAILED, 100.0, 103.0, reason="no *room*", point=POINT))
    queue.records.keep(Job(6, "published/kws/sdn", DONE, 100.0, 103.0, "gone", point=POINT))
    queue.records.keep(Job(7, KWS, DONE, 100.0, 103.0, "gone"))  # a scoring
    (queue.records.folder / "5.zip").write_text("half")
    page = opened()
    assert {name for name in offered if name.endswith(".zip")} == {
        "kws-trecx-rho-0.4.zip",
        "kws-trecx-rho-0.3.zip",
    }
    assert [error.value.replace("\\", "") for error in page.error] == ["no *room*"]
    assert "failed after 0:03" in said(page)
    assert "Run gone is no longer in this store." in said(page)


def test_the_page_score_lists_deployments_and_scores_their_model_all_the_same(queue, offered):
    done_job(queue, 1, Store().find_run("kws/sdn").run_id)
    queue.records.keep(Job(2, KWS, WAITING, point=POINT))
    page = AppTest.from_file(MAIN, default_timeout=90).run().switch_page("views/score.py").run()
    assert not page.exception
    words = said(page)
    assert "Deployment at ρ = 0.9 · Keyword spotting · done in 1:01" in words
    assert "cancel 2" in keys_of(page)
    assert "kws-trecx-rho-0.9.zip" in offered
    assert "queued" not in set(page.dataframe[0].value["state"])


def test_a_run_whose_model_is_not_known_gets_the_command_instead(queue):
    page = opened(save_synthetic(Store(), "digits", "trecx", 0).run_id)
    assert "Only known models can be deployed from this page" in said(page)
    assert "python -m trecx deploy MODEL --task digits --system trecx" in said(page)
    assert "deploy" not in keys_of(page)


def test_without_the_tools_it_says_how_to_get_them_and_offers_nothing(own_copy, monkeypatch):
    page = opened()
    assert missing_tensorflow() in page.info[0].value.replace("\\", "")
    assert "deploy" not in keys_of(page)
    monkeypatch.setattr("trecx.jobs.readiness.find_spec", lambda name: None if "micro" in name else name)
    page = opened()
    assert "TensorFlow Lite Micro is not installed here" in page.info[0].value.replace("\\", "")
    assert "deploy" not in keys_of(page)
    assert not queue_of(Store()).records.folder.exists()


def test_a_queue_that_cannot_be_written_is_told(queue):
    shutil.rmtree(queue.records.folder)
    queue.records.folder.write_text("a file")
    page = press(opened(), "deploy")
    assert "cannot be written (File exists)" in page.toast[0].value.replace("\\", "")
    queue.records.folder.unlink()
