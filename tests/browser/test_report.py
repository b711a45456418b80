"""The living report in Chromium with the network off: its numbers are Python's; its paper; hostile text."""

import math
import re
import shutil

import pytest
from playwright.sync_api import expect

import trecx
from tests.browser.console import TWENTY, assert_equals_python, context_of, drag_across, shown
from tests.browser.hostile import ALL, TEXTS, save_hostile
from tests.browser.session import DRAWN, SETTLED, TABLE, dashboard, open_console, open_menu, pick_row, rail
from tests.conftest import ROOT, SHIPPED
from tests.report.reports import report_of_made
from tests.saved_points.records import BOARD, record_of
from trecx.report import report_html, report_of, write_report
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.store import Store
from trecx.store.run_context import load_context

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
SETTING = {"device": BOARD, "battery": "CR2032", "inferences_per_hour": 1200}


@pytest.fixture
def offline(chrome):
    """A page without a network that must stay free of errors and of requests."""
    context = chrome.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    page.troubles = []
    page.on("console", lambda message: page.troubles.append(message.text))
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("request", lambda request: page.troubles.append(request.url))
    page.on("dialog", lambda dialog: page.troubles.append(dialog.message))
    yield page
    context.close()
    allowed = ("file://", "blob:", "data:")
    assert [trouble for trouble in page.troubles if not trouble.startswith(allowed)] == []
    assert len([trouble for trouble in page.troubles if trouble.startswith("file://")]) == 1


@pytest.fixture
def own_copy(monkeypatch, tmp_path):
    """The shipped runs in a store that the test may write to."""
    shutil.copy(ROOT / "artifacts" / "scores.sqlite", tmp_path / "own.sqlite")
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{tmp_path / 'own.sqlite'}")
    return f"sqlite:///{tmp_path / 'own.sqlite'}"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A report of the shipped kws/trecx at 0.69 with its device, its battery, and other designs."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    others = ["kws/sdn", "kws/branchynet"]
    trecx.save_report("kws/trecx", 0.69, file, source="published", db=SHIPPED, compare=others, **SETTING)
    return file


def open_report(page, file):
    page.goto(f"file://{file}")
    page.wait_for_selector(DRAWN, timeout=60_000)


def printed(page):
    """Print; return the number of pages, and the size of the first in points."""
    page.wait_for_function("document.querySelector('img.on-paper')?.src.startsWith('data:image/svg')")
    pdf = page.pdf(prefer_css_page_size=True, print_background=False)
    size = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return len(re.findall(rb"/Type\s*/Page\b", pdf)), [round(float(side)) for side in size.groups()]


A4 = [595, 842]


def test_every_number_equals_pythons_while_it_is_dragged_without_a_network(offline, exported):
    context = context_of("kws/trecx")[1]
    open_report(offline, exported)
    assert shown(offline)["tiles"] == ["91.21 %", "87.1 %", "3.45 M", "4.76 mJ", "15.0 days"]
    drag_across(offline, TWENTY, context)
    offline.get_by_role("button", name="int8").click()
    drag_across(offline, TWENTY[:6], context, int8=True)


def test_the_curve_can_be_drawn_against_energy_and_other_designs_stand_beside_it(offline, exported):
    open_report(offline, exported)
    left, width, height = rail(offline)
    offline.mouse.click(left + 0.5 * width, height)
    offline.get_by_role("button", name="energy", exact=True).click()
    offline.wait_for_function(
        "document.querySelector('.curve')._fullLayout.xaxis.title.text.includes('energy')"
    )
    assert float(shown(offline)["threshold"]) == 0.5
    names = offline.evaluate("document.querySelector('#others')._fullData.map((trace) => trace.name)")
    assert {"T-RECX · published", "SDN · published", "BranchyNet · published"} <= set(names)
    expect(offline.get_by_text("All designs were scored on the same clips")).to_be_visible()


def test_it_prints_one_page_of_a4_with_the_point_as_it_stands(offline, exported):
    open_report(offline, exported)
    before = offline.locator("img.on-paper").get_attribute("src")
    left, width, height = rail(offline)
    offline.mouse.click(left + 0.5 * width, height)
    offline.wait_for_function("(before) => document.querySelector('img.on-paper').src !== before", arg=before)
    assert printed(offline) == (1, A4)
    offline.emulate_media(media="print", color_scheme="dark")
    expect(offline.locator("img.on-paper")).to_be_visible()
    for hidden in (".slider", ".curve", ".points", "#others"):
        expect(offline.locator(hidden).first).not_to_be_visible()
    assert offline.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for said in ("Provenance", "accfff82b06a76753b9cfbf990cfb54be1ede0400a75841f85b08ee57675bdb4"):
        expect(offline.get_by_text(said)).to_be_visible()


def test_many_classes_print_one_page_and_are_dragged_too(offline, tmp_path):
    report = report_of_made(20_000, 500)
    write_report(report, tmp_path / "report.html")
    open_report(offline, tmp_path / "report.html")
    assert "the 12 of 500 classes confused most" in offline.locator(".confusion caption").inner_text()
    left, width, height = rail(offline)
    for share in (0.3, 0.9):
        offline.mouse.click(left + share * width, height)
        seen = shown(offline)
        point = report.context.point(float(seen["threshold"]))
        assert seen["exits"] == ",".join(map(str, point.exit_counts))
        assert float(seen["correct"]) == point.confusion.trace()
    assert offline.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert printed(offline) == (1, A4)


