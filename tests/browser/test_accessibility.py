"""What axe finds on the pages and in the report, in both themes; the keyboard, forced colours."""

import itertools
import math
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.console import numbers, shown
from tests.browser.layout import open_report
from tests.browser.session import DRAWN, PAGES, SETTLED, open_console, open_page
from tests.conftest import SHIPPED
from trecx.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
# Rules that fail in widgets of Streamlit's own, by the widget. Nothing of ours is excused.
STREAMLITS = {"presentation-role-conflict": "stFileUploaderDropzone"}  # its drop zone has a role and a name
OPTIONS = {"rules": {"label-content-name-mismatch": {"enabled": True}}}  # a rule that axe calls experimental
RHO = "threshold ρ, 0 to 1"


def findings(page):
    """What axe finds, of every impact: the rule and the element; nothing that is Streamlit's own."""
    return [
        f"{rule['impact']} {rule['id']}: {node['html'][:160]}"
        for rule in Axe().run(page, options=OPTIONS).response["violations"]
        for node in rule["nodes"]
        if rule["id"] not in STREAMLITS or STREAMLITS[rule["id"]] not in node["html"]
    ]


def in_scheme(page, scheme):
    page.emulate_media(color_scheme=scheme)
    if page.locator(".stApp").count():
        expect(page.locator(".stApp")).to_have_css("color-scheme", scheme)
    page.wait_for_timeout(600)  # figures take the colours over


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on_any_page_in_either_theme(window, address, name):
    page = window
    open_page(page, f"{address}/{name}", ".stMainBlockContainer")
    if not name:
        page.wait_for_selector(DRAWN)
    for scheme in ("light", "dark"):
        in_scheme(page, scheme)
        assert findings(page) == [], scheme


def test_axe_finds_nothing_in_the_states_that_the_console_can_be_in(page, address):
    run = Store(SHIPPED).find_run("ic/trecx").run_id
    open_console(page, f"{address}/?run={run}&rho=0.3&wish=max_flops:1,min_accuracy:0.99")
    page.get_by_text("No ρ meets these limits.").wait_for()
    for scheme in ("light", "dark"):
        in_scheme(page, scheme)
        assert findings(page) == [], scheme
    page.get_by_label(RHO).fill("seven")
    page.get_by_label(RHO).press("Enter")
    page.get_by_label("maximum cost", exact=True).fill("1e9")
    page.get_by_label("maximum cost", exact=True).press("Enter")
    page.get_by_label("minimum accuracy", exact=True).fill("50")
    page.get_by_label("minimum accuracy", exact=True).press("Enter")
    page.get_by_text("meets all limits").wait_for()
    for scheme in ("dark", "light"):
        in_scheme(page, scheme)
        assert findings(page) == [], scheme
    page.get_by_role("button", name="Terms on this page").click()
    assert findings(page) == []


CONTRASTS = r"""() => {
  const parts = (colour) => {
    const numbers = colour.match(/[\d.]+/g).map(Number).slice(0, 3);
    return colour.startsWith("color(") ? numbers : numbers.map((value) => value / 255);
  };
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = (colour) => parts(colour).map(linear)
    .reduce((sum, value, k) => sum + value * [0.2126, 0.7152, 0.0722][k], 0.05);
  return [...document.querySelectorAll(".trecx-console .confusion tbody td:not(.faint)")]
    .filter((td) => td.textContent)
    .map((td) => [light(getComputedStyle(td).color), light(getComputedStyle(td).backgroundColor)])
    .map(([ink, ground]) => Math.max(ink, ground) / Math.min(ink, ground));
}"""  # axe leaves out what is as small


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_count_is_readable_on_every_shade_of_the_confusion_matrix(page, address, scheme):
    page.emulate_media(color_scheme=scheme)
    run = Store(SHIPPED).find_run("kws/sdn").run_id  # at ρ = 0 all shares from 0 to 1
    open_console(page, f"{address}/?run={run}&rho=0")
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 40
    assert min(contrasts) >= 4.5


def test_axe_finds_nothing_in_the_report_in_either_theme(chrome, tmp_path):
    page = open_report(chrome, tmp_path)
    for scheme in ("light", "dark"):
        in_scheme(page, scheme)
        assert findings(page) == [], scheme
    levels = page.locator("h1, h2, h3").evaluate_all("nodes => nodes.map((node) => node.tagName)")
    assert levels[0] == "H1"
    assert set(levels[1:]) == {"H2"}
    page.close()


def test_no_early_exit_is_one_step_beyond_the_end_of_the_slider_and_a_button_that_goes_back(page, address):
    open_console(page, f"{address}/?rho=0.69")
    page.get_by_role("slider", name="threshold ρ").focus()
    for key, expected in (("End", 1), ("End", math.inf), ("ArrowLeft", 1), ("ArrowRight", math.inf)):
        page.keyboard.press(key)
        assert numbers(shown(page)["threshold"]) == [expected]
    assert page.get_by_label(RHO).input_value() == "∞"
    page.get_by_role("slider", name="threshold ρ").press("Home")
    button = page.get_by_role("button", name="No early exit", exact=True)
    expect(button).to_have_attribute("aria-pressed", "false")
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert shown(page)["threshold"] == "Infinity"
    page.wait_for_url(re.compile("rho=inf"))
    button.press("Enter")
    assert shown(page)["threshold"] == "0"


