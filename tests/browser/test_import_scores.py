"""A file dropped onto the page in Chromium, and one over the limit."""

import pytest
from playwright.sync_api import expect

from tests.browser.session import browser, dashboard, open_page, pick_row
from tests.comparison.synthetic import save_synthetic
from trecx.importing.examples import write_examples
from trecx.store import Store

pytestmark = pytest.mark.browser


def test_a_dropped_file_is_shown_and_one_over_the_limit_is_refused_by_the_browser(tmp_path):
    write_examples(tmp_path)
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(201 * 1024**2)  # sparse: it takes no space
    store = Store(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with dashboard(store.name) as address, browser() as chrome:
        page = chrome.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        open_page(page, f"{address}/import_scores", "input[type=file]")
        page.locator("input[type=file]").set_input_files(huge)
        page.get_by_text("200").first.wait_for()
        page.get_by_text("must be 200").wait_for()
        page.reload()
        page.locator("input[type=file]").set_input_files(tmp_path / "scores.parquet")
        page.get_by_text("200 samples, 2 exits, 3 classes").wait_for()
        assert errors == []
        assert store.runs() == []


def test_a_run_is_deleted_in_the_dialog_and_the_page_says_so(tmp_path):
    store = Store(str(tmp_path / "runs.sqlite"))
    runs = [save_synthetic(store, "digits", system, 0) for system in ("baseline", "trecx")]
    with dashboard(f"sqlite:///{store.file}") as address, browser() as chrome:
        page = chrome.new_page()
        open_page(page, f"{address}/import_scores", "[data-testid=stExpander]")
        page.get_by_text("Runs in this store (2)").click()
        pick_row(page, 1)
        for button in ("Cancel", "Delete run"):
            page.get_by_role("button", name="Delete run…").click()
            dialog = page.get_by_role("dialog")
            expect(dialog).to_contain_text(runs[1].run_id)
            dialog.get_by_role("button", name=button, exact=True).click()
            expect(dialog).to_have_count(0)
        expect(page.get_by_text(f"Deleted {runs[1].run_id}.")).to_be_visible()
        expect(page.get_by_text("Runs in this store (1)")).to_be_visible()
    assert store.runs() == runs[:1]
