"""Compare while ρ is dragged: the points on the curves and their table, held against Python."""

import json
import math
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from app.compare.choice import options_of
from tests.browser.session import CHART, SETTLED, open_page, rail
from tests.conftest import SHIPPED
from trecx.comparison.design import Design, DesignPoint, Mean
from trecx.datasets.halves import HELD_OUT, Half
from trecx.store import Store
from trecx.store.run_context import counts_of, load_context
from trecx.threshold.class_mix import EVEN, class_mix_presets, class_weights
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.per_exit.decision import AT

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
SHARES = (0.7, 0.93, 0.42, 0.999, 0.61, 0.18)
NAMES = {"accuracy": "accuracy", "rate": "exit_rate", "flops": "flops"} | {
    "accuracyChange": "accuracy_change",
    "flopsChange": "flops_change",
}
COLUMNS = [  # of the table: number, scale, decimals
    *(("accuracy", 100, 2), ("accuracy_change", 100, 2), ("exit_rate", 100, 1)),
    *(("flops", 1e-6, 3), ("flops_change", 100, 1)),
]
SHOWN = """() => {
    const root = document.querySelector(".trecx-designs"), canvas = root.querySelector(".canvas");
    const box = canvas.getBoundingClientRect(), { xaxis, yaxis } = canvas._fullLayout;
    const rows = [...root.querySelectorAll("tbody tr")].filter((row) => !row.hidden);
    const dots = [...root.querySelectorAll(".dot")].filter((dot) => !dot.hidden).map((dot) => {
        const at = dot.getBoundingClientRect();
        return [xaxis.p2c(at.x + at.width / 2 - box.x - xaxis._offset),
                yaxis.p2c(at.y + at.height / 2 - box.y - yaxis._offset)];
    });
    return {
        threshold: document.querySelector(".trecx-console").dataset.threshold,
        levels: document.querySelector(".trecx-console").dataset.levels,
        points: JSON.parse(root.dataset.points), dots,
        axis: [xaxis.type, ...xaxis.range.map((end) => xaxis.l2c(end)), ...yaxis.range],
        names: rows.map((row) => row.cells[0].querySelector(".name").textContent),
        cells: rows.map((row) => [...row.cells].slice(1).map((cell) => cell.textContent)),
        at: root.querySelector(".at").textContent,
        stale: root.classList.contains("stale"),
    };
}"""


def opened(page, address, name, **options):
    """Open Compare with a run selected; return the designs that it offers, by name."""
    run = Store(SHIPPED).find_run(name)
    query = "&".join(f"{key}={value}" for key, value in ({"run": run.run_id, "rho": 0.9} | options).items())
    open_page(page, f"{address}/compare?{query}", CHART)
    page.wait_for_selector(".trecx-designs[data-points]")
    return run, options_of(SimpleNamespace(runs=Store(SHIPPED).runs(), run=run))


def design_of(name, options, mix=None, half=None):
    contexts = [load_context(Store(SHIPPED), run, half=half) for run in options[name]]
    if mix:
        contexts = [replace(each, class_weights=weights_of(each.table, mix)) for each in contexts]
    return Design(name, options[name], contexts)


def weights_of(table, mix):
    if isinstance(mix, str):
        mix = class_mix_presets(table.class_names, table.class_counts)[mix]
    return class_weights(mix, table.class_counts)


def number(text):
    return float(text.replace("Infinity", "inf").replace("−", "-").replace(",", ""))


def assert_points(seen, designs, at=None):
    """All numbers, cells and points are those of `Design.at`; `at`: other points by name."""
    assert seen["names"] == [design.name for design in designs]
    threshold, dots = number(seen["threshold"]), []
    for design, point, cells in zip(designs, seen["points"], seen["cells"], strict=True):
        expected = (at or {}).get(design.name) or design.at(threshold)
        for name, python in NAMES.items():
            assert_mean(point[name], getattr(expected, python))
        assert_cells(cells, expected, design)
        if len(design.exit_flops) > 1 and inside(expected, seen["axis"]):
            dots.append((expected.flops.value / 1e6, 100 * expected.accuracy.value))
    assert len(seen["dots"]) == len(dots)
    assert np.array(seen["dots"]) == pytest.approx(np.array(dots), rel=0.001)
    return len(dots)