def test_a_wrong_threshold_is_said_and_the_numbers_shown_stand_apart_until_it_is_set_right(page, address):
    open_console(page, f"{address}/?rho=0.69")
    typed, value = page.get_by_label(RHO), page.locator(".trecx-console .value").first
    heavy = value.evaluate("(node) => getComputedStyle(node).fontWeight")
    before = shown(page)
    typed.fill("7")
    typed.press("Enter")
    expect(typed).to_have_attribute("aria-invalid", "true")
    described = page.locator(f"#{typed.get_attribute('aria-describedby')}")
    expect(described).to_have_text("ρ must be a number from 0 to 1. Showing ρ = 0.690.")
    expect(described).to_be_visible()
    page.get_by_role("button", name="Export").focus()  # leaving the field does not hide that it is wrong
    assert typed.input_value() == "7"
    assert shown(page)["tiles"] == before["tiles"]
    assert value.evaluate("(node) => getComputedStyle(node).fontWeight") != heavy
    typed.press("Escape")
    assert typed.input_value() == "0.690"
    for text, invalid in (("x", "true"), ("0,5", "false")):
        typed.fill(text)
        typed.press("Enter")
        expect(typed).to_have_attribute("aria-invalid", invalid)
    assert float(shown(page)["threshold"]) == 0.5
    assert value.evaluate("(node) => getComputedStyle(node).fontWeight") == heavy


def test_forced_colours_keep_what_the_console_says_by_colour(page, address):
    page.emulate_media(forced_colors="active")
    open_console(page, f"{address}/?rho=0.69&wish=max_energy_uj:4600")
    colours = """(selector) => [...document.querySelectorAll(`.trecx-console ${selector}`)].map((node) =>
      getComputedStyle(node, selector.startsWith("dt") ? "::before" : null).backgroundColor)"""
    parts = page.evaluate(colours, ".part")
    assert len(set(parts)) == 6
    assert page.evaluate(colours, "dt.key") == parts
    for pressed in (".precision button", ".axes .axis"):
        assert len(set(page.evaluate(colours, pressed))) == 2  # the pressed one, and the others
    inks = "nodes => nodes.map((n) => getComputedStyle(n)).map((s) => [s.color, s.backgroundColor])"
    pressed = page.locator(".trecx-console [aria-pressed=true]").evaluate_all(inks)
    probe = "<i id=probe style='forced-color-adjust: none; color: HighlightText; background: Highlight'></i>"
    page.evaluate("(html) => document.body.insertAdjacentHTML('beforeend', html)", probe)
    assert pressed == page.locator("#probe").evaluate_all(inks) * 2
    (ground,) = set(page.evaluate("[getComputedStyle(document.querySelector('.stApp')).backgroundColor]"))
    assert ground not in page.evaluate(colours, ".track") + page.evaluate(colours, ".handle")
    fields = "nodes => nodes.map((n) => getComputedStyle(n)).map((s) => [s.borderTopWidth, s.borderTopColor])"
    drawn = ".trecx-console :is(input:not([type=checkbox]), select)"  # the browser draws a box itself
    for width, colour in page.locator(drawn).evaluate_all(fields):
        assert (width, colour != ground) == ("1px", True)


STOP = """() => {
  const node = document.activeElement, { left, top, bottom } = node.getBoundingClientRect();
  return { name: node.getAttribute("aria-label") ?? node.textContent, left, top, bottom,
           inside: Boolean(node.closest(".trecx-console")) };
}"""


def test_the_keyboard_goes_through_the_console_as_the_eye_does_and_stops_at_no_term(page, address):
    open_console(page, f"{address}/?rho=0.69")
    page.get_by_role("button", name="Export").focus()
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["inside"]:
            stops.append(stop)
        elif stops:
            break
    names = [stop["name"].split(",")[0] for stop in stops]
    assert names[:5] == ["threshold ρ", "No early exit", "float32", "int8", "Terms on this page"]
    assert names[5:10] == ["threshold ρ", "−3 pt", "−2 pt", "−1 pt", "= baseline"]
    assert len(names) < 25
    for before, after in itertools.pairwise(stops[:5]):
        assert before["left"] < after["left"]
    lines = [stop["bottom"] for stop in stops if stop["name"] in ("float32", "How much lower?", "FLOPs")]
    assert lines == sorted(lines)


def test_what_can_be_pressed_is_large_enough_for_a_finger(page, address):
    open_console(page, f"{address}/?rho=0.69&wish=max_energy_uj:4600")
    page.get_by_role("button", name="Use this ρ").wait_for()
    sizes = page.locator(
        ".trecx-console :is(button:not(.term), input, select, .handle):visible"
    ).evaluate_all(
        "nodes => nodes.map((n) => [n.textContent || n.className, n.getBoundingClientRect().height])"
    )
    assert [(name, height) for name, height in sizes if height < 23.9] == []
    assert len(sizes) > 15


def test_that_a_threshold_is_measured_on_the_samples_it_was_chosen_on_is_said_and_explained(page, address):
    open_console(page, f"{address}/?rho=0.69")
    expect(page.locator(".caveat")).to_contain_text("on the same samples that its accuracy is measured on")
    page.get_by_role("button", name="How much lower?").press("Enter")
    dialog = page.get_by_role("dialog", name="How much lower?")
    expect(dialog).to_contain_text("52 % of the splits")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(page.get_by_role("button", name="How much lower?")).to_be_focused()
    page.wait_for_selector(SETTLED)
