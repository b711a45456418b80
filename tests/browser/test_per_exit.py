"""One threshold per exit in the browser: numbers, handles, the Pareto front, the address, accessibility."""

import math
import re
from urllib.parse import unquote

import numpy as np
import pytest
from playwright.sync_api import expect

import trecx
from tests.browser.console import shown
from tests.browser.layout import SIZES, unreadable
from tests.browser.session import DRAWN, SETTLED, open_console
from tests.browser.test_accessibility import findings, in_scheme
from tests.conftest import SHIPPED
from trecx.console.vectors import levels_of
from trecx.store import Store
from trecx.store.run_context import counts_of, joint_counts_of
from trecx.threshold.class_mix import EVEN, class_mix_presets, class_weights
from trecx.threshold.joint_counts import int8_candidates
from trecx.threshold.per_exit.decision import AT
from trecx.threshold.per_exit.front import pareto_front

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
NEVER = 256
FRONT = ".along input:not([hidden])"


def opened(page, address, name="kws/sdn", **options):
    """Open the console with one threshold per exit, the front drawn."""
    settings = {"rho": 0.69, "per_exit": "0.5,0.75,inf"} | options
    query = "&".join(f"{key}={value}" for key, value in settings.items())
    run = Store(SHIPPED).find_run(name)
    open_console(page, f"{address}/?run={run.run_id}&{query}")
    page.wait_for_selector(f"{SETTLED} {FRONT}")
    return run


def thresholds(levels):
    return [math.inf if level == NEVER else level / 256 for level in levels]


def levels(page):
    return [int(level) for level in shown(page)["levels"].split(",")]


def assert_equals_python(page, run, mix=None, criterion="largest"):
    """All counts are those of the decision by the thresholds shown, to the last sample."""
    seen = shown(page)
    shown_levels = [int(level) for level in seen["levels"].split(",")]
    table = counts_of(Store(SHIPPED), run, criterion, per_exit=thresholds(shown_levels))
    point = table.operating_point(AT)
    if mix:
        point = point.weighted(
            class_weights(class_mix_presets(table.class_names, table.class_counts)[mix], table.class_counts)
        )
    exact = {"rel": 1e-12} if mix else {"abs": 0}
    for name, counts in {"exits": point.exit_counts, "outcomes": point.outcome_counts}.items():
        got = [float(part) for part in seen[name].split(",")]
        assert got == pytest.approx(counts.tolist(), **exact), shown_levels
    assert float(seen["correct"]) == pytest.approx(point.confusion.trace(), **exact)
    assert float(seen["flops"]) == pytest.approx(point.flops, rel=1e-12)
    cells = np.array([[int(cell or 0) for cell in row] for row in seen["confusion"]])
    assert np.abs(cells - point.confusion).max() <= (0.5 + 1e-9 if mix else 0)


def typed(page, exit_, text):
    field = page.get_by_label(f"threshold of exit {exit_}, 0 to 1, or never")
    field.fill(text)
    field.press("Enter")


@pytest.mark.parametrize("name", ["kws/sdn", "kws/sdn:int8"])
def test_every_count_equals_pythons_at_many_thresholds(page, address, name):
    run = opened(page, address, name)
    assert levels(page) == [128, 192, NEVER]
    assert_equals_python(page, run)
    random = np.random.default_rng(0)
    for vector in [[0, 0, 0], [NEVER] * 3, [NEVER, 0, 0], *random.integers(0, 257, (12, 3)).tolist()]:
        for exit_, level in enumerate(vector, 1):
            typed(page, exit_, "never" if level == NEVER else str(level / 256))
        assert levels(page) == vector
        assert_equals_python(page, run)


def wait_for_address(page, vector):
    """Wait until the address has these thresholds."""
    text = f"per_exit={','.join(map(str, thresholds(vector)))}"
    page.wait_for_url(lambda url: text in unquote(url))


def handle_at(page, exit_, share):
    box = page.locator(".handles .rail").nth(exit_).bounding_box()
    return box["x"] + share * box["width"], box["y"] + box["height"] - 8