def assert_mean(shown, expected):
    if expected is None:
        assert shown is None
        return
    assert shown["value"] == pytest.approx(expected.value, rel=1e-12, abs=1e-15)
    assert shown["spread"] == (expected.spread and pytest.approx(expected.spread, rel=1e-9, abs=1e-12))


def assert_cells(cells, expected, design):
    for (name, scale, digits), cell in zip(COLUMNS, cells, strict=True):
        mean = getattr(expected, name)
        if design.runs[0].system == "baseline" and name.endswith("change"):
            assert cell in ("–", "reference")
        elif mean is None or (name == "exit_rate" and len(design.exit_flops) == 1):
            assert cell == "–"
        else:
            assert re.fullmatch(rf"[+−]?\d+\.\d{{{digits}}}( ± \d+\.\d{{{digits}}})?", cell)
            ends = [number(part) for part in cell.split(" ± ")]
            wanted = [scale * value for value in mean if value is not None]
            assert ends == pytest.approx(wanted, abs=0.5001 * 10**-digits)


def inside(point, axis):
    _, left, right, low, high = axis
    return left <= point.flops.value / 1e6 <= right and low <= 100 * point.accuracy.value <= high


def dragged(page, shares=SHARES):
    """Drag ρ, and yield what the page shows at each place, the pointer still down."""
    left, width, height = rail(page)
    page.mouse.move(left + 0.9 * width, height)
    page.mouse.down()
    for share in shares:
        page.mouse.move(left + share * width, height)
        seen = page.evaluate(SHOWN)
        assert min(number(seen["threshold"]), 1) == pytest.approx(share, abs=0.005)
        yield seen
    page.mouse.up()


@pytest.mark.parametrize(
    ("name", "address_options", "options"),
    [
        ("kws/trecx", {}, {}),
        ("kws/trecx:int8", {}, {}),
        ("vww/trecx", {}, {}),
        ("kws/trecx", {"mix": EVEN}, {"mix": EVEN}),
        ("kws/trecx", {"half": "held-out"}, {"half": Half(HELD_OUT)}),
        ("digits/trecx", {}, {}),
        ("kws/sdn", {"flops_axis": "log FLOPs"}, {}),
        ("kws/sdn", {"zoom": "trade-off region", "flops_axis": "log FLOPs"}, {}),
    ],
    ids=["float32", "int8", "vww", "mix", "half", "seeds", "log", "zoom"],
)
def test_every_point_and_cell_equals_pythons_while_dragging(page, address, name, address_options, options):
    _, offered = opened(page, address, name, **address_options)
    names = page.evaluate(SHOWN)["names"]
    designs = [design_of(each, offered, **options) for each in names]
    before, drawn = page.url, []
    for seen in dragged(page):
        drawn.append(assert_points(seen, designs))
        said = seen["at"].split("ρ = ")[1].rstrip(".)").replace("∞", "inf")
        assert number(said) == pytest.approx(number(seen["threshold"]), abs=0.0005)
        assert not seen["stale"]
        assert page.url == before  # Python hears of it when it is let go
        if name.endswith("int8"):
            assert seen["threshold"] == "Infinity" or (256 * number(seen["threshold"])).is_integer()
    assert seen["axis"][0] == ("log" if "flops_axis" in address_options else "linear")
    several = sum(len(design.exit_flops) > 1 for design in designs)
    assert max(drawn) == several
    assert (min(drawn) < several) == ("zoom" in address_options)


def test_without_early_exits_all_points_are_at_the_ends_of_their_curves(page, address):
    _, offered = opened(page, address, "kws/trecx", rho="inf")
    seen = page.evaluate(SHOWN)
    designs = [design_of(each, offered) for each in seen["names"]]
    assert_points(seen, designs)
    assert seen["at"] == "At no early exits (ρ = ∞)."


