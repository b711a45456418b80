"""The switch between the float32 and the int8 run of a network, and how often they decide differently."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.console import assert_equals_python, numbers, shown
from tests.browser.session import DRAWN, SETTLED, dashboard, open_console, rail
from tests.conftest import SHIPPED
from tests.int8_runs import shipped_with_int8
from trecx.store.run_context import load_context
from trecx.threshold.decision_differences import decision_difference

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
DEFAULTS = {
    "device": "nucleo-l4r5zi-tflm-2.3.1-1.8v",
    "battery": "CR2032",
    "inferences_per_hour": 1200,
}
SAID = re.compile(r"([\d,]+) of 4,890 clips exit elsewhere (than in float32|in int8)")


@pytest.fixture(scope="module")
def store(tmp_path_factory, as_shipped):
    names = ("kws/trecx", "kws/baseline", "kws/sdn")
    return shipped_with_int8(SHIPPED, tmp_path_factory.mktemp("int8"), *names)


@pytest.fixture(scope="module")
def address(store):
    with dashboard(f"sqlite:///{store.file}") as address:
        yield address


def pressed(page):
    return page.locator(".precision button[aria-pressed=true]").text_content()


def switch(page, precision, run):
    """Press the button of a precision, and wait until its run is shown, and it alone."""
    page.locator(".precision").get_by_role("button", name=precision).click()
    page.wait_for_url(re.compile(run.run_id))
    page.wait_for_selector(SETTLED)
    expect(page.locator(DRAWN)).to_have_count(1)
    assert pressed(page) == precision


def assert_says_the_difference(page, ones, where):
    """The line below ρ has the number that Python counts at this ρ."""
    (rho,) = numbers(shown(page)["threshold"])
    count, said = SAID.match(page.locator(".difference").text_content()).groups()
    step = -(-rho * 256 // 1) / 256 if rho <= 255 / 256 else float("inf")
    assert int(count.replace(",", "")) == decision_difference(*ones, step).exits
    assert said == where


@pytest.mark.parametrize("name", ["kws/trecx", "kws/sdn"])
def test_the_switch_opens_the_other_real_run_at_the_same_threshold(page, store, address, name):
    float32 = store.find_run(name, "published")
    int8 = store.counterpart_of(float32)
    answers = [store.load_answers(run) for run in (float32, int8)]
    open_console(page, f"{address}/?run={float32.run_id}&rho=0.9")
    assert pressed(page) == "float32"
    assert_equals_python(shown(page), load_context(store, float32, **DEFAULTS))
    assert_says_the_difference(page, answers, "in int8")

    switch(page, "int8", int8)
    assert float(shown(page)["threshold"]) == 231 / 256  # 0.9, rounded up
    context = load_context(store, int8, **DEFAULTS)
    for share in (0.3, 0.62, 0.81, 0.97, 0.999):
        left, width, height = rail(page)
        page.mouse.move(left + share * width, height)
        page.mouse.down()
        assert_equals_python(shown(page), context, int8=True)
        assert_says_the_difference(page, answers, "than in float32")
        page.mouse.up()

    switch(page, "float32", float32)
    assert_says_the_difference(page, answers, "in int8")
    assert page.troubles == []
