"""The context of a run: its counts with a device, a battery, a class mix and an exit criterion."""

from collections.abc import Sequence

import numpy as np

from trecx.datasets.halves import Half
from trecx.device.battery import find_battery
from trecx.device.energy import DeviceProfile, device_profiles, estimated_costs, find_profile
from trecx.device.exit_costs import Basis, ExitCosts, measured_costs
from trecx.device.instructions import known_instructions
from trecx.device.operating_conditions import OperatingConditions
from trecx.errors import EnergyError, unknown_name
from trecx.scores import ExitScores, FloatArray, IntArray
from trecx.scores.run import other_precision
from trecx.store import CustomProfile, Run, Store
from trecx.threshold.class_mix import AS_TESTED, class_weights, parse_class_mix
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.per_exit.decision import by_thresholds
from trecx.threshold.run_context import RunContext

DESIGN_SEED = 1_000_000  # added to the seed of the halves: samples that design candidates, and that test them
ONE_OF_THEM = "both measured energy and a device are given; give only one of them"


def load_context(
    store: Store,
    run: Run,
    *,
    criterion: str = LARGEST,
    device: str | None = None,
    energy_uj: Sequence[float] = (),
    latency_ms: Sequence[float] = (),
    estimate: Basis | None = None,
    battery: str | None = None,
    inferences_per_hour: float | None = None,
    class_mix: str = AS_TESTED,
    exact_at: float | None = None,
    half: Half | None = None,
    per_exit: Sequence[float] | None = None,
) -> RunContext:
    """Return the counts of a run with everything that its numbers depend on.

    Args:
        store: the store of the run.
        run: the run.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        device: id of a device profile, from which costs are estimated, or the name of a saved device.
        energy_uj: measured, cumulative µJ up to each exit's prediction, instead of a device.
        latency_ms: measured, cumulative ms, likewise.
        estimate: what a device's estimate rests on, "instructions" or "FLOPs"; None: on instructions if those
            of the run and of its baseline are known, else on FLOPs.
        battery: its name, or "mAh,V,µA asleep,usable share".
        inferences_per_hour: inferences per hour.
        class_mix: `AS_TESTED`, a preset's name, or "yes=0.1,no=0.2".
        exact_at: a ρ at which the counts are exact in any case.
        half: the half of the samples that is counted; None: all samples.
        per_exit: one threshold per early exit, whose decision the counts have at ρ = 1 (`by_thresholds`).

    Raises:
        TrecxError: a name is unknown or a value is not valid; the message says which ones are.
    """
    table, baseline = counts_of(store, run, criterion, exact_at, half, per_exit), store.baseline_of(run)
    saved = _saved_device(store, device)
    if saved and len(energy_uj):
        raise EnergyError(ONE_OF_THEM)
    if saved:
        device, energy_uj, latency_ms = None, saved.energy_uj, saved.latency_ms or ()
    profile = find_profile(device) if device else None
    counted, baseline_counted = known_instructions(run, baseline)
    return RunContext(
        task=run.task,
        table=table,
        baseline=counts_of(store, baseline, half=half) if baseline else None,
        conditions=OperatingConditions(
            _costs(run, profile, energy_uj, latency_ms, estimate, counted),
            inferences_per_hour,
            find_battery(battery) if battery else None,
        ),
        device=profile,
        class_weights=_weights(table, class_mix),
        other_baseline=other_precision(run, baseline),
        baseline_instructions=baseline_counted,
        half=half,
    )


def counts_of(
    store: Store,
    run: Run,
    criterion: str = LARGEST,
    exact_at: float | None = None,
    half: Half | None = None,
    per_exit: Sequence[float] | None = None,
) -> ExitTable:
    """Return the counts of a run with an exit criterion.

    Args:
        store: the store of the run.
        run: the run.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        exact_at: a ρ at which the counts are exact in any case.
        half: the half of the samples that is counted; None: all samples.
        per_exit: one threshold per early exit, whose decision the counts have at ρ = 1 (`by_thresholds`).

    Raises:
        StoreError: the run is no longer in the store.
        ScoresError: the run does not have the scores that the criterion needs.
        ThresholdError: there is not one valid threshold per early exit.
    """
    if criterion == LARGEST and half is None and per_exit is None:
        table = store.load_table(run)
        if exact_at is None or table.exact_at(exact_at):
            return table
    answers = answers_of(store, run, criterion, half)
    return ExitTable.of(answers if per_exit is None else by_thresholds(answers, per_exit), exact_at)


