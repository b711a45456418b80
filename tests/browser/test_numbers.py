"""Every number on the page while it is dragged, held against Python to the last sample, in Chromium."""

import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.console import (
    TWENTY,
    WITHOUT_INT8,
    assert_equals_python,
    context_of,
    drag_across,
    numbers,
    shown,
    weighed,
)
from tests.browser.session import DRAWN, SETTLED, choose, dashboard, open_console, rail
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.class_mix import EVEN
from trecx.threshold.exit_criteria import CRITERIA
from trecx.threshold.exit_table import FIXED_EDGES

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]


@pytest.mark.parametrize("name", ["kws/trecx", "vww/trecx", "kws/sdn"])
def test_every_number_equals_pythons_at_twenty_thresholds_while_dragging(page, address, name):
    run, context = context_of(name)
    open_console(page, f"{address}/?run={run.run_id}&rho=0.9")
    drag_across(page, TWENTY, context)


def test_both_estimates_follow_the_pointer_and_the_one_by_flops_is_in_the_address(page, address):
    run, context = context_of("vww/trecx", estimate="FLOPs")
    open_console(page, f"{address}/?run={run.run_id}&rho=0.9&estimate=FLOPs")
    drag_across(page, TWENTY[:6], context)
    page.get_by_text("instructions", exact=True).click()
    page.wait_for_url(lambda url: "estimate=FLOPs" not in url)
    page.get_by_text(re.compile("^by instructions, ")).wait_for()
    drag_across(page, TWENTY[:6], context_of("vww/trecx")[1])


def test_int8_snaps_to_steps_of_256_and_warns_above_the_highest(page, address):
    run, context = context_of(WITHOUT_INT8)
    open_console(page, f"{address}/?run={run.run_id}&rho=0.9")
    page.get_by_role("button", name="int8").click()
    expect(page.locator(".difference")).to_have_text("approximation: float32 scores, only ρ is rounded")
    drag_across(page, TWENTY[:8], context, int8=True)
    typed = page.get_by_label("threshold ρ, 0 to 1")
    for text, step in (("0.69", 177 / 256), ("0.5", 0.5), ("0.99", 254 / 256)):
        typed.fill(text)
        typed.press("Enter")
        assert float(shown(page)["threshold"]) == step
    page.get_by_role("slider", name="threshold ρ").focus()
    for key, step in (("ArrowRight", 255 / 256), ("ArrowRight", math.inf), ("ArrowLeft", 255 / 256)):
        page.keyboard.press(key)
        assert numbers(shown(page)["threshold"]) == [step]
        assert_equals_python(shown(page), context, int8=True)
    typed.fill("0.997")
    typed.press("Enter")
    assert shown(page)["threshold"] == "Infinity"
    assert "int8 confidence never exceeds 0.9961" in shown(page)["meaning"]
    page.wait_for_url(re.compile("rho=inf"))
    page.reload()
    page.wait_for_selector(DRAWN)
    assert shown(page)["threshold"] == "Infinity"


def test_a_class_mix_weights_every_number(page, address):
    run, context = context_of("kws/trecx", mix="95 % silence and unknown")
    open_console(page, f"{address}/?run={run.run_id}&rho=0.9&mix=95 %25 silence and unknown")
    expect(page.locator(".tile .aside").first).to_contain_text("weighted, n≈")
    expect(page.locator(".tile .aside", has_text="weighted")).to_have_count(4)
    drag_across(page, TWENTY[:8], context)


def typed_mix(page):
    return [
        float(text) for text in page.locator(".trecx-mix .number").evaluate_all("n => n.map((n) => n.value)")
    ]


def test_an_own_mix_moves_every_number_while_it_is_dragged(page, address, chrome):
    run, context = context_of(WITHOUT_INT8)
    open_console(
        page, f"{address}/?run={run.run_id}&rho=0.69&mix=my own mix&shares=down:10,go:3.5,unknown:40"
    )
    box = page.get_by_label("how often silence occurs, relative to the others").bounding_box()
    height, before = box["y"] + box["height"] / 2, page.url
    page.mouse.move(box["x"] + 8, height)
    page.mouse.down()
    for share in (0.3, 0.5, 0.9):
        page.mouse.move(box["x"] + share * box["width"], height)
        assert_equals_python(shown(page), weighed(context, typed_mix(page)))
    assert page.url == before
    page.mouse.up()
    page.wait_for_url(re.compile("silence"))
    page.wait_for_selector(".trecx-console .curve:not(.stale)")
    mixed = weighed(context, typed_mix(page))
    assert_equals_python(shown(page), mixed)
    drawn = page.evaluate("[...document.querySelector('.trecx-console .curve')._fullData[0].y]")
    assert drawn == pytest.approx((100 * mixed.curve.accuracy).tolist())
    drag_across(page, TWENTY[:6], mixed)
    page.get_by_role("button", name="int8").click()
    drag_across(page, TWENTY[:3], mixed, int8=True)
    page.wait_for_url(re.compile(f"rho={shown(page)['threshold']}"))
    elsewhere = chrome.new_context(viewport={"width": 1440, "height": 900})
    other = elsewhere.new_page()
    open_console(other, page.url)  # a copied link, while this page is open
    assert shown(other) == shown(page)
    elsewhere.close()
    for name in ("down", "go", "silence", "unknown"):
        page.get_by_label(f"how often {name} occurs, as a number").fill("0")
    expect(page.locator(".trecx-mix .trouble")).to_contain_text("All shares are 0")
    assert_equals_python(shown(page), context, int8=True)  # as tested