@pytest.mark.parametrize("name", ["kws/sdn", "ic/branchynet"])
def test_the_numbers_follow_a_dragged_handle_and_the_address_its_release(page, address, name):
    several = {"per_exit": "0.5,0.75"} if name.startswith("ic") else {}
    run = opened(page, address, name, **several)
    others = levels(page)[1:]
    before = page.url
    page.mouse.move(*handle_at(page, 0, 0.5))
    page.mouse.down()
    for share in (0.3, 0.61, 0.87, 0.999, 0.7):
        page.mouse.move(*handle_at(page, 0, share))
        assert levels(page) == [round(256 * share), *others]
        assert_equals_python(page, run)
    assert page.url == before
    page.mouse.up()
    kept = levels(page)
    wait_for_address(page, kept)
    page.reload()
    page.wait_for_selector(DRAWN)
    assert levels(page) == kept


def test_another_criterion_and_a_class_mix_give_pythons_counts(page, address):
    run = opened(page, address, criterion="margin", mix=EVEN)
    for vector in ("0.2", "0.61", "0.33"), ("0.9", "0.1", "never"):
        for exit_, text in enumerate(vector, 1):
            typed(page, exit_, text)
        assert_equals_python(page, run, EVEN, "margin")


def front_of(run, **options):
    return pareto_front(joint_counts_of(Store(SHIPPED), run, int8_candidates()), **options)


def test_a_drag_on_the_curve_moves_all_handles_along_the_front(page, address):
    run = opened(page, address)
    front = {tuple(levels_of(np.array(vector)).tolist()) for vector in front_of(run).thresholds}
    box, seen = page.locator(".trecx-console .curve").bounding_box(), []
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    for share in (0.35, 0.5, 0.7):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.3 * box["height"])
        seen.append(levels(page))
        assert tuple(seen[-1]) in front
        assert_equals_python(page, run)
    page.mouse.up()
    assert len({tuple(vector) for vector in seen}) == 3
    assert all(len(set(column)) > 1 for column in zip(*seen, strict=True))
    expect(page.locator(".along .gap")).to_have_text("on the front")
    wait_for_address(page, seen[-1])


def test_the_keyboard_goes_along_the_front_point_by_point(page, address):
    run = opened(page, address)
    front = front_of(run).thresholds
    along = page.get_by_role("slider", name="along the Pareto front")
    along.press("Home")
    assert levels(page) == levels_of(front[0]).tolist()
    along.press("ArrowRight")
    assert levels(page) == levels_of(front[1]).tolist()
    expect(along).to_have_attribute("aria-valuetext", re.compile("on the front: accuracy"))
    along.press("End")
    assert levels(page) == levels_of(front[-1]).tolist()
    assert_equals_python(page, run)
    wait_for_address(page, levels(page))


def test_the_front_is_drawn_over_the_shown_cost_and_mix(page, address):
    run = opened(page, address, mix=EVEN)
    traces = "[...document.querySelector('.trecx-console .curve')._fullData]"
    drawn = f"{traces}.find((trace) => trace.name === 'Pareto front')"
    table = counts_of(Store(SHIPPED), run)
    weights = class_weights(
        class_mix_presets(table.class_names, table.class_counts)[EVEN], table.class_counts
    )
    front = front_of(run, class_weights=weights)
    assert page.evaluate(f"[...{drawn}.y]") == pytest.approx((100 * front.correct / run.n_samples).tolist())
    assert page.evaluate(f"[...{drawn}.x]") == pytest.approx((front.cost / 1e6).tolist())
    page.get_by_role("button", name="energy", exact=True).click()
    page.wait_for_function(f"Math.max(...{drawn}.x) > 1000")  # µJ


def test_the_switch_starts_at_rho_rounded_up_and_goes_back_to_it(page, address):
    run = Store(SHIPPED).find_run("kws/sdn:int8")
    open_console(page, f"{address}/?run={run.run_id}&rho=0.69")
    before, rho = shown(page), page.get_by_label("threshold ρ, 0 to 1")
    text = rho.input_value()
    switch = page.get_by_role("group", name="Thresholds", exact=True)
    switch.get_by_role("button", name="one per exit").click()
    assert levels(page) == [177] * 3
    assert {name: shown(page)[name] for name in ("exits", "outcomes")} == {
        name: before[name] for name in ("exits", "outcomes")
    }
    expect(rho).not_to_be_visible()
    page.wait_for_selector(f"{SETTLED} {FRONT}")
    typed(page, 2, "0.25")
    page.wait_for_url(re.compile("per_exit="))
    switch.get_by_role("button", name="one ρ").click()
    expect(rho).to_have_value(text)
    page.wait_for_url(lambda url: "per_exit" not in url)
    assert shown(page)["exits"] == before["exits"]
    assert "levels" not in shown(page)


