"""The operating point of a deployment: as options that a job stores, and as a record of the int8 run."""

import math

from trecx.device.battery import BATTERIES, Battery
from trecx.device.exit_costs import FLOPS
from trecx.jobs.job import PointOptions
from trecx.jobs.known_models import KnownModel
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import NO_DEVICE, OWN_DEVICE, PointRecord, rule_for
from trecx.store import Run, Store
from trecx.store.run_context import load_context
from trecx.threshold.class_mix import AS_TESTED, EVEN, QUIET


def options_of(record: PointRecord) -> PointOptions:
    """Return the options that give the same operating point for another run of the same network."""
    setting, threshold = record.setting, record.rule.threshold
    measured = setting.device == OWN_DEVICE
    return PointOptions(
        threshold=threshold if math.isfinite(threshold) else None,
        criterion=record.rule.criterion,
        class_mix=_class_mix(record),
        device=None if setting.device in (OWN_DEVICE, NO_DEVICE) else setting.device,
        estimate="FLOPs" if setting.costs_basis == FLOPS else None,
        energy_uj=list(setting.exit_energy_uj or ()) if measured else [],
        latency_ms=list(setting.exit_latency_ms or ()) if measured else [],
        battery=_battery(setting.battery) if setting.battery else None,
        inferences_per_hour=setting.inferences_per_hour,
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
    threshold = math.inf if options.threshold is None else options.threshold
    rule = rule_for(run, threshold, options.criterion)
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
        exact_at=rule.effective,
    )
    return capture_point(run, store.baseline_of(run), context, rule, options.class_mix)


def rho_text(options: PointOptions) -> str:
    """Return ρ as text.

    >>> rho_text(PointOptions(0.9, "largest", "as tested")), rho_text(PointOptions(None, "largest", "even"))
    ('0.9', 'inf')
    """
    return "inf" if options.threshold is None else f"{options.threshold:.4g}"


def package_name(model: KnownModel, options: PointOptions) -> str:
    """Return the name of a deployment's folder, such as `kws-trecx-rho-0.9`."""
    return f"{model.task}-{model.system}-rho-{rho_text(options)}"


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
