"""Operating points to keep, for tests."""

from dataclasses import replace

from trecx.device.battery import find_battery
from trecx.device.energy import estimated_costs, find_profile
from trecx.device.instructions import known_instructions
from trecx.device.operating_conditions import OperatingConditions
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.store import Store
from trecx.threshold.class_mix import class_mix_presets, class_weights
from trecx.threshold.exit_criteria import by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.run_context import RunContext

BOARD = "nucleo-l4r5zi-tflm-2.3.1-1.8v"
# What does nothing but show itself: markup, quotes, markdown, a direction override, Arabic, a formula.
HOSTILE = '=1+1 <script>alert("x")</script> **b** :red[r] $x$ `c` [l](javascript:0) \' \u202eabc نص عربي'


def context_options(
    name, criterion="largest", mix=None, device=BOARD, per_hour=1200.0, battery="CR2032", estimate=None
):
    """Return a run of the default store, its baseline, and what it is looked at with."""
    store = Store()
    run = store.find_run(name)
    baseline = store.baseline_of(run)
    table = ExitTable.of(by_criterion(store.load_scores(run), criterion))
    profile = find_profile(device) if device else None
    counted, baseline_counted = known_instructions(run, baseline)
    costs = estimated_costs(profile, run.task, run.exit_flops, counted, estimate) if profile else None
    counts = table.class_counts
    weights = class_weights(class_mix_presets(table.class_names, counts)[mix], counts) if mix else None
    conditions = OperatingConditions(costs, per_hour, find_battery(battery) if battery else None)
    against = store.load_table(baseline) if baseline else None
    context = RunContext(
        run.task, table, against, conditions, profile, weights, baseline_instructions=baseline_counted
    )
    return run, baseline, context


def record_of(name, rule=None, title="", mix=None, **setting):
    """Return an operating point of a run of the default store."""
    rule = rule or Rule(0.69)
    seen = context_options(name, rule.criterion, mix, **setting)
    return replace(capture_point(*seen, rule, mix or "as tested"), name=title)
