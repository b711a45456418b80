"""A run looked at with what somebody names: a device, a battery, a class mix, an exit criterion."""

from collections.abc import Sequence

from trecx.device.battery import find_battery
from trecx.device.energy import DeviceProfile, ExitCosts, estimated_costs, find_profile, measured_costs
from trecx.device.operating_conditions import OperatingConditions
from trecx.errors import EnergyError
from trecx.scores import FloatArray
from trecx.store import Run, Store
from trecx.threshold.class_mix import AS_TESTED, class_weights, parse_class_mix
from trecx.threshold.exit_criteria import LARGEST, by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.run_context import RunContext


def load_context(
    store: Store,
    run: Run,
    *,
    criterion: str = LARGEST,
    device: str | None = None,
    energy_uj: Sequence[float] = (),
    latency_ms: Sequence[float] = (),
    battery: str | None = None,
    inferences_per_hour: float | None = None,
    class_mix: str = AS_TESTED,
) -> RunContext:
    """Return a run with all that its numbers depend on.

    Args:
        store: where it is.
        run: what is looked at.
        criterion: what an exit goes by (`criteria.CRITERIA`).
        device: a profile's id, which costs are estimated from.
        energy_uj: µJ measured by the time exit k has answered, in place of a device.
        latency_ms: ms measured by then.
        battery: its name, or "mAh,V,µA asleep,usable share".
        inferences_per_hour: how often the device infers.
        class_mix: `AS_TESTED`, a preset's name, or "yes=0.1,no=0.2".

    Raises:
        TrecxError: something of that name is not there, or cannot be; the message says what is.
    """
    table, baseline = counts_of(store, run, criterion), store.baseline_of(run)
    profile = find_profile(device) if device else None
    return RunContext(
        task=run.task,
        table=table,
        baseline=store.load_table(baseline) if baseline else None,
        conditions=OperatingConditions(
            _costs(run, profile, energy_uj, latency_ms),
            inferences_per_hour,
            find_battery(battery) if battery else None,
        ),
        device=profile,
        class_weights=_weights(table, class_mix),
    )


def counts_of(store: Store, run: Run, criterion: str = LARGEST) -> ExitTable:
    """Return the counts of a run where exits go by a criterion.

    Raises:
        StoreError: the run is gone.
        ScoresError: the run does not hold what the criterion needs.
    """
    if criterion == LARGEST:
        return store.load_table(run)
    return ExitTable.of(by_criterion(store.load_scores(run), criterion))


def _costs(
    run: Run, profile: DeviceProfile | None, energy_uj: Sequence[float], latency_ms: Sequence[float]
) -> ExitCosts | None:
    if len(latency_ms) and not len(energy_uj):
        raise EnergyError("latency was measured with energy: give both, or energy alone")
    if profile and len(energy_uj):
        raise EnergyError("measured energy takes the place of a device: give one of them")
    if profile and run.relative_costs:
        raise EnergyError(
            f"the costs of {run.run_id} are known in proportion only, so no energy can be estimated "
            "from them; give measured energy instead of a device"
        )
    if profile:
        return estimated_costs(profile, run.task, run.exit_flops)
    if len(energy_uj):
        return measured_costs(energy_uj, latency_ms if len(latency_ms) else None, run.n_exits)
    return None


def _weights(table: ExitTable, class_mix: str) -> FloatArray | None:
    if class_mix == AS_TESTED:
        return None
    counts = table.class_counts
    return class_weights(parse_class_mix(class_mix, table.class_names, counts), counts)
