"""A model trained here scored from the page in Chromium, with a reload in the middle."""

import pytest

from tests.browser.session import DRAWN, TABLE, browser, dashboard, open_page, pick_row
from tests.jobs.worker import finish
from trecx.jobs.job import DONE
from trecx.jobs.known_models import find_known, known_models
from trecx.jobs.readiness import queue_of
from trecx.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.tensorflow, pytest.mark.filterwarnings("default")]

KEY = "trained here/digits/trecx/seed-0"
DIGITS = [model.key for model in known_models() if model.task == "digits"]
LONGER_MS = 180_000  # TensorFlow is loaded


def test_a_model_is_scored_from_the_page_while_it_is_reloaded_and_its_run_is_looked_at(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'own.sqlite'}")
    queue = queue_of(store)
    with dashboard(store.name) as address, browser() as chrome:
        page = chrome.new_page(viewport={"width": 1440, "height": 900})
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        open_page(page, f"{address}/score?models=Handwritten digits", f"{TABLE} canvas td:text('not yet')")
        page.set_default_timeout(LONGER_MS)
        page.get_by_text("included in scikit-learn").wait_for()
        pick_row(page, DIGITS.index(KEY))
        page.get_by_test_id("stMain").get_by_role("button", name="Score model").click()
        page.get_by_role("button", name="Cancel").wait_for()
        page.get_by_text("loading TensorFlow").first.wait_for()
        page.reload()
        page.get_by_text("done in").wait_for()
        (run,) = store.runs()
        assert find_known(KEY).scored_as([run]) == run
        assert [(job.key, job.state, job.run_id) for job in queue.jobs()] == [(KEY, DONE, run.run_id)]
        page.get_by_test_id("stMain").get_by_role("button", name="Open in Tune").last.click()
        page.locator(DRAWN).wait_for()
        assert f"run={run.run_id}" in page.url
        assert errors == []
    finish(queue)