def test_the_keyboard_moves_a_handle_and_a_button_stops_no_sample_there(page, address):
    run = opened(page, address)
    handle = page.get_by_role("slider", name="threshold of exit 2")
    handle.focus()
    for key, level in (
        ("ArrowRight", 193),
        ("PageDown", 183),
        ("End", 255),
        ("ArrowRight", NEVER),
        ("ArrowLeft", 255),
    ):
        page.keyboard.press(key)
        assert levels(page)[1] == level
        assert_equals_python(page, run)
    never = page.get_by_role("button", name="never stop at exit 2")
    never.press("Enter")
    assert levels(page)[1] == NEVER
    never.press("Enter")
    assert levels(page)[1] == 255


def test_a_wrong_threshold_is_said_and_what_a_field_shows_is_read_as_it_was(page, address):
    opened(page, address)
    field = page.get_by_label("threshold of exit 1, 0 to 1, or never")
    typed(page, 1, "seven")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".handles .problem")).to_have_text(
        "A threshold must be a number from 0 to 1, or “never”."
    )
    assert levels(page)[0] == 128
    for level in range(0, 256, 5):
        typed(page, 1, f"{level / 256:.4f}")
        assert levels(page)[0] == level
    for text, level in (("0.6", 154), ("0.50001", 129), ("0.9962", NEVER)):  # between two steps: rounded up
        typed(page, 1, text)
        assert levels(page)[0] == level
    expect(page.locator(".handles .problem")).to_be_empty()


def test_the_limits_are_answered_with_thresholds_that_meet_them(page, address):
    run = opened(page, address, wish="min_accuracy:0.9")
    answer = page.locator(".vectors-answer")
    expect(answer).to_contain_text("meet all limits")
    answer.get_by_role("button", name="Use these thresholds").click()
    assert_equals_python(page, run)
    assert float(shown(page)["correct"]) >= 0.9 * run.n_samples
    expect(page.locator(".along .gap")).to_have_text("on the front")
    page.locator(".answer").first.get_by_role("button", name="Use this ρ").click()
    assert "levels" not in shown(page)  # one ρ again
    page.wait_for_url(lambda url: "per_exit" not in url)


def test_a_network_with_one_early_exit_has_no_switch_and_says_why_the_address_is_not_followed(page, address):
    run = Store(SHIPPED).find_run("kws/trecx").run_id
    open_console(page, f"{address}/?run={run}&rho=0.69&per_exit=0.5,0.75")
    expect(page.get_by_role("button", name="one per exit")).to_have_count(0)
    expect(page.get_by_text("needs two early exits or more")).to_be_visible()


def test_axe_finds_nothing_and_everything_is_readable_with_one_threshold_per_exit(page, address):
    opened(page, address, wish="min_accuracy:0.9")
    for scheme in ("light", "dark"):
        in_scheme(page, scheme)
        assert findings(page) == [], scheme
    for size in SIZES.values():
        assert unreadable(page, size) == [], size


def test_the_page_with_handles_fits_one_screen(page, address):
    opened(page, address)
    heights = "[...document.querySelectorAll('[data-testid=stMain]')].map((node) => node.scrollHeight)"
    for size in ((1440, 900), (1280, 720)):
        assert unreadable(page, size) == []
        assert max(page.evaluate(heights)) <= size[1]


def test_the_report_has_the_handles_and_the_front_without_a_server(chrome, tmp_path):
    file = tmp_path / "report.html"
    trecx.save_report("kws/sdn", 0.69, file, source="published", db=SHIPPED)
    page = chrome.new_page()
    page.goto(f"file://{file}")
    page.wait_for_selector(DRAWN)
    page.get_by_role("button", name="one per exit").click()
    run = Store(SHIPPED).find_run("kws/sdn")
    for vector in ("0.2", "never", "0.61"), ("0.9", "0.1", "0.5"):
        for exit_, text in enumerate(vector, 1):
            typed(page, exit_, text)
        assert_equals_python(page, run)
    page.get_by_role("slider", name="along the Pareto front").press("End")
    expect(page.locator(".along .gap")).to_have_text("on the front")
    assert findings(page) == []
    assert unreadable(page, (1280, 720)) == []
    page.close()
