"""The 95 % band of the curve: off at first, shown and hidden by its button, also in the report."""

import pytest
from playwright.sync_api import expect

import trecx
from tests.browser.console import context_of
from tests.browser.session import DRAWN, open_console
from tests.browser.test_console import DOT_ON_THE_CURVE
from tests.conftest import SHIPPED
from trecx.threshold.resampling.accuracy_band import EXACT, drawn_band

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]

TRACES = "() => document.querySelector('.trecx-console .curve').data.map((trace) => trace.name)"
RANGE = "() => document.querySelector('.trecx-console .curve')._fullLayout.yaxis.range"


def with_band(page, shown=True):
    page.wait_for_function(f"({TRACES})().includes('95 % band') === {str(shown).lower()}")
    return page.evaluate(TRACES)


def toggle(page):
    return page.get_by_role("button", name="95 % band")


def test_the_band_is_shown_on_demand_stays_on_another_axis_and_is_hidden_again(page, address):
    open_console(page, f"{address}/?rho=0.9")
    without, narrow = with_band(page, False), page.evaluate(RANGE)
    expect(toggle(page)).to_have_attribute("aria-pressed", "false")
    assert EXACT in toggle(page).get_attribute("data-hint")
    toggle(page).click()
    assert with_band(page) == ["95 % band", *without]
    _, context = context_of("kws/trecx")
    band = drawn_band(context.table, context.curve)
    low, high = page.evaluate(RANGE)
    assert low < 100 * band.low.min() < 100 * band.high.max() < high
    flops, accuracy = page.evaluate(DOT_ON_THE_CURVE)
    point = context.point(0.9)
    assert flops == pytest.approx(point.flops / 1e6, abs=0.02)
    assert accuracy == pytest.approx(100 * point.accuracy, abs=0.05)
    page.get_by_role("button", name="energy", exact=True).click()
    page.wait_for_function("document.querySelector('.curve')._fullLayout.xaxis.title.text.includes('µJ')")
    with_band(page)
    page.get_by_role("button", name="FLOPs", exact=True).click()
    page.wait_for_function("document.querySelector('.curve')._fullLayout.xaxis.title.text.includes('FLOPs')")
    toggle(page).click()
    assert with_band(page, False) == without
    assert page.evaluate(RANGE) == narrow


def test_the_report_shows_the_band_without_a_server(chrome, tmp_path):
    file = tmp_path / "report.html"
    trecx.save_report("kws/trecx", 0.69, file, source="published", db=SHIPPED)
    context = chrome.new_context(offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector(DRAWN)
    with_band(page, False)
    toggle(page).click()
    with_band(page)
    context.close()
