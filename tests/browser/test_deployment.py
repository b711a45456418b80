"""A network trained here deployed from the page in Chromium: its zip is downloaded, its int8 run opened."""

import shutil
import zipfile

import pytest

from tests.browser.session import DRAWN, SETTLED, browser, dashboard, open_console, open_menu
from tests.conftest import SHIPPED
from tests.jobs.worker import finish
from trecx.jobs.job import DONE
from trecx.jobs.known_models import model_of
from trecx.jobs.readiness import queue_of
from trecx.store import Store

pytestmark = [
    *(pytest.mark.browser, pytest.mark.tensorflow, pytest.mark.tflm),
    pytest.mark.filterwarnings("default"),
]

LONGER_MS = 180_000  # TensorFlow is loaded, and all samples are scored


def test_a_network_is_deployed_from_the_page_downloaded_and_opened_as_int8_run(tmp_path):
    shutil.copy(SHIPPED.removeprefix("sqlite:///"), tmp_path / "own.sqlite")
    store = Store(f"sqlite:///{tmp_path / 'own.sqlite'}")
    run, queue = store.find_run("digits/trecx:float32"), queue_of(store)
    with dashboard(store.name) as address, browser() as chrome:
        page = chrome.new_page(viewport={"width": 1440, "height": 900})
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        open_console(page, f"{address}/?run={run.run_id}&rho=0.8")
        page.set_default_timeout(LONGER_MS)
        open_menu(page, "Export")
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Deploy").click()
        dialog.get_by_text("Deployment at ρ = 0.8 · Handwritten digits · done in").wait_for()
        with page.expect_download() as download:
            dialog.get_by_role("button", name="Download", exact=True).click()
        assert download.value.suggested_filename == "digits-trecx-rho-0.8.zip"
        with zipfile.ZipFile(download.value.path()) as package:
            assert {f"digits-trecx-rho-0.8/{name}" for name in ("README.md", "stage_2.tflite")} <= {
                *package.namelist()
            }
        dialog.get_by_role("button", name="Open in Tune").click()
        dialog.wait_for(state="detached")
        (job,) = queue.jobs()
        assert (job.key, job.state, job.point.threshold) == (model_of(run).key, DONE, 0.8)
        assert store.find_run(job.run_id).precision == "int8"
        page.wait_for_url(lambda url: f"run={job.run_id}" in url)  # the page may be settled as it was before
        page.wait_for_selector(f"{SETTLED} {DRAWN}", state="attached")
        assert f"run={job.run_id}" in page.url
        assert "rho=0.8" in page.url
        assert errors == []
    finish(queue)
