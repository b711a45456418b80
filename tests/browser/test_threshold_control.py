"""The control of ρ is the same on Tune, Compare, Confidence, Classes and Samples, and ρ goes along."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.console import assert_equals_python, context_of, shown_numbers
from tests.browser.session import CHART, SETTLED, open_page, rail
from tests.conftest import SHIPPED
from trecx.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
OTHERS = ("compare", "confidence", "classes", "samples")
CONTROL = ".trecx-console[data-distribution=drawn]"


def state(page):
    return page.evaluate("({ ...document.querySelector('.trecx-console').dataset })")


@pytest.mark.parametrize("name", OTHERS)
def test_numbers_follow_the_pointer_on_every_page_and_equal_python(page, address, name):
    open_page(page, f"{address}/{name}?rho=0.9", CONTROL)
    _, context = context_of("kws/trecx")
    before, (left, width, height) = page.url, rail(page)
    page.mouse.move(left + 0.9 * width, height)
    page.mouse.down()
    seen = set()
    for share in (0.8, 0.62, 0.41, 0.97):
        page.mouse.move(left + share * width, height)
        shown = shown_numbers(page)
        assert float(shown["threshold"]) == pytest.approx(share, abs=0.005)
        assert_equals_python(shown, context)
        seen.add(shown["tiles"][0])
    assert len(seen) == 4
    assert page.url == before
    page.mouse.up()
    page.wait_for_url(re.compile(r"rho=0\.97"))


@pytest.mark.parametrize("name", OTHERS)
def test_keys_and_typing_move_rho_on_every_page(page, address, name):
    open_page(page, f"{address}/{name}?rho=0.9", CONTROL)
    page.get_by_role("slider", name="threshold ρ").focus()
    page.keyboard.press("ArrowLeft")
    assert float(state(page)["threshold"]) == 0.899
    typed = page.get_by_label("threshold ρ, 0 to 1")
    typed.fill("never")
    typed.press("Enter")
    page.wait_for_url(re.compile("rho=inf"))
    assert state(page)["threshold"] == "Infinity"
    page.get_by_role("button", name="No early exit", exact=True).click()
    page.wait_for_url(re.compile(r"rho=0\.899"))


def test_rho_and_precision_go_along_from_page_to_page(page, address):
    open_page(page, f"{address}/?rho=0.9", CONTROL)
    left, width, height = rail(page)
    for name, share in zip(
        ("Classes", "Samples", "Compare", "Confidence", "Tune"), (0.8, 0.7, 0.6, 0.5, 0.4), strict=True
    ):
        page.mouse.click(left + share * width, height)
        page.wait_for_function("(rho) => location.search.includes(`rho=${rho}`)", arg=f"{share:g}")
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_selector(
            f"{SETTLED} [data-testid=stTopNavLink][aria-current=page]:has-text('{name}')", state="attached"
        )
        page.wait_for_selector(f"{SETTLED} {CONTROL}")
        assert float(state(page)["threshold"]) == share
        left, width, height = rail(page)


def test_an_int8_run_moves_in_its_steps_and_the_precision_can_be_switched_on_another_page(page, address):
    open_page(page, f"{address}/classes?run=kws/trecx&rho=0.69", CONTROL)
    page.get_by_role("button", name="int8", exact=True).click()
    int8 = Store(SHIPPED).find_run("kws/trecx:int8").run_id
    page.wait_for_url(re.compile(f"run={int8}"))
    page.wait_for_selector(f"{SETTLED} {CONTROL}")
    page.get_by_role("slider", name="threshold ρ").focus()
    page.keyboard.press("ArrowRight")
    assert float(state(page)["threshold"]) * 256 == 178
    assert_equals_python(shown_numbers(page), context_of("kws/trecx:int8")[1], int8=True)


@pytest.mark.parametrize("name", OTHERS)
def test_one_threshold_per_exit_can_be_set_on_every_page(page, address, name):
    open_page(page, f"{address}/{name}?run=kws/sdn&rho=0.8", CONTROL)
    page.get_by_role("button", name="one per exit").click()
    second = page.get_by_role("slider", name="threshold of exit 2")
    second.focus()
    page.keyboard.press("PageDown")
    assert state(page)["levels"] == "205,195,205"
    page.wait_for_url(re.compile(r"per_exit=0\.80078125%2C0\.76171875%2C0\.80078125"))
    expect(page.locator(".trecx-console .tile .aside").nth(1)).to_have_text("by exit")
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="one ρ").click()
    page.wait_for_url(lambda url: "per_exit" not in url)


LINES = """() => {
  const { shapes } = document.querySelector(".trecx-chart .canvas").layout;
  return shapes.flatMap(({ x0, x1 }) => [x0, x1]);
}"""


def test_the_figures_of_a_released_rho_are_of_that_rho_and_not_of_the_one_before(page, address):
    open_page(page, f"{address}/confidence?rho=0.9", f"{CONTROL}, {SETTLED} {CHART}")
    page.wait_for_function(f"({LINES})().includes(0.9)")
    left, width, height = rail(page)
    page.mouse.click(left + 0.7 * width, height)
    page.wait_for_url(re.compile(r"rho=0\.7"))
    page.wait_for_function(f"({LINES})().includes(0.7)")