def test_a_release_draws_nothing_again_and_keeps_the_point(page, address):
    opened(page, address, "kws/trecx")
    page.evaluate("document.querySelector('.trecx-designs').firstChild.dataset.same = 'yes'")
    *_, seen = dragged(page, (0.5, 0.8))
    page.wait_for_url(re.compile(r"rho=0\.8"))
    page.wait_for_selector(SETTLED)
    assert page.locator(".trecx-designs [data-same]").count() == 1
    assert page.evaluate(SHOWN) == seen


def as_design_point(point, reference):
    flops, accuracy = point.flops, point.accuracy
    changes = accuracy - reference["accuracy"], flops / reference["flops"] - 1
    return DesignPoint(*map(Mean, (accuracy, point.exit_rate, flops, *changes)))


@pytest.mark.parametrize("mix", [None, EVEN])
def test_one_threshold_per_exit_moves_the_selected_run_only(page, address, mix):
    mixed = {"mix": mix} if mix else {}
    run, offered = opened(page, address, "kws/sdn", per_exit="0.5,0.75,inf", rho=0.69, **mixed)
    names = page.evaluate(SHOWN)["names"]
    designs = [design_of(name, offered, mix) for name in names]
    (own,) = (design for design in designs if run in design.runs)
    box = page.locator(".handles .rail").nth(0).bounding_box()
    height = box["y"] + box["height"] - 8
    page.mouse.move(box["x"] + 0.5 * box["width"], height)
    page.mouse.down()
    for share in (0.3, 0.61, 0.98):
        page.mouse.move(box["x"] + share * box["width"], height)
        seen = page.evaluate(SHOWN)
        levels = [int(level) for level in seen["levels"].split(",")]
        assert levels == [round(256 * share), 192, 256]
        assert_points(
            seen,
            designs,
            {own.name: as_design_point(point_at(run, levels, mix), own.situations[0].reference)},
        )
        thresholds = f"({levels[0] / 256:.4f}, 0.7500, ∞)"
        assert f"{own.name}: one threshold per exit, {thresholds}" in seen["at"]
        assert "All other designs: ρ = 0.690." in seen["at"]
    page.mouse.up()


def point_at(run, levels, mix) -> OperatingPoint:
    thresholds = [math.inf if level == 256 else level / 256 for level in levels]
    table = counts_of(Store(SHIPPED), run, per_exit=thresholds)
    point = table.operating_point(AT)
    return point.weighted(weights_of(table, mix)) if mix else point


def test_a_mix_that_is_dragged_fades_the_points_until_it_is_let_go(page, address):
    _, offered = opened(page, address, "kws/trecx", mix="my own mix", shares="down:10,go:3.5,unknown:40")
    before = page.evaluate(SHOWN)
    slider = page.get_by_label("how often silence occurs, relative to the others").bounding_box()
    height = slider["y"] + slider["height"] / 2
    page.mouse.move(slider["x"] + 8, height)
    page.mouse.down()
    page.mouse.move(slider["x"] + 0.5 * slider["width"], height)
    faded = page.evaluate(SHOWN)
    assert faded["stale"]
    assert "The class mix is being changed." in faded["at"]
    assert (faded["points"], faded["cells"]) == (before["points"], before["cells"])
    page.mouse.up()
    page.wait_for_url(re.compile("silence"))
    page.wait_for_selector(f"{SETTLED} .trecx-designs[data-points]:not(.stale) {CHART}")
    mix = [
        float(text) for text in page.locator(".trecx-mix .number").evaluate_all("n => n.map(n => n.value)")
    ]
    seen = page.evaluate(SHOWN)
    assert_points(seen, [design_of(name, offered, mix) for name in seen["names"]])
    assert json.dumps(seen["points"]) != json.dumps(before["points"])


@pytest.mark.parametrize("format_", ["PNG", "SVG"])
def test_the_downloaded_figure_has_the_points(page, address, format_):
    opened(page, address, "kws/trecx")
    page.locator(".trecx-designs .trecx-chart").hover()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"download this figure as {format_}: benefit curves").click()
    assert waiting.value.suggested_filename == f"benefit curves.{format_.lower()}"
    if format_ == "SVG":
        text = waiting.value.path().read_text(encoding="utf-8")
        shown = page.evaluate(SHOWN)["dots"]
        assert text.count('class="point"') == len(shown) + 1  # and × of the baseline
