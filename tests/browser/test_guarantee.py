"""A guaranteed ρ chosen in Chromium, and both halves of the samples, with numbers equal to Python's."""

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from tests.browser.console import shown
from tests.browser.layout import SIZES, unreadable
from tests.browser.session import DRAWN, SETTLED, choose, open_console
from tests.browser.test_accessibility import findings, in_scheme
from tests.conftest import SHIPPED
from trecx.datasets.halves import CALIBRATION, HELD_OUT, Half
from trecx.store import Store
from trecx.store.run_context import joint_counts_of, load_context
from trecx.threshold.guarantee.selection import Guarantee, guaranteed_choice
from trecx.threshold.guarantee.texts import shown_bound
from trecx.threshold.joint_counts import thousandths
from trecx.threshold.limits import Limits

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
LOST = Limits(max_lost=0.01)


@pytest.fixture(scope="module")
def run():
    return Store(SHIPPED).find_run("kws/trecx")


def chosen_on(run, probability, half=None, each_class=False):
    joint = joint_counts_of(Store(SHIPPED), run, thousandths(), half=half)
    return guaranteed_choice(joint, LOST, Guarantee(probability, each_class))


def ask(page, probability):
    """Type a limit on lost samples, and select its probability by keyboard."""
    page.get_by_label("unit of minimum accuracy").select_option("% of samples lost")
    field = page.get_by_label("most samples lost", exact=True)
    field.fill("1")
    field.press("Enter")
    page.get_by_label("probability that the limit on accuracy holds").select_option(probability)


def test_a_limit_with_95_percent_is_answered_used_and_stands_in_the_address(page, address, run):
    open_console(page, f"{address}/?run={run.run_id}&rho=0.9")
    expect(page.get_by_label("in each class")).to_be_hidden()
    ask(page, "with 95 % probability")
    chosen, answer = chosen_on(run, 0.95), page.locator(".answer")
    rho = chosen.best.threshold
    expect(answer).to_contain_text(f"ρ = {rho:.3f} holds this with 95 % probability: at most 1.00 % lost.")
    bound = shown_bound(chosen.bound, 0.01)
    expect(answer).to_contain_text(f"Bound {100 * bound:.2f} % (exact binomial test, 4,890 calibration")
    expect(answer).to_contain_text("95 % of bootstrap draws choose ρ from")
    answer.get_by_role("button", name="Use this ρ").click()
    page.wait_for_url(lambda url: f"rho={rho}" in url and "max_lost:0.01,guarantee:0.95" in unquote(url))
    seen, point = shown(page), load_context(Store(SHIPPED), run).point(rho)
    assert float(seen["threshold"]) == rho
    assert float(seen["correct"]) == point.confusion.trace()
    page.get_by_label("in each class").check()
    expect(answer).to_contain_text("Each class is tested at the full level, because all have to pass.")
    page.wait_for_url(lambda url: "each_class:1" in unquote(url))
    open_console(page, page.url)
    expect(page.get_by_label("in each class")).to_be_checked()
    expect(page.get_by_label("most samples lost", exact=True)).to_have_value("1")
    each = chosen_on(run, 0.95, each_class=True).best.threshold
    expect(page.locator(".answer")).to_contain_text(f"ρ = {each:.3f} holds this with 95 % probability")


def test_halves_change_title_and_numbers_and_rho_is_chosen_on_the_calibration_half(page, address, run):
    open_console(page, f"{address}/?run={run.run_id}&rho=0.8&wish=max_lost:0.01,guarantee:0.9")
    best = chosen_on(run, 0.9, Half(CALIBRATION)).best.threshold
    for option, half in (("held-out half", Half(HELD_OUT)), ("calibration half", Half(CALIBRATION))):
        choose(page, "Samples", option)
        context = load_context(Store(SHIPPED), run, half=half)
        n, point = context.table.n_samples, context.point(0.8)
        title = page.get_by_role("heading", name=re.compile("Choose the exit threshold"))
        expect(title).to_contain_text(f"{n:,} clips: {half.name} half (by speaker, seed 0)")
        expect(page.locator(f"{DRAWN} .caveat")).to_contain_text(f"{half.name} half ({n:,} clips, seed 0)")
        expect(page.locator(".answer")).to_contain_text(f"ρ = {best:.3f} holds this with 90 % probability")
        seen = shown(page)
        assert float(seen["correct"]) == point.confusion.trace()
        assert [int(count) for count in seen["exits"].split(",")] == point.exit_counts.tolist()
    page.get_by_role("link", name="Classes").click()
    page.wait_for_url(lambda url: "classes" in url and "half=calibration" in url)
    page.wait_for_selector(SETTLED)
    expect(page.get_by_role("heading", name=re.compile("Which classes"))).to_contain_text("calibration half")
    expect(page.get_by_role("combobox", name="Samples")).to_have_value("calibration half")


def test_the_simulation_shows_progress_then_both_choices(page, address):
    run = Store(SHIPPED).find_run("digits/trecx")
    open_console(page, f"{address}/?run={run.run_id}&wish=max_lost:0.05,guarantee:0.9")
    page.get_by_role("button", name="Simulate 200 splits").click()
    expect(page.get_by_text("The naive ρ broke the limit in")).to_be_visible()
    page.wait_for_selector(".trecx-chart[data-drawn=yes]", state="attached")
    expect(page.get_by_role("button", name="Simulate 200 splits")).to_have_count(0)


def test_a_guaranteed_answer_of_a_half_and_the_panel_are_accessible_and_readable(page, address):
    wish = "max_lost:0.05,guarantee:0.9,each_class:1"
    run = Store(SHIPPED).find_run("digits/trecx").run_id
    open_console(page, f"{address}/?run={run}&half=held-out&wish={wish}")
    page.get_by_role("button", name="Simulate 200 splits").click()
    page.wait_for_selector(".trecx-chart[data-drawn=yes]", state="attached")
    for scheme in ("light", "dark"):
        in_scheme(page, scheme)
        assert findings(page) == [], scheme
    assert {size: unreadable(page, size) for size in SIZES.values()} == {size: [] for size in SIZES.values()}
