"""What the console in a browser shows, and what Python says of the same."""

from dataclasses import replace

import numpy as np
import pytest

from tests.browser.session import rail
from tests.conftest import SHIPPED
from trecx.device.battery import find_battery
from trecx.device.energy import estimated_costs, find_profile
from trecx.device.instructions import known_instructions
from trecx.device.operating_conditions import OperatingConditions
from trecx.store import Store
from trecx.threshold.class_mix import class_mix_presets, class_weights
from trecx.threshold.energy_saving import energy_saving
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.int8_steps import int8_thresholds
from trecx.threshold.intervals import wilson_interval
from trecx.threshold.run_context import RunContext

WITHOUT_INT8 = "kws/trecx-at-quarter"  # no int8 run of it is shipped: int8 is the approximate view
TWENTY = np.random.default_rng(0).permutation(np.linspace(0, 1, 20))


def shown_numbers(page):
    """What the control of ρ says on every page: exact values, and the texts of the five numbers."""
    return page.evaluate(
        """() => {
        const root = document.querySelector(".trecx-console");
        const tiles = [...root.querySelectorAll(".tile")];
        return {
          ...root.dataset,
          tiles: tiles.map((t) => t.querySelector(".number").textContent),
          bases: tiles.map((t) => t.querySelector(".basis").textContent),
          changes: tiles.map((t) => t.querySelector(".change").textContent),
          asides: tiles.map((t) => t.querySelector(".aside").textContent),
        };
      }"""
    )


def shown(page):
    """Everything that the console says: exact values, and the texts that a person reads."""
    return shown_numbers(page) | page.evaluate(
        """() => {
        const root = document.querySelector(".trecx-console");
        const text = (selector) => root.querySelector(selector).textContent;
        return {
          counts: [...root.querySelectorAll(".count")].map((n) => n.textContent),
          confusion: [...root.querySelectorAll(".confusion tbody tr")].map((row) =>
            [...row.cells].slice(1).map((cell) => cell.textContent)),
          meaning: text(".meaning"),
        };
      }"""
    )


def context_of(name, device="nucleo-l4r5zi-tflm-2.3.1-1.8v", battery="CR2032", mix=None, estimate=None):
    """The context that an address with these means; `mix`: a preset's name, or one number a class."""
    store = Store(SHIPPED)
    run = store.find_run(name)
    table, baseline = ExitTable.of(store.load_scores(run)), store.baseline_of(run)
    profile, (counted, baseline_counted) = find_profile(device), known_instructions(run, baseline)
    conditions = OperatingConditions(
        estimated_costs(profile, run.task, run.exit_flops, counted, estimate), 1200, find_battery(battery)
    )
    counts = ExitTable.of(store.load_scores(baseline))
    context = RunContext(run.task, table, counts, conditions, profile, baseline_instructions=baseline_counted)
    return run, weighed(context, mix)


def weighed(context, mix):
    if mix is None:
        return replace(context, class_weights=None)
    table = context.table
    if isinstance(mix, str):
        mix = class_mix_presets(table.class_names, table.class_counts)[mix]
    return replace(context, class_weights=class_weights(mix, table.class_counts))


def plateau_of(context, threshold, int8):
    curve = context.curve.at(int8_thresholds()) if int8 else context.curve
    return curve.plateau(np.searchsorted(-curve.thresholds, -threshold, side="right") - 1)


def numbers(text):
    return [float(part.replace("Infinity", "inf")) for part in text.split(",")]


def assert_equals_python(seen, context, int8=False):
    threshold = float(seen["threshold"].replace("Infinity", "inf"))
    point = context.point(threshold)
    known, before = context.conditions.quantities(point), context.reference
    assert float(seen["correct"]) == pytest.approx(point.confusion.trace(), rel=1e-12)
    assert numbers(seen["exits"]) == pytest.approx(point.exit_counts.tolist(), rel=1e-12)
    assert numbers(seen["outcomes"]) == pytest.approx(point.outcome_counts.tolist(), rel=1e-12)
    for name, quantity in {"flops": "flops", "energy": "energy_uj", "days": "battery_days"}.items():
        assert float(seen[name]) == pytest.approx(known[quantity], rel=1e-12)
    assert numbers(seen["plateau"]) == list(plateau_of(context, threshold, int8))
    assert float(seen["effective"]) == pytest.approx(point.effective_samples, rel=1e-12)
    low, high = wilson_interval(point.accuracy, point.effective_samples)
    assert seen["bases"][0] == f"95 % CI {100 * low:.1f}–{100 * high:.1f}"
    accuracy, rate, flops, energy, days = (float(tile.rsplit(" ", 1)[0]) for tile in seen["tiles"])
    assert accuracy == pytest.approx(100 * point.accuracy, abs=0.051)
    assert rate == pytest.approx(100 * point.exit_rate, abs=0.051)
    assert flops == pytest.approx(point.flops / 1e6, abs=0.0051)
    assert energy == pytest.approx(known["energy_uj"] / 1000, abs=0.0051)
    assert days == pytest.approx(known["battery_days"], abs=0.051)
    changes = [float(change.split(" ")[0].replace("−", "-")) for change in seen["changes"][2:]]
    assert changes == pytest.approx(
        [
            100 * (point.flops / before["flops"] - 1),
            100 * (known["energy_uj"] / before["energy_uj"] - 1),
            known["battery_days"] - before["battery_days"],
        ],
        abs=0.051,
    )
    assert_tells_both_estimates(seen, context, point)
    if "confusion" not in seen:  # a page other than Tune
        return
    cells = np.array([[int(cell or 0) for cell in row] for row in seen["confusion"]])
    assert np.abs(cells - point.confusion).max() <= (0 if context.class_weights is None else 0.5 + 1e-9)
    assert [int(count.replace(",", "")) for count in seen["counts"]] == pytest.approx(
        point.outcome_counts.tolist(), abs=0.51
    )


def assert_tells_both_estimates(seen, context, point):
    """The energy tile has the band over both estimates, and both changes where they differ by over 3 pt."""
    saving, aside = energy_saving(context, point), "estimate"
    if context.class_weights is not None:
        aside += ", weighted"
    if saving.differs:
        other = f"{-100 * saving.other_saving:+.1f} %".replace("-", "−")
        aside = f"by {saving.other_basis} {other}"
    assert seen["asides"][3] == aside
    basis, _, band = seen["bases"][3].partition(", ")
    assert basis == f"by {context.conditions.costs.basis}"
    ends = [float(value) for value in band.removesuffix(" mJ").split("–")]
    expected = [uj / 1000 for uj in context.conditions.bands(point)["energy_uj"]]
    assert ends == pytest.approx(expected, rel=0.051)  # two digits


def drag_across(page, thresholds, context, int8=False):
    """Drag to each threshold and hold every number against Python's."""
    left, width, height = rail(page)
    page.mouse.move(left + 0.9 * width, height)
    page.mouse.down()
    for share in thresholds:
        page.mouse.move(left + share * width, height)
        seen = shown(page)
        assert min(float(seen["threshold"]), 1) == pytest.approx(share, abs=0.005)
        assert_equals_python(seen, context, int8)
    page.mouse.up()