def answers_of(store: Store, run: Run, criterion: str = LARGEST, half: Half | None = None) -> ExitScores:
    """Return labels, predictions and confidence of a run or of one half of its samples.

    Args:
        store: the store of the run.
        run: the run.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        half: the half of the samples; None: all samples.

    Raises:
        StoreError: the run is no longer in the store.
        ScoresError: the run does not have the scores that the criterion needs.
    """
    answers = store.load_answers(run, criterion)
    return answers if half is None else answers.part(store.split(run, half.seed).members(half))


def joint_counts_of(
    store: Store,
    run: Run,
    thresholds: FloatArray,
    criterion: str = LARGEST,
    half: Half | None = None,
) -> JointCounts:
    """Return the counts of a run that guarantees and thresholds per exit are chosen on, with its baseline.

    Args:
        store: the store of the run.
        run: the run.
        thresholds: candidates for ρ, 0..1, increasing, of shape (n_candidates,) (`candidates`).
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        half: the half of the samples that is counted; None: all samples.

    Raises:
        StoreError: the run is no longer in the store.
        ScoresError: the run does not have the scores that the criterion needs.
    """
    baseline = store.baseline_of(run)
    right = answers_of(store, baseline, half=half).correct[:, -1] if baseline else None
    return JointCounts.of(answers_of(store, run, criterion, half), thresholds, right)


def design_and_tested(
    store: Store,
    run: Run,
    thresholds: FloatArray,
    criterion: str = LARGEST,
    half: Half | None = None,
) -> tuple[JointCounts, JointCounts]:
    """Return the counts of two parts of a run's samples, of about the same size.

    A guarantee with one threshold per exit needs both (`guaranteed_per_exit`). The split is another one than
    that into halves: it has another seed.

    Args:
        store: the store of the run.
        run: the run.
        thresholds: candidates for ρ, 0..1, increasing, of shape (n_candidates,) (`candidates`).
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        half: the half of the samples that is divided; None: all samples.

    Raises:
        StoreError: the run is no longer in the store.
        ScoresError: the run does not have the scores that the criterion needs, or a part has no samples.
    """
    answers, baseline = answers_of(store, run, criterion), store.baseline_of(run)
    right = answers_of(store, baseline).correct[:, -1] if baseline else None
    seed = half.seed if half else 0
    first = store.split(run, seed + DESIGN_SEED).calibration
    among = np.full(len(first), True) if half is None else store.split(run, seed).members(half)
    design, tested = (
        JointCounts.of(answers.part(part), thresholds, None if right is None else right[part])
        for part in (among & first, among & ~first)
    )
    return design, tested


def _saved_device(store: Store, name: str | None) -> CustomProfile | None:
    """Return the saved device of this name; None if it is the id of a published one.

    Raises:
        UnknownNameError: it is neither; the message lists the known ones.
    """
    if not name or name in device_profiles():
        return None
    saved = {own.name: own for own in store.profiles.all()}
    return saved[name] if name in saved else unknown_name("device", name, [*device_profiles(), *saved])


def _costs(
    run: Run,
    profile: DeviceProfile | None,
    energy_uj: Sequence[float],
    latency_ms: Sequence[float],
    estimate: Basis | None,
    instructions: IntArray | None,
) -> ExitCosts | None:
    if len(latency_ms) and not len(energy_uj):
        raise EnergyError("latency is given without energy; give both, or only energy")
    if profile and len(energy_uj):
        raise EnergyError(ONE_OF_THEM)
    if estimate and not profile:
        raise EnergyError(
            f"an estimate by {estimate} needs the published measurements of a device; name one of them"
        )
    if profile and run.relative_costs:
        raise EnergyError(
            f"only relative costs are known for {run.run_id}, so no energy can be estimated from them; "
            "give measured energy instead of a device"
        )
    if profile:
        return estimated_costs(profile, run.task, run.exit_flops, instructions, estimate)
    if len(energy_uj):
        return measured_costs(energy_uj, latency_ms if len(latency_ms) else None, run.n_exits)
    return None


def _weights(table: ExitTable, class_mix: str) -> FloatArray | None:
    if class_mix == AS_TESTED:
        return None
    counts = table.class_counts
    return class_weights(parse_class_mix(class_mix, table.class_names, counts), counts)
