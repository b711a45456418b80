"""The operating point of a deployment: as options that a job stores, and as a record of the int8 run."""

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from trecx.datasets.halves import Half
from trecx.device.battery import BATTERIES, Battery
from trecx.device.exit_costs import FLOPS
from trecx.errors import BudgetError
from trecx.jobs.job import PointOptions
from trecx.jobs.known_models import KnownModel
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import (
    NO_DEVICE,
    OWN_DEVICE,
    PointRecord,
    RecordedGuarantee,
    Rule,
    rule_for,
)
from trecx.saved_points.recorded import guaranteed_again, recorded_split
from trecx.saved_points.texts import rule_text
from trecx.store import Run, Store
from trecx.store.run_context import joint_counts_of, load_context
from trecx.threshold.class_mix import AS_TESTED, EVEN, QUIET
from trecx.threshold.joint_counts import candidates
from trecx.threshold.run_context import RunContext


def options_of(record: PointRecord) -> PointOptions:
    """Return the options that give the same operating point for another run of the same network."""
    setting, rule = record.setting, record.rule
    measured, per_exit = setting.device == OWN_DEVICE, rule.per_exit
    return PointOptions(
        threshold=_finite(rule.threshold),
        criterion=rule.criterion,
        class_mix=_class_mix(record),
        device=None if setting.device in (OWN_DEVICE, NO_DEVICE) else setting.device,
        estimate="FLOPs" if setting.costs_basis == FLOPS else None,
        energy_uj=list(setting.exit_energy_uj or ()) if measured else [],
        latency_ms=list(setting.exit_latency_ms or ()) if measured else [],
        battery=_battery(setting.battery) if setting.battery else None,
        inferences_per_hour=setting.inferences_per_hour,
        thresholds=None if per_exit is None else list(map(_finite, per_exit)),
        half=record.half.name if record.half else None,
        split_seed=record.half.seed if record.half else 0,
        guarantee=asdict(record.guarantee) if record.guarantee else None,
        guaranteed_run=record.run.identity if record.guarantee else "",
    )


def point_of(options: PointOptions, store: Store, run: Run) -> PointRecord:
    """Return the operating point of an int8 run.

    Args:
        options: what defines the point.
        store: the store of the run.
        run: the run.

    Raises:
        TrecxError: a name in the options is no longer known, or a value is not valid for the run.
    """
    rule = _rule(options, run)
    half = Half(options.half, options.split_seed) if options.half else None
    context = load_context(
        store,
        run,
        criterion=options.criterion,
        device=options.device,
        energy_uj=options.energy_uj,
        latency_ms=options.latency_ms,
        estimate=options.estimate,
        battery=options.battery,
        inferences_per_hour=options.inferences_per_hour,
        class_mix=options.class_mix,
        exact_at=rule.at,
        half=half,
        per_exit=rule.effective_per_exit,
    )
    return capture_point(
        run,
        store.baseline_of(run),
        context,
        rule,
        options.class_mix,
        guarantee=_guarantee(options, store, run, context, rule),
        split=recorded_split(store.split(run, half.seed), half) if half else None,
    )


def lost_guarantee(options: PointOptions, document: Mapping[str, Any]) -> list[str]:
    """Return a sentence if the point was guaranteed for its run, but is not for the int8 run.

    Args:
        options: what defines the point.
        document: the report of the deployment.
    """
    if options.guarantee is None or "guarantee" in document:
        return []
    chosen = "ρ does not pass the test" if options.thresholds is None else "the thresholds are not tested"
    return [
        f"The guarantee is that of another run; with the int8 scores, {chosen}. Choose with a guarantee for "
        f"the int8 run {document['run_id']}, and deploy again."
    ]


def _rule(options: PointOptions, run: Run) -> Rule:
    if options.per_exit is not None:
        return replace(rule_for(run, math.nan, options.criterion), per_exit=options.per_exit)
    threshold = math.inf if options.threshold is None else options.threshold
    return rule_for(run, threshold, options.criterion)


def _guarantee(
    options: PointOptions, store: Store, run: Run, context: RunContext, rule: Rule
) -> RecordedGuarantee | None:
    """Return the guarantee of the point if it holds for this run.

    The tests of another run say nothing about this one, so they are repeated with its scores. All candidates
    for ρ that pass are guaranteed together, so ρ may come from another run; thresholds per exit are tested
    in the order of the front of the run that they were chosen for, which this run does not have.
    """
    if options.guarantee is None:
        return None
    recorded = RecordedGuarantee(**options.guarantee)
    if options.guaranteed_run == run.identity:
        return recorded
    if rule.per_exit is not None:
        return None
    calibration = context.half and context.half.calibration
    joint = joint_counts_of(store, run, candidates(rule.thresholds), rule.criterion, calibration)
    try:
        return guaranteed_again(context, joint, recorded, rule.effective)
    except BudgetError:  # it compares with a baseline, and there is none for this run
        return None


def threshold_text(options: PointOptions) -> str:
    """Return ρ, or the threshold of each early exit, as text.

    >>> threshold_text(PointOptions(0.9, "largest", "as tested"))
    'ρ = 0.9'
    >>> threshold_text(PointOptions(None, "largest", "even", thresholds=[0.5, None]))
    'ρ₁ = 0.5, ρ₂ never'
    """
    if options.per_exit is not None:
        return rule_text(Rule(math.nan, options.criterion, per_exit=options.per_exit))
    return f"ρ = {_short(options.threshold, 'inf')}"


def address_of(options: PointOptions) -> dict[str, str]:
    """Return ρ, or the thresholds of the early exits, as in the address of a page.

    >>> address_of(PointOptions(None, "largest", "even", thresholds=[0.5, None]))
    {'per_exit': '0.5,inf'}
    """
    if options.per_exit is not None:
        return {"per_exit": ",".join(map(repr, options.per_exit))}
    return {"rho": _short(options.threshold, "inf")}


def package_name(model: KnownModel, options: PointOptions) -> str:
    """Return the name of a deployment's folder, `kws-trecx-rho-0.9` or `kws-sdn-rho-0.5-never`."""
    rho = _short(options.threshold, "inf")
    if options.thresholds is not None:
        rho = "-".join(_short(threshold, "never") for threshold in options.thresholds)
    return f"{model.task}-{model.system}-rho-{rho}"


def _short(threshold: float | None, none: str) -> str:
    return none if threshold is None else f"{threshold:.4g}"


def _finite(threshold: float) -> float | None:
    return threshold if math.isfinite(threshold) else None


def _class_mix(record: PointRecord) -> str:
    """Return the class mix as text; a custom mix is the share of every class."""
    setting = record.setting
    if setting.class_shares is None:
        return AS_TESTED
    if setting.class_mix in (EVEN, QUIET):
        return setting.class_mix
    shares = zip(record.run.class_names, setting.class_shares, strict=True)
    return ",".join(f"{name}={share!r}" for name, share in shares)


def _battery(battery: Battery) -> str:
    if BATTERIES.get(battery.name) == battery:
        return battery.name
    return f"{battery.capacity_mah!r},{battery.voltage!r},{battery.sleep_ua!r},{battery.usable!r}"
