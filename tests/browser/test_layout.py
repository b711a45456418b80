"""What fits: the Tune page on one screen, and every page and the report in windows of every size."""

import pytest
from playwright.sync_api import expect

from tests.browser.layout import SIZES, open_report, unreadable
from tests.browser.session import DRAWN, PAGES, open_console, open_page
from tests.conftest import SHIPPED
from tests.saved_points.records import BOARD
from trecx.device.energy import find_profile
from trecx.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
WISHES = {"met": "max_energy_uj:4800,min_accuracy:0.91", "not met": "max_energy_uj:4200,min_accuracy:0.91"}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off_or_leaves_the_window_on_any_page(window, address, name):
    page = window
    open_page(page, f"{address}/{name}", ".stMainBlockContainer")
    if not name:
        page.wait_for_selector(DRAWN)
    if name in ("compare", "confidence", "classes"):
        page.wait_for_selector(".trecx-chart[data-drawn=yes]")
    assert {size: unreadable(page, size) for size in SIZES.values()} == {size: [] for size in SIZES.values()}


def test_the_count_of_ten_thousand_images_stays_inside_its_tile(page, address):
    open_console(page, f"{address}/?run=ic/trecx&rho=0.9")
    page.set_viewport_size({"width": 390, "height": 844})
    outside = "nodes => nodes.filter((n) => n.scrollWidth > n.clientWidth).map((n) => n.textContent)"
    change = page.locator(".trecx-console .tile .change")
    expect(change.filter(has_text="10,000 images")).to_be_visible()
    assert change.evaluate_all(outside) == []


def test_nothing_is_cut_off_or_leaves_the_window_in_the_report(chrome, tmp_path):
    page = open_report(chrome, tmp_path)
    assert {size: unreadable(page, size) for size in SIZES.values()} == {size: [] for size in SIZES.values()}
    page.close()


@pytest.mark.parametrize("name", ["kws/trecx", "kws/sdn", "vww/trecx"])
def test_the_console_and_the_left_column_fit_one_screen_with_the_answer_to_a_budget(page, address, name):
    run = Store(SHIPPED).find_run(name).run_id
    for wish in WISHES.values():
        open_console(page, f"{address}/?run={run}&rho=0.69&wish={wish}")
        expect(page.locator(".answer").first).to_contain_text("these limits" if "4200" in wish else "ρ")
        heights = "[document.querySelector('.trecx-console').getBoundingClientRect().bottom,"
        heights += "document.querySelector('[data-testid=stSidebarContent]').scrollHeight]"
        for size in ((1440, 900), (1280, 720)):
            assert unreadable(page, size) == []
            assert max(page.evaluate(heights)) <= size[1]


def test_nothing_moves_but_the_digits_while_the_threshold_does(page, address):
    page.set_viewport_size({"width": 1280, "height": 720})
    open_console(page, f"{address}/?rho=0.69")
    places = """() => [...document.querySelectorAll(
      ".trecx-console :is(.head > *, .rule, .rail, .marks, .tile, .tile p, .caveat, .budget)," +
      ".trecx-console :is(.panel, .bar, .entry, th, td)")]
      .map((node) => node.getBoundingClientRect())
      .map(({ x, y, width, height }) => [x, y, width, height].join())"""
    handle = page.get_by_role("slider", name="threshold ρ")
    handle.focus()
    before = page.evaluate(places)
    for key in ("PageDown", "Home", "ArrowRight", "End", "End"):
        page.keyboard.press(key)
        assert page.evaluate(places) == before, key


def test_the_left_column_says_the_device_in_full_and_the_design_once(page, address):
    open_console(page, address)
    device = page.locator(".st-key-device-box")
    name = device.get_by_text(find_profile(BOARD).title, exact=True)
    expect(name).to_be_visible()
    box, within = name.bounding_box(), device.locator("[role=group]").last.bounding_box()
    assert within["y"] <= box["y"]
    assert box["y"] + box["height"] <= within["y"] + within["height"]
    assert box["x"] + box["width"] <= within["x"] + within["width"]
    sidebar = page.locator("[data-testid=stSidebar]")
    values = sidebar.locator("input").evaluate_all("nodes => nodes.map((node) => node.value)")
    assert " ".join([sidebar.inner_text(), *values]).count("published") == 1
    page.get_by_role("combobox", name="Device").fill("GAP9")
    expect(name).not_to_be_visible()  # while somebody types there
