"""The page "Score": what can be scored, the queue, and that only keys of known models leave the browser."""

import shutil
import sys

import pytest
from streamlit.testing.v1 import AppTest

from app.score.models import list_key
from tests.comparison.synthetic import save_synthetic
from tests.conftest import ROOT
from tests.jobs.worker import KEYS, wait_until
from trecx.errors import missing_tensorflow
from trecx.files import paths
from trecx.jobs import queue as queue_module
from trecx.jobs.job import CANCELLED, DONE, FAILED, Job
from trecx.jobs.known_models import known_models
from trecx.jobs.readiness import queue_of
from trecx.store import Store

MAIN = str(ROOT / "app" / "main.py")
DIGITS = [model for model in known_models() if model.task == "digits"]


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """The dashboard works where TensorFlow is not importable."""
    for name in ("tensorflow", "keras", "keras_flops"):
        monkeypatch.setitem(sys.modules, name, None)


def opened(task=None):
    page = AppTest.from_file(MAIN, default_timeout=90).run().switch_page("views/score.py").run()
    if task:
        page.segmented_control(key="models").set_value(task).run()
    assert not page.exception
    return page


def tick(page, *rows):
    page.session_state[list_key(DIGITS)] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    page.run()
    assert not page.exception
    return page


def press(page, key):
    page.button(key=key).click().run()
    assert not page.exception
    return page


def said(page):
    kinds = (page.main.markdown, page.main.caption, page.error, page.info)
    texts = "\n".join(element.value for kind in kinds for element in kind)
    return texts.replace("\\", "").replace("\u2060", "")  # what is escaped shows as it is


def keys_of(page):
    return {button.key for button in page.button}


def test_every_task_shows_its_samples_and_models_and_which_of_them_are_scored(own_copy, queue):
    page = opened()
    assert "Score a model" in said(page)
    published = "Published models (MIT, Copyright (c) 2023 Nikhil Pratap Ghanathe)"
    assert f"{published}: scored on Speech Commands" in said(page)
    assert "(kws small data)" in said(page)
    assert "(CC BY 4.0; download" in said(page)
    page.segmented_control(key="models").set_value("digits").run()
    assert "Models trained here: scored on scikit-learn digits (included in scikit-learn)" in said(page)
    listed = page.dataframe[0].value
    assert len(listed) == len(DIGITS)
    assert set(listed["state"]) == {"yes"}
    best = listed[(listed["system"] == "T-RECX") & (listed["weights"] == "seed 1")]
    run = next(model for model in DIGITS if model.key == "trained here/digits/trecx/seed-1").scored_as(
        Store().runs()
    )
    assert best["accuracy"].tolist() == [round(100 * run.standalone_accuracy[-1], 2)]
    assert "No model has been scored on this page yet" in said(page)


def test_what_is_not_here_says_how_much_is_to_be_fetched(tmp_path, monkeypatch, queue):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path / "downloads")
    page = opened("vww")
    assert "(COCO terms of use; the images belong to their makers; download 23 MB)" in said(page)
    assert page.dataframe[0].value["model"].tolist() == [
        "download 3.1 MB",
        "download 3.1 MB",
        "download 3.0 MB",
    ]


def test_two_at_once_queue_up_show_how_far_they_are_and_survive_another_session(queue):
    page = press(tick(opened("digits"), 0, 1), "score")
    wait_until(lambda: queue.records.step_of(1))
    for other in (page.run(), opened("digits")):
        assert [job.state for job in queue.jobs()] == ["waiting", "running"]
        assert "running, 0:" in said(other)
        assert "· waiting" in said(other)
        assert [code.value.strip() for code in other.code] == ["working on 1"]
        bar = other.get("progress")[0].proto
        assert (bar.value, bar.text.replace("\N{NO-BREAK SPACE}", " ")) == (25, "working: 25 %")
        assert other.dataframe[0].value["state"].tolist()[:3] == ["queued", "queued", "not yet"]
        assert {"cancel 1", "cancel 2"} <= keys_of(other)
    assert tick(page, 0, 1).button(key="score").disabled
    assert tick(page, 1, 2, 3).button(key="score").label == "Score 2 models"


def test_a_job_is_cancelled_from_any_session(queue):
    press(tick(opened("digits"), 0, 1), "score")
    wait_until(lambda: queue.records.step_of(1))
    page = press(press(opened("digits"), "cancel 2"), "cancel 1")
    assert "cancelled before it started" in said(page)
    assert "cancelled after 0:" in said(page)
    assert [job.state for job in queue.jobs()] == [CANCELLED, CANCELLED]
    assert not {"cancel 1", "cancel 2"} & keys_of(page.run())


