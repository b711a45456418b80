"""Operating points to keep, for tests."""

import math
from dataclasses import replace

from trecx.datasets.halves import Half
from trecx.device.battery import find_battery
from trecx.device.energy import estimated_costs, find_profile
from trecx.device.instructions import known_instructions
from trecx.device.operating_conditions import OperatingConditions
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.saved_points.recorded import recorded_guarantee, recorded_split
from trecx.store import Store
from trecx.store.run_context import joint_counts_of, load_context
from trecx.threshold.class_mix import class_mix_presets, class_weights
from trecx.threshold.exit_criteria import by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import candidates
from trecx.threshold.limits import Limits
from trecx.threshold.run_context import RunContext

BOARD = "nucleo-l4r5zi-tflm-2.3.1-1.8v"
HELD_OUT = Half("held-out")
VECTOR = (0.5, 0.75, math.inf)  # of the three early exits of kws/sdn
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


def half_record(name, rule=None, half=HELD_OUT, lost=None, probability=0.95, title="", **options):
    """Return an operating point on one half of the samples; with `lost`, the ρ guaranteed on the other.

    Args:
        name: of a run of the default store.
        rule: the rule; with `lost`, its ρ is replaced.
        half: that the numbers are measured on; None: all samples, which a guarantee is then about, too.
        lost: largest share of samples lost, to be guaranteed.
        probability: of the guarantee.
        title: of the point.
        options: of `load_context`.
    """
    store, rule = Store(), rule or Rule(0.69)
    run = store.find_run(name)
    options = {"criterion": rule.criterion, "half": half} | options
    context, guarantee = load_context(store, run, per_exit=rule.effective_per_exit, **options), None
    if lost is not None:
        calibration = Half("calibration", half.seed) if half else None
        joint = joint_counts_of(store, run, candidates(rule.thresholds), rule.criterion, calibration)
        chosen = context.guaranteed(joint, Limits(max_lost=lost), Guarantee(probability))
        rule = replace(rule, threshold=chosen.best.threshold)
        guarantee = recorded_guarantee(chosen, rule.effective)
    split = recorded_split(store.split(run, half.seed), half) if half else None
    mix, baseline = options.get("class_mix", "as tested"), store.baseline_of(run)
    record = capture_point(run, baseline, context, rule, mix, guarantee=guarantee, split=split)
    return replace(record, name=title)