def test_what_python_says_of_an_earlier_mix_does_not_undo_one_being_dragged(page, address):
    run, context = context_of("kws/trecx")
    open_console(page, f"{address}/?run={run.run_id}&rho=0.69&mix=my own mix&shares=down:10,go:3.5")
    box = page.get_by_label("how often silence occurs, relative to the others").bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    # Python draws anew, by the mix that it knows
    page.get_by_role("button", name="energy", exact=True).dispatch_event("click")
    page.wait_for_selector(".trecx-console .axis[aria-pressed=true]:has-text('energy')")
    held = weighed(context, typed_mix(page))
    assert held.class_weights[10] > 1
    assert_equals_python(shown(page), held)
    expect(page.locator(".trecx-console .curve")).to_have_class(re.compile("stale"))
    page.mouse.up()
    page.wait_for_selector(".trecx-console .curve:not(.stale)")
    assert_equals_python(shown(page), held)


NOT_LET_GO = "(slider) => { slider.value = 80; slider.dispatchEvent(new Event('input')); }"


def test_a_new_exit_criterion_is_counted_by_the_mix_that_the_sliders_show(page, address):
    context = context_of("kws/trecx")[1]
    open_console(page, f"{address}/?rho=0.9&mix=my own mix&shares=down:10,go:3.5")
    page.get_by_label("how often silence occurs, relative to the others").evaluate(NOT_LET_GO)
    choose(page, "Exit criterion", CRITERIA["margin"])
    page.wait_for_url(re.compile("criterion=margin"))
    page.wait_for_selector(f"{SETTLED} {DRAWN}")
    held = weighed(context, typed_mix(page))
    assert float(shown(page)["effective"]) == pytest.approx(effective_samples(held))


def test_a_mix_of_the_list_counts_though_python_last_heard_of_the_same_one(page, address):
    context = context_of("kws/trecx", mix=EVEN)[1]
    open_console(page, f"{address}/?rho=0.9&mix=my own mix")  # which starts even
    page.get_by_label("how often silence occurs, relative to the others").evaluate(NOT_LET_GO)
    assert float(shown(page)["effective"]) != pytest.approx(effective_samples(context))
    choose(page, "Class mix", EVEN)
    page.locator(".trecx-mix").wait_for(state="detached")
    assert float(shown(page)["effective"]) == pytest.approx(effective_samples(context))


def effective_samples(context):
    return context.point(0.9).effective_samples


def test_another_device_and_battery_change_energy_and_days_and_keep_the_threshold(page, address):
    run, context = context_of("kws/trecx", "nucleo-u575zi-q-xcubeai-9.0.0-1.8v-smps", "2xAA")
    open_console(page, f"{address}/?run={run.run_id}&rho=0.69")
    for label, option in (
        ("Device", "NUCLEO-U575ZI-Q · Cortex-M33 160 MHz · X-CUBE-AI 9.0.0 · 1.8 V SMPS"),
        ("Battery", "2xAA"),
    ):
        before = shown(page)["days"]
        choose(page, label, option)
        page.wait_for_function(
            "(days) => document.querySelector('.trecx-console[data-drawn]')?.dataset.days !== days",
            arg=before,
        )
        page.wait_for_selector(SETTLED)
    seen = shown(page)
    assert float(seen["threshold"]) == 0.69
    days = context.conditions.quantities(context.point(0.69))["battery_days"]
    assert float(seen["days"]) == pytest.approx(days, rel=1e-12)


def test_a_run_too_large_for_every_step_moves_from_edge_to_edge_and_is_exact_there(page, tmp_path):
    random, n_samples = np.random.default_rng(0), 30_000
    labels = random.integers(0, 2, n_samples)
    predictions = np.where(random.random((n_samples, 2)) < 0.8, labels[:, None], 1 - labels[:, None])
    confidence = 1 - random.random((n_samples, 2)) ** 2 / 2
    scores = ExitScores(labels, [10**6, 3 * 10**6], predictions=predictions, confidence=confidence)
    database = f"sqlite:///{tmp_path / 'large.sqlite'}"
    Store(database).save_run(
        Provenance("vww", "trecx", "imported", "made", "test", "m", None, None, {}), scores
    )
    with dashboard(database) as address:
        open_console(page, f"{address}/?rho=0.9")
        left, width, height = rail(page)
        for share in (0.5, 0.7301, 0.9, 0.9804, 1):
            page.mouse.click(left + share * width, height)
            seen = shown(page)
            assert float(seen["threshold"]) in FIXED_EDGES
            point = operating_point(scores, float(seen["threshold"]))
            assert seen["exits"] == ",".join(map(str, point.exit_counts))
            assert seen["outcomes"] == ",".join(map(str, point.outcome_counts))
            assert "counted in steps of ρ" in seen["meaning"]
        page.goto("about:blank")  # before its server goes
