"""Record an operating point with its definition, and compute its numbers again from a record."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from trecx.datasets.halves import Half
from trecx.device.energy import DeviceProfile, estimated_costs, find_profile
from trecx.device.exit_costs import ExitCosts, measured_costs
from trecx.device.instructions import exit_instructions
from trecx.device.memory import memory_of
from trecx.device.operating_conditions import OperatingConditions
from trecx.saved_points.record import (
    NO_DEVICE,
    OWN_DEVICE,
    PointRecord,
    RecordedGuarantee,
    RecordedSplit,
    Rule,
    Setting,
)
from trecx.saved_points.recorded_run import RecordedRun
from trecx.scores import IntArray
from trecx.scores.run import Run
from trecx.threshold.class_mix import AS_TESTED, class_weights
from trecx.threshold.energy_saving import energy_saving
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.intervals import wilson_interval
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.run_context import RunContext

COSTS = ("energy_uj", "latency_ms", "busy", "mj_per_day", "battery_days")


def capture_point(
    run: Run,
    baseline: Run | None,
    context: RunContext,
    rule: Rule,
    class_mix: str = AS_TESTED,
    *,
    guarantee: RecordedGuarantee | None = None,
    split: RecordedSplit | None = None,
) -> PointRecord:
    """Return an operating point with all that defines it.

    Args:
        run: the run of the point.
        baseline: the run that `context.baseline` counts.
        context: the run's counts, device, battery and class mix. With one threshold per exit, the counts are
            by `rule.effective_per_exit` (`store.run_context.counts_of`).
        rule: the rule by which a sample exits early; the table's counts are by its criterion.
        class_mix: the name of the context's class mix.
        guarantee: that ρ was chosen with (`recorded.recorded_guarantee`).
        split: of the samples, if the context counts one half of them (`recorded.recorded_split`).

    Raises:
        ThresholdError: ρ is neither within 0..1 nor `inf`.
        ValueError: the context does not count the half of the split.
    """
    if context.half != (Half(split.half, split.seed) if split else None):
        raise ValueError(f"split must be that of the half that context counts, {context.half}, got {split}")
    recorded = {field.name: getattr(run, field.name) for field in fields(RecordedRun)}
    return PointRecord(
        RecordedRun(**recorded),
        baseline.run_id if baseline else None,
        rule,
        _setting(context, class_mix),
        point_numbers(context, rule),
        datetime.now(UTC).replace(microsecond=0),
        memory=memory_of(run, baseline),
        split=split,
        guarantee=guarantee,
    )


def point_numbers(context: RunContext, rule: Rule) -> dict[str, Any]:
    """Return the values of an operating point, by name, as in JSON; None where unknown.

    Shares are within 0..1, FLOPs, µJ and ms are means per inference, `_low` and `_high` are the ends of the
    95 % interval of a share and of the band of an estimated cost. Counts are of samples, weighted by the
    class mix. A `plateau_up_to` of None means that the plateau has no upper end; thresholds per exit have no
    plateau.
    """
    point = context.on_device(rule.thresholds).point(rule.at)
    reference = context.reference or {}
    against = reference.get("flops", float(point.exit_flops[-1]))
    plateau_above, plateau_up_to = point.plateau
    return {
        "plateau_above": None if rule.per_exit else plateau_above,
        "plateau_up_to": None if rule.per_exit or plateau_up_to > 1 else plateau_up_to,
        "n_samples": point.n_samples,
        "effective_samples": float(point.effective_samples),
        "counts_exact": bool(context.table.exact),
        **_share("accuracy", point.accuracy, point),
        **_share("exit_rate", point.exit_rate, point),
        "exit_samples": point.exit_counts.tolist(),
        "flops": point.flops,
        "flops_saving": point.flops_saving(against),
        "flops_saving_against": "baseline" if reference else "final exit",
        "baseline_accuracy": reference.get("accuracy"),
        "baseline_flops": reference.get("flops"),
        **_costs(context.conditions, point),
        **_energy(context, point),
        "outcomes": point.overthinking,
        "confusion": point.confusion.tolist(),
    }


def context_of(
    record: PointRecord,
    table: ExitTable,
    baseline: ExitTable | None,
    baseline_instructions: IntArray | None = None,
) -> RunContext:
    """Return what a record's point was looked at with.

    Args:
        record: what was kept.
        table: the run's counts by the rule's criterion, of the record's half of the samples; for its numbers
            with one threshold per exit, by these.
        baseline: the baseline run's counts, of the same half.
        baseline_instructions: the baseline run's (`device.instructions.exit_instructions`).

    Raises:
        TrecxError: its device is not known any more, or its class mix does not fit the samples.
    """
    setting = record.setting
    profile, costs = _costs_of(setting, record.run)
    shares = setting.class_shares
    weights = None if shares is None else class_weights(shares, table.class_counts)
    conditions = OperatingConditions(costs, setting.inferences_per_hour, setting.battery)
    return RunContext(
        record.run.task,
        table,
        baseline,
        conditions,
        profile,
        weights,
        baseline_instructions=baseline_instructions,
        half=record.half,
    )


def _share(name: str, share: float, point: OperatingPoint) -> dict[str, float]:
    low, high = wilson_interval(share, point.effective_samples)
    return {name: share, f"{name}_low": low, f"{name}_high": high}


def _costs(conditions: OperatingConditions, point: OperatingPoint) -> dict[str, float | None]:
    known = conditions.quantities(point)
    bands = conditions.bands(point)
    costs: dict[str, float | None] = {}
    for name in COSTS:
        low, high = bands.get(name, (None, None))
        costs |= {name: known.get(name), f"{name}_low": low, f"{name}_high": high}
    return costs


def _energy(context: RunContext, point: OperatingPoint) -> dict[str, float | None]:
    """Return the saving of energy, and energy and saving by the other estimate."""
    saving, other = energy_saving(context, point), context.conditions.by_other_estimate
    return {
        "energy_saving": saving.saving if saving else None,
        "other_energy_uj": other.quantities(point)["energy_uj"] if other else None,
        "other_energy_saving": saving.other_saving if saving else None,
    }


def _setting(context: RunContext, class_mix: str) -> Setting:
    costs, weights = context.conditions.costs, context.class_weights
    device = context.device.profile_id if context.device else OWN_DEVICE if costs else NO_DEVICE
    shares = None if weights is None else weights * context.table.class_counts / context.table.n_samples
    return Setting(
        device,
        costs.kind if costs else None,
        costs.source if costs else "",
        tuple(costs.energy_uj.tolist()) if costs else None,
        tuple(costs.latency_ms.tolist()) if costs and costs.latency_ms is not None else None,
        context.conditions.inferences_per_hour,
        context.conditions.battery,
        class_mix,
        None if shares is None else tuple(shares.tolist()),
        costs.basis if costs else None,
    )


def _costs_of(setting: Setting, run: RecordedRun) -> tuple[DeviceProfile | None, ExitCosts | None]:
    if setting.exit_energy_uj is None:
        return None, None
    if setting.device == OWN_DEVICE:
        return None, measured_costs(setting.exit_energy_uj, setting.exit_latency_ms, run.n_exits)
    profile = find_profile(setting.device)
    if setting.costs_basis is None:  # of a version without estimates by instructions
        return profile, estimated_costs(profile, run.task, run.exit_flops)
    counted = exit_instructions(run)
    return profile, estimated_costs(profile, run.task, run.exit_flops, counted, setting.costs_basis)
