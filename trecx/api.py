"""The Python API: `import trecx; trecx.load_scores("kws/trecx")`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.datasets.halves import split_in_halves
from trecx.device.exit_costs import measured_costs
from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.errors import ScoresError
from trecx.report import designs_beside, report_of, write_report
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule, rule_for
from trecx.saved_points.recorded import recorded_split
from trecx.scores import ExitScores, FloatArray
from trecx.store import Run, Store
from trecx.store.run_context import load_context
from trecx.threshold import choice
from trecx.threshold.benefit_curve import benefit_curve, checked_threshold
from trecx.threshold.choice import Choice
from trecx.threshold.class_mix import AS_TESTED, class_weights, parse_class_mix
from trecx.threshold.exit_criteria import LARGEST, by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.guarantee.selection import Guarantee, GuaranteedChoice, guaranteed_choice
from trecx.threshold.joint_counts import JointCounts, candidates, int8_candidates
from trecx.threshold.limits import Limits
from trecx.threshold.per_exit import choice as per_exit_choice
from trecx.threshold.per_exit.choice import PerExitChoice


def runs(db: str | None = None) -> list[Run]:
    """Return all runs of the store.

    Args:
        db: SQLAlchemy URL or path of an SQLite file; default: `TRECX_DB`, or the shipped store.
    """
    return Store(db).runs()


def load_scores(name: str, source: str | None = None, db: str | None = None) -> ExitScores:
    """Return the scores of a run.

    Args:
        name: run id, or `task/system` for the newest run of that design; published runs come first, and
            float32 before int8. `task/system:int8` names its int8 run.
        source: `published`, `trained here` or `imported`, if there are several runs.
        db: SQLAlchemy URL or path of an SQLite file; default: `TRECX_DB`, or the shipped store.

    Raises:
        UnknownNameError: there is no such run; the message lists the known ones.
    """
    store = Store(db)
    return store.load_scores(store.find_run(name, source))


def halves(scores: ExitScores, seed: int = 0) -> tuple[ExitScores, ExitScores]:
    """Return the calibration half and the held-out half of samples: choose on one, measure on the other.

    Classes are in proportion, and where sample names tell the speaker, all samples of a speaker are in one
    half. Runs with the same sample names are split alike.

    Args:
        scores: the scores of one run.
        seed: another seed gives another split.

    Raises:
        ScoresError: a half would be empty.
    """
    members = split_in_halves(scores.sample_names, scores.labels, seed).calibration
    return scores.part(members), scores.part(~members)


def choose(
    scores: ExitScores,
    *,
    energy_uj: Sequence[float] = (),
    latency_ms: Sequence[float] = (),
    conditions: OperatingConditions | None = None,
    baseline_accuracy: float | None = None,
    criterion: str = LARGEST,
    class_mix: str = AS_TESTED,
    int8: bool = False,
    **limits: Any,
) -> Choice:
    """Return the best ρ within limits; `best` of the result is None if no ρ meets them.

    Args:
        scores: the scores of one run.
        energy_uj: measured µJ from the input to each exit, if a limit needs them.
        latency_ms: measured ms from the input to each exit.
        conditions: device, inference rate and battery, instead of `energy_uj` and `latency_ms`.
        baseline_accuracy: accuracy of the network without early exits, which `max_drop` is compared with,
            under the same class mix.
        criterion: exit criterion: `largest` (maximum softmax probability), `entropy` or `margin`.
        class_mix: a preset's name, such as "even", or shares, such as "yes=0.1,no=0.2".
        int8: whether only values of ρ that differ for an int8 softmax are considered.
        limits: attributes of `trecx.threshold.limits.Limits`, such as `max_flops` or `min_accuracy`. With
            `max_lost`, ρ is one of the candidates 0, 0.001, …, 1, or k/256 with `int8`.

    Raises:
        BudgetError: there is no limit, one is out of range, or one needs an input that is unknown.
        EnergyError: the measured costs are not valid.
        QuantisationError: `int8` with the entropy, which has no int8 threshold.
        TrecxError: the scores lack what the criterion needs, or the class mix is not valid.
    """
    thresholds, wished = _thresholds(criterion, int8), Limits(**limits)
    conditions = conditions or _measured(scores, energy_uj, latency_ms)
    decided, weights = by_criterion(scores, criterion), _weights(scores, class_mix)
    if wished.max_lost is not None:
        steps = JointCounts.of(decided, candidates(thresholds)).curve(weights)
    else:
        curve = benefit_curve(decided) if weights is None else ExitTable.of(decided).curve(weights)
        steps = curve if thresholds is None else curve.at(thresholds)
    return choice.choose(steps, wished, conditions, baseline_accuracy)


def choose_per_exit(
    scores: ExitScores,
    *,
    conditions: OperatingConditions = UNKNOWN_CONDITIONS,
    baseline_correct: npt.NDArray[np.bool_] | None = None,
    criterion: str = LARGEST,
    class_mix: str = AS_TESTED,
    **limits: Any,
) -> PerExitChoice:
    """Return the best thresholds within limits, one per early exit, each k/256 or `inf`.

    `best` of the result is None if no thresholds meet the limits; `single` is the best single ρ.

    Args:
        scores: the scores of one run with early exits.
        conditions: costs by exit, inference rate and battery, if a limit needs them.
        baseline_correct: whether the network without early exits is correct for each sample, of shape
            (n_samples,), which `max_drop` is compared with.
        criterion: exit criterion: `largest` (maximum softmax probability), `entropy` or `margin`.
        class_mix: a preset's name, such as "even", or shares, such as "yes=0.1,no=0.2".
        limits: attributes of `trecx.threshold.limits.Limits`, such as `max_flops` or `max_lost`.

    Raises:
        ThresholdError: the network has no early exits.
        BudgetError: there is no limit, one is out of range, or one needs an input that is unknown.
        TrecxError: the scores lack what the criterion needs, or the class mix is not valid.
    """
    wished = Limits(**limits)
    joint = JointCounts.of(by_criterion(scores, criterion), int8_candidates(), baseline_correct)
    return per_exit_choice.choose_per_exit(joint, wished, conditions, _weights(scores, class_mix))


def choose_guaranteed(
    scores: ExitScores,
    *,
    probability: float,
    each_class: bool = False,
    baseline_correct: Sequence[bool] | npt.NDArray[np.bool_] | None = None,
    energy_uj: Sequence[float] = (),
    latency_ms: Sequence[float] = (),
    conditions: OperatingConditions | None = None,
    criterion: str = LARGEST,
    class_mix: str = AS_TESTED,
    int8: bool = False,
    **limits: Any,
) -> GuaranteedChoice:
    """Return the best ρ within limits, of which the one on accuracy or lost samples holds with a probability.

    `best` of the result is None if no ρ has the guarantee; `samples_needed` then says about how many samples
    would be needed. `naive` is the choice without the guarantee.

    Args:
        scores: the calibration samples, drawn as those of the field are.
        probability: that the limit holds on new samples, from 0.5 to below 1, such as 0.95.
        each_class: whether the limit is to hold in each class.
        baseline_correct: whether the network without early exits is correct for each sample, of shape
            (n_samples,), which `max_drop` is compared with.
        energy_uj: measured µJ from the input to each exit, if a limit needs them.
        latency_ms: measured ms from the input to each exit.
        conditions: device, inference rate and battery, instead of `energy_uj` and `latency_ms`.
        criterion: exit criterion: `largest` (maximum softmax probability), `entropy` or `margin`.
        class_mix: a preset's name, such as "even", or shares, such as "yes=0.1,no=0.2".
        int8: whether ρ is one of k/256, as for an int8 softmax, instead of 0, 0.001, …, 1.
        limits: one of `max_lost`, `max_drop` and `min_accuracy`, and any limits on cost, as for `choose`.

    Raises:
        BudgetError: the limits do not fit a guarantee, or one needs an input that is unknown.
        EnergyError: the measured costs are not valid.
        QuantisationError: `int8` with the entropy, which has no int8 threshold.
        ScoresError: `baseline_correct` has another number of samples.
        TrecxError: the scores lack what the criterion needs, or the class mix is not valid.
    """
    guarantee, wished = Guarantee(probability, each_class), Limits(**limits)
    baseline = None if baseline_correct is None else np.asarray(baseline_correct, np.bool_)
    if baseline is not None and baseline.shape != scores.labels.shape:
        raise ScoresError(
            f"baseline_correct must have one value for each of the {scores.n_samples:,} samples, got shape "
            f"{baseline.shape}"
        )
    grid = candidates(_thresholds(criterion, int8))
    joint = JointCounts.of(by_criterion(scores, criterion), grid, baseline)
    conditions = conditions or _measured(scores, energy_uj, latency_ms)
    return guaranteed_choice(joint, wished, guarantee, conditions, _weights(scores, class_mix))


def _thresholds(criterion: str, int8: bool) -> FloatArray | None:
    return Rule(0, criterion, "int8" if int8 else "float32").thresholds


def _measured(
    scores: ExitScores, energy_uj: Sequence[float], latency_ms: Sequence[float]
) -> OperatingConditions:
    costs = measured_costs(energy_uj, latency_ms or None, scores.n_exits) if len(energy_uj) else None
    return OperatingConditions(costs)


def _weights(scores: ExitScores, class_mix: str) -> FloatArray | None:
    if class_mix == AS_TESTED:
        return None
    counts = np.bincount(scores.labels, minlength=scores.n_classes)
    return class_weights(parse_class_mix(class_mix, scores.class_names, counts), counts)


def save_report(
    name: str,
    threshold: float,
    path: str | Path,
    *,
    source: str | None = None,
    db: str | None = None,
    criterion: str = LARGEST,
    int8: bool = False,
    compare: Sequence[str] = (),
    **context_options: Any,
) -> None:
    """Write the interactive report of an operating point: one HTML file with a slider for ρ.

    Args:
        name: name of the run, as for `load_scores`.
        threshold: ρ, 0..1; `inf`: no early exits.
        path: path of the file, which is written atomically.
        source: `published`, `trained here` or `imported`, if there are several runs.
        db: SQLAlchemy URL or path of an SQLite file; default: `TRECX_DB`, or the shipped store.
        criterion: exit criterion: `largest` (maximum softmax probability), `entropy` or `margin`.
        int8: whether the results are for an int8 softmax; those of an int8 run are in any case.
        compare: other runs to show in the report.
        context_options: options of `trecx.store.run_context.load_context`: `device`, `energy_uj`,
            `latency_ms`, `estimate`, `battery`, `inferences_per_hour`, `class_mix`, `half`.

    Raises:
        TrecxError: a name is unknown, or the file cannot be written; the message says what to do.
    """
    store = Store(db)
    run = store.find_run(name, source)
    rule = rule_for(run, checked_threshold(threshold), criterion, int8)
    context = load_context(store, run, criterion=criterion, **context_options)
    class_mix = context_options.get("class_mix", AS_TESTED)
    split = recorded_split(store.split(run, context.half.seed), context.half) if context.half else None
    record = capture_point(run, store.baseline_of(run), context, rule, class_mix, split=split)
    others = designs_beside(store, run, context, compare, criterion)
    write_report(report_of(store, run, context, record, others), Path(path))