def test_a_job_that_is_done_leads_to_its_run(own_copy, queue):
    run = next(model for model in DIGITS if model.key == "trained here/digits/sdn/seed-1").scored_as(
        Store().runs()
    )
    queue.records.keep(Job(1, "trained here/digits/sdn/seed-1", DONE, 100.0, 161.0, run.run_id))
    queue.records.keep(Job(2, KEYS[0], DONE, 100.0, 161.0, "digits-gone"))
    page = opened("digits")
    page.number_input(key="rate").set_value(7.0).run()
    assert "done in 1:01" in said(page)
    assert f"Run {run.run_id}: 500 samples, accuracy per exit " in said(page)
    assert "Run digits-gone is no longer in this store." in said(page)
    assert "look 2" not in keys_of(page)
    press(page, "look 1")
    assert page.query_params["run"] == run.run_id
    assert page.number_input(key="rate").value == 7.0
    assert page.selectbox(key="run of digits").value == run


def test_a_job_that_ends_while_the_page_is_drawn_leads_to_its_run_too(queue, monkeypatch):
    jobs = queue_module.Queue.jobs

    def end_now(self):
        if not self.records.find(1):
            run = save_synthetic(Store(), "digits", "trecx", 0)
            self.records.keep(Job(1, KEYS[0], DONE, 100.0, 161.0, run.run_id))
        return jobs(self)

    monkeypatch.setattr(queue_module.Queue, "jobs", end_now)
    assert "look 1" in keys_of(opened())


def test_a_model_that_is_scored_is_not_scored_again_but_looked_at(own_copy, queue):
    row = [model.key for model in DIGITS].index("trained here/digits/branchynet/seed-0")
    page = tick(opened("digits"), row)
    assert page.button(key="score").disabled
    press(page, "look")
    assert page.selectbox(key="task").value == "digits"
    assert page.query_params["run"].startswith("digits-branchynet-")


def test_a_job_that_failed_says_why_and_shows_its_log_as_it_is(queue):
    hostile = "![x](http://evil/x.png) <b>no</b>"
    queue.records.keep(Job(1, KEYS[0], FAILED, 100.0, 103.0, reason=hostile))
    queue.records.log_path(1).write_text(hostile)
    queue.records.keep(Job(2, hostile, FAILED, 100.0, 103.0, reason="no"))  # of a model that is gone
    page = opened("digits")
    assert hostile in said(page)
    assert "failed after 0:03" in said(page)
    assert [code.value for code in page.code] == [hostile]
    assert not [e.value for e in (*page.markdown, *page.error) if "![x](" in e.value]


def test_without_tensorflow_the_page_says_how_to_get_it_and_offers_nothing():
    page = opened("digits")
    assert missing_tensorflow() in said(page)
    assert "'make backend" in said(page)
    assert "score" not in keys_of(page)
    assert len(page.dataframe[0].value) == len(DIGITS)


def test_a_store_that_cannot_be_added_to_is_told_and_offers_nothing(own_copy, monkeypatch):
    monkeypatch.setattr("trecx.jobs.readiness.find_spec", lambda name: name)
    monkeypatch.setattr("trecx.store.connection.os.access", lambda path, mode: False)
    page = opened("digits")
    assert "is read-only, so no run can be added" in said(page)
    assert "score" not in keys_of(page)
    assert not queue_of(Store()).records.folder.exists()


def test_a_queue_that_cannot_be_kept_is_told_in_place(queue):
    shutil.rmtree(queue.records.folder)
    queue.records.folder.write_text("a file")
    page = press(tick(opened("digits"), 0), "score")
    assert "cannot be written (File exists)" in said(page)
    queue.records.folder.unlink()


def test_a_widget_of_the_page_cannot_be_made_to_hand_over_a_path(queue):
    page = opened("digits")
    page.session_state[list_key(DIGITS)] = {"selection": {"rows": [999, -1, 0], "columns": [], "cells": []}}
    press(page.run(), "score")
    assert [job.key for job in queue.jobs()] == [KEYS[0]]


def test_the_task_stands_in_the_address_and_one_that_is_not_known_is_told():
    page = AppTest.from_file(MAIN, default_timeout=90).run().switch_page("views/score.py")
    page.query_params["models"] = "Handwritten digits"
    page.run()
    assert page.segmented_control(key="models").value == "digits"
    page = AppTest.from_file(MAIN, default_timeout=90).run().switch_page("views/score.py")
    page.query_params["models"] = "/etc/passwd"
    page.run()
    assert page.segmented_control(key="models").value == "kws"
    assert "/etc/passwd" in page.warning[0].value.replace("\\", "")