def test_without_scripts_the_point_still_stands_there(chrome, exported):
    context = chrome.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(f"file://{exported}")
    expect(page.get_by_text("The chosen point is below")).to_be_visible()
    expect(page.get_by_text("91.21 % (90.4–92.0)")).to_be_visible()
    context.close()


def test_hostile_text_only_shows_itself(offline, tmp_path):
    store = Store()
    run = save_hostile(store)
    for k, name in enumerate((ALL[:80].strip(), TEXTS[1], TEXTS[2][:80], TEXTS[4], TEXTS[5][:80])):
        record = record_of(run.run_id, Rule(0.3 + k / 10), name, device=None, battery=None, per_hour=None)
        store.points.save(record)
    trecx.save_report(run.run_id, 0.5, tmp_path / "report.html")
    open_report(offline, tmp_path / "report.html")
    left, width, height = rail(offline)
    for share in (0.2, 0.8):
        offline.mouse.click(left + share * width, height)
    assert offline.evaluate("window.injected") is None
    assert offline.evaluate("document.querySelectorAll('a, iframe, img:not(.on-paper), i, b').length") == 0
    heads = offline.locator(".confusion tbody th")
    assert heads.evaluate_all("(nodes) => nodes.map((node) => node.title)") == list(TEXTS)
    assert offline.locator(".points th bdi").first.inner_text() == "chosen"
    expect(offline.get_by_text(TEXTS[1], exact=True).first).to_be_visible()
    assert offline.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert printed(offline) == (1, A4)


def test_the_policy_would_stop_a_script_that_got_in(chrome, tmp_path):
    html = report_html(report_of_made(50, 3))
    (tmp_path / "report.html").write_text(html.replace("<main>", f"<main>{ALL}"), encoding="utf-8")
    page = chrome.new_page()
    open_report(page, tmp_path / "report.html")
    assert page.evaluate("window.injected") is None
    page.close()


def test_a_point_is_kept_opened_again_exported_and_dragged_offline(page, offline, own_copy, tmp_path):
    context = context_of("kws/trecx")[1]
    with dashboard(own_copy) as address:
        open_console(page, f"{address}/?run=kws-trecx-1bbb3c96&rho=0.69")
        open_menu(page, "Save point")
        page.get_by_label("Name").fill("Doorbell")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Saved. Find it under Saved points.").wait_for()
        page.get_by_role("link", name="Saved points").click()
        page.locator(f"{TABLE} canvas td", has_text="Doorbell").wait_for(state="attached")
        pick_row(page)
        open_menu(page, "Export")
        with page.expect_download() as kept:
            page.get_by_role("button", name="Report", exact=True).click()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Open in Tune").click()
        page.wait_for_selector(f"{SETTLED} {DRAWN}")
        open_menu(page, "Export")
        page.locator(".trecx-slides figure[data-drawn]").nth(2).wait_for()
        for kind in ("png", "svg"):
            with page.expect_download() as slide:
                page.get_by_role("button", name=f"download savings as {kind.upper()}").click()
            assert slide.value.suggested_filename == f"kws-trecx-rho-0-69-savings.{kind}"
        with page.expect_download() as now:
            page.get_by_role("button", name="Report", exact=True).click()
        kept.value.save_as(tmp_path / "kept.html")
        now.value.save_as(tmp_path / "now.html")
        page.goto("about:blank")  # before its server goes
    assert (kept.value.suggested_filename, now.value.suggested_filename) == (
        *("doorbell.html", "kws-trecx-rho-0-69.html"),
    )
    assert "Doorbell" in (tmp_path / "kept.html").read_text(encoding="utf-8")
    open_report(offline, tmp_path / "now.html")
    offline.get_by_role("button", name="Doorbell, ρ 0.6900").click()
    assert_equals_python(shown(offline), context)
    drag_across(offline, TWENTY[:6], context)


def test_a_report_of_one_threshold_per_exit_opens_with_its_handles_and_python_numbers(offline, tmp_path):
    file, thresholds = tmp_path / "report.html", (0.9375, math.inf, 0.75)
    store = Store(SHIPPED)
    run = store.find_run("kws/sdn", "published")
    by_thresholds = load_context(store, run, per_exit=thresholds)
    rule = Rule(math.nan, per_exit=thresholds)
    record = capture_point(run, store.baseline_of(run), by_thresholds, rule)
    write_report(report_of(store, run, load_context(store, run), record), file)
    open_report(offline, file)
    console = offline.locator(".trecx-console")
    expect(console.locator(".handles")).to_be_visible()
    expect(console.locator(".head .threshold")).to_be_hidden()  # the field of one ρ
    assert console.get_attribute("data-levels") == "240,256,192"
    point = by_thresholds.point(rule.at)
    assert console.get_attribute("data-exits") == ",".join(map(str, point.exit_counts.tolist()))
    assert console.get_attribute("data-outcomes") == ",".join(map(str, point.outcome_counts.tolist()))
