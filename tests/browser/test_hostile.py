"""Hostile names and notes in the real dashboard: on every page they do nothing but show themselves."""

import csv
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.hostile import ALL, CLOSING, IMAGE, MARKDOWN, SCRIPT, TEXTS, save_hostile
from tests.browser.session import SETTLED, dashboard, open_console, pick_row
from tests.saved_points.records import record_of
from trecx.saved_points.record import Rule
from trecx.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
INJECTED = """() => [
  window.injected ?? null,
  [...document.querySelectorAll("script")].filter((node) => node.textContent.includes("injected")).length,
  [...document.querySelectorAll("[href^='javascript:'], [href*=elsewhere], [onerror], img[src='x']")].length,
]"""


@pytest.fixture
def store(monkeypatch, tmp_path):
    """A store in which somebody called everything so."""
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{tmp_path / 'hostile.sqlite'}")
    store = Store()
    run = save_hostile(store)
    record = record_of(run.run_id, Rule(0.5), device=None, battery=None, per_hour=None)
    for name in (SCRIPT, IMAGE, CLOSING[:80], TEXTS[4], ALL[:80].strip()):
        store.points.save(replace(record, name=name, note=ALL[:10_000], author=IMAGE))
    for name in (SCRIPT, IMAGE, MARKDOWN[:80], "نص عربي"):
        store.collections.create(name, ALL)
        store.collections.add(name, run.sample_set_id, range(5), ALL)
    return store


def assert_nothing_ran(page):
    assert page.evaluate(INJECTED) == [None, 0, 0]


def go_to(page, title, heading):
    page.get_by_role("link", name=title).click()
    page.get_by_text(heading).first.wait_for()
    page.wait_for_selector(SETTLED)
    page.wait_for_timeout(500)  # charts draw themselves
    assert_nothing_ran(page)


def test_no_name_and_no_note_does_more_than_show_itself(page, store, tmp_path):
    dialogs = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    with dashboard(store.name) as address:
        open_console(page, address)
        heads = page.locator(".confusion tbody th")
        assert heads.evaluate_all("(nodes) => nodes.map((node) => node.title)") == list(TEXTS)
        assert page.locator(".trecx-console .slider").bounding_box()["y"] < 300  # the title leaves it room
        assert_nothing_ran(page)
        page.get_by_role("button", name="Export").click()
        page.locator(".trecx-slides figure[data-drawn]").nth(2).wait_for()
        assert_nothing_ran(page)
        page.keyboard.press("Escape")
        go_to(page, "Compare", "Which design is better?")
        go_to(page, "Confidence", "Is the confidence calibrated?")
        go_to(page, "Classes", "Which classes lose accuracy?")
        go_to(page, "Samples", "Which samples does the network get wrong?")
        page.get_by_text("Collections", exact=True).click()
        page.get_by_role("button", name="Edit name and note").wait_for()
        expect(page.get_by_text(ALL[:300]).first).to_be_visible()
        assert_nothing_ran(page)
        go_to(page, "Saved points", "Saved operating points")
        pick_row(page)
        page.get_by_role("button", name="Archive").wait_for()
        expect(page.get_by_text(f"by {IMAGE}")).to_be_visible()
        assert_nothing_ran(page)
        go_to(page, "Import scores", "Import scores")
        page.locator("input[type=file]").set_input_files(hostile_csv(tmp_path))
        page.get_by_text("samples, 2 exits").wait_for()
        assert_nothing_ran(page)
        page.goto("about:blank")  # before its server goes
    assert dialogs == []


def hostile_csv(folder):
    """Return a file of scores whose classes and samples are called so."""
    file = folder / "<img src=x onerror='window.injected = 6'>.csv"
    heads = [f"exit{exit_}_{name}" for exit_ in (1, 2) for name in TEXTS]
    shares = ([0.5, *[0.5 / (len(TEXTS) - 1)] * (len(TEXTS) - 1)],) * 2
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write("# exit_flops: 1, 2\n")
        writer = csv.writer(out)
        writer.writerow(["label", "sample", *heads])
        writer.writerows([name, f"{k} {ALL}", *shares[0], *shares[1]] for k, name in enumerate(TEXTS))
    return file
