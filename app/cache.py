"""All caches of the dashboard, keyed by names, ids and dates, never by arrays."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from app.live.wish import Wish
from trecx.comparison.cost_at_accuracy import CostAtAccuracy, reach
from trecx.comparison.paired_difference import PairedDifference, paired_difference
from trecx.confidence.calibration import Reliability, reliability
from trecx.confidence.distribution import exit_confidence
from trecx.confidence.separation import Separation, separation
from trecx.confidence.temperature_scaling import Scaling, scale
from trecx.console import Counterpart, device_data, reference_data
from trecx.console import console_data as live_console_data
from trecx.datasets.halves import Half, Split
from trecx.files.paths import database_url
from trecx.importing.examples import write_examples
from trecx.saved_points.document import document_of
from trecx.saved_points.record import PointRecord, RecordedGuarantee, RecordedSplit
from trecx.scores import ExitScores, IntArray
from trecx.store import Run, Store
from trecx.store.point_today import guarantee_today, split_today
from trecx.store.run_context import answers_of, counts_of, joint_counts_of
from trecx.threshold.class_changes import paired_table
from trecx.threshold.class_mix import class_weights
from trecx.threshold.decision_differences import exit_differences
from trecx.threshold.exit_criteria import CRITERIA, LARGEST, by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.guarantee.selection import GuaranteedChoice
from trecx.threshold.joint_counts import JointCounts, int8_candidates, thousandths
from trecx.threshold.resampling.random_splits import RandomSplits
from trecx.threshold.resampling.threshold_interval import ThresholdInterval, choice_interval
from trecx.threshold.resampling.wish import Wish as ResampledWish
from trecx.threshold.run_context import RunContext

# An id may be that of a deleted run; with the date, it is that of one run only.
OF_RUN: dict[str | type[Any], Callable[[Any], Any]] = {Run: lambda run: (run.run_id, run.created_at)}
OF_WISH: dict[str | type[Any], Callable[[Any], Any]] = {Wish: lambda wish: wish.key(wish.calibration)}
OF_RECORD: dict[str | type[Any], Callable[[Any], Any]] = {
    PointRecord: lambda record: json.dumps(document_of(record))
}


def store() -> Store:
    """Return the store of the dashboard: one for all sessions, so that each query is compiled once."""
    return _store(database_url())


@st.cache_resource(max_entries=4, show_spinner=False)
def _store(address: str) -> Store:
    return Store(address)


def _named(store_name: str) -> Store:
    """The store of this name: the dashboard's own, whose name lacks its password, or another file."""
    here = store()
    return here if here.name == store_name else Store(store_name)


@st.cache_resource(max_entries=12, show_spinner="Reading the scores …", hash_funcs=OF_RUN)
def exit_table(
    run: Run,
    store_name: str,
    criterion: str = LARGEST,
    half: Half | None = None,
    per_exit: tuple[float, ...] | None = None,
) -> ExitTable:
    """Return the counts of a run, or of one half of its samples; all sessions share one copy.

    Args:
        run: the run.
        store_name: name of its store.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        half: the half of the samples that is counted; None: all samples.
        per_exit: one threshold per early exit, whose decision the counts have at ρ = 1.
    """
    return counts_of(_named(store_name), run, criterion, half=half, per_exit=per_exit)


@st.cache_data(max_entries=64, show_spinner="Testing the guarantee …", hash_funcs=OF_RUN | OF_RECORD)
def promises_today(
    run: Run, store_name: str, record: PointRecord, _context: RunContext
) -> tuple[RecordedSplit | None, RecordedGuarantee | None]:
    """Return split and guarantee of a saved point as they are today (`store.point_today`)."""
    here = _named(store_name)
    return split_today(here, run, record), guarantee_today(here, run, record, _context)


@st.cache_resource(max_entries=4, show_spinner="Splitting the samples …", hash_funcs=OF_RUN)
def split_of(run: Run, store_name: str, seed: int) -> Split:
    """Return the split of a run's samples into two halves; all sessions share one copy."""
    return _named(store_name).split(run, seed)


@st.cache_resource(max_entries=4, show_spinner="Reading the scores …", hash_funcs=OF_RUN)
def paired_counts(run: Run, reference: Run | None, store_name: str, half: Half | None = None) -> ExitTable:
    """Return a run's counts paired with the predictions of a reference; None: of its own final exit."""
    here = _named(store_name)
    scores = answers_of(here, run, half=half)
    answers = answers_of(here, reference, half=half) if reference else scores
    return paired_table(scores, answers.correct[:, -1])


@st.cache_resource(max_entries=2, show_spinner="Reading the scores …", hash_funcs=OF_RUN)
def exit_scores(run: Run, store_name: str, half: Half | None = None) -> ExitScores:
    """Return the scores of a run, or of one half of its samples.

    All sessions share one copy, which must not be changed.
    """
    scores = _named(store_name).load_scores(run)
    return scores if half is None else scores.part(split_of(run, store_name, half.seed).members(half))


@st.cache_data(max_entries=64, show_spinner="Counting …", hash_funcs=OF_RUN)
def trust(
    run: Run, store_name: str, weights: tuple[float, ...] | None, half: Half | None = None
) -> list[tuple[Reliability, Separation | None]]:
    """Return calibration and AUROC of each exit."""
    scores, by_class = exit_scores(run, store_name, half), None if weights is None else np.array(weights)
    seen = [exit_confidence(scores, exit_, by_class) for exit_ in range(scores.n_exits)]
    return [(reliability(each), separation(each)) for each in seen]


@st.cache_data(max_entries=4, show_spinner="Fitting …", hash_funcs=OF_RUN)
def scaling(
    run: Run,
    baseline: Run | None,
    store_name: str,
    weights: tuple[float, ...] | None,
    half: Half | None = None,
) -> Scaling:
    """Return the effect of temperature scaling.

    Args:
        run: the run.
        baseline: its baseline; None if there is none.
        store_name: name of their store.
        weights: weight of one sample of each class; None: all 1.
        half: the half of the samples; None: all samples.
    """
    right = exit_scores(baseline, store_name, half).correct[:, -1] if baseline else None
    return scale(exit_scores(run, store_name, half), right, None if weights is None else np.array(weights))


@st.cache_data(max_entries=4, show_spinner="Drawing samples …", hash_funcs=OF_RUN)
def reached_by_criterion(
    run: Run,
    baseline: Run | None,
    store_name: str,
    weights: tuple[float, ...] | None,
    half: Half | None = None,
) -> dict[str, CostAtAccuracy]:
    """Return the cost of each exit criterion at the baseline's accuracy.

    Args:
        run: the run.
        baseline: its baseline; None if there is none.
        store_name: name of their store.
        weights: weight of one sample of each class; None: all 1.
        half: the half of the samples; None: all samples.
    """
    right = exit_scores(baseline, store_name, half).correct[:, -1] if baseline else None
    scores = exit_scores(run, store_name, half)
    ways = [by_criterion(scores, criterion) for criterion in CRITERIA]
    found = reach(ways, right, None if weights is None else np.array(weights))
    return dict(zip(CRITERIA, found, strict=True))


@st.cache_data(max_entries=12, show_spinner="Comparing the precisions …", hash_funcs=OF_RUN)
def differences(
    run: Run, other: Run, store_name: str, criterion: str = LARGEST, half: Half | None = None
) -> IntArray:
    """Return the samples that stop at another exit in the other run (`exit_differences`), of shape (257,).

    Args:
        run: the run shown.
        other: the run of the same network in the other precision.
        store_name: name of their store.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        half: the half of the samples; None: all samples.
    """
    here = _named(store_name)
    one, another = (answers_of(here, each, criterion, half) for each in (run, other))
    return exit_differences(one, another)


def console_data(
    run: Run,
    store_name: str,
    context: RunContext,
    axis: str,
    criterion: str = LARGEST,
    counterpart: Run | None = None,
) -> dict[str, Any]:
    """Return the data of the console of a run (`trecx.console.console_data`).

    Args:
        run: the run shown.
        store_name: name of its store.
        context: its counts with class mix, device, battery and inference rate.
        axis: cost axis of the benefit curve.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        counterpart: the run of the same network in the other precision; None if there is none.
    """
    weights = context.class_weights
    setting = (device_data(context.conditions), reference_data(context))
    mix = None if weights is None else tuple(weights.tolist())
    settings = (mix, context.half, json.dumps(setting))
    return _console_data(run, store_name, axis, criterion, counterpart, settings, context)


@st.cache_data(max_entries=12, show_spinner=False, hash_funcs=OF_RUN)
def _console_data(
    run: Run,
    store_name: str,
    axis: str,
    criterion: str,
    counterpart: Run | None,
    settings: tuple[tuple[float, ...] | None, Half | None, str],
    _context: RunContext,
) -> dict[str, Any]:
    other, half = None, settings[1]
    if counterpart:
        other = Counterpart(counterpart, differences(run, counterpart, store_name, criterion, half))
    return live_console_data(run, _context, axis, criterion, (), other)


@st.cache_data(max_entries=32, show_spinner="Drawing samples …", hash_funcs=OF_RUN)
def paired(
    ones: tuple[Run, ...],
    others: tuple[Run, ...],
    store_name: str,
    weights: tuple[float, ...] | None,
    half: Half | None = None,
) -> PairedDifference:
    """Return the accuracy difference of two designs at equal FLOPs; each may have several seeds.

    Args:
        ones: the runs of one design.
        others: the runs of the other.
        store_name: name of their store.
        weights: weight of one sample of each class; None: all 1.
        half: the half of the samples; None: all samples.
    """
    here = _named(store_name)
    one, other = ([answers_of(here, run, half=half) for run in runs] for runs in (ones, others))
    return paired_difference(one, other, None if weights is None else np.array(weights))


@st.cache_resource(max_entries=6, show_spinner="Reading the scores …", hash_funcs=OF_RUN)
def joint_counts(run: Run, store_name: str, criterion: str, half: Half | None, int8: bool) -> JointCounts:
    """Return the counts that guarantees are chosen on; all sessions share one copy.

    Args:
        run: the run.
        store_name: name of its store.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        half: the half of the samples; None: all samples.
        int8: whether the candidates for ρ are k/256; else they are thousandths.
    """
    candidates = int8_candidates() if int8 else thousandths()
    return joint_counts_of(_named(store_name), run, candidates, criterion, half)


def calibration_counts(wish: Wish) -> JointCounts:
    """Return the counts of the samples that ρ is chosen on."""
    return joint_counts(wish.run, wish.store_name, wish.criterion, wish.calibration, wish.int8)


def calibration_context(wish: Wish) -> RunContext:
    """Return the context of the samples that ρ is chosen on, under the same class mix.

    Raises:
        ClassMixError: the calibration half has no sample of a class in the mix.
    """
    shown, half = wish.shown, wish.calibration
    if not wish.on_other_half:
        return shown
    table = exit_table(wish.run, wish.store_name, wish.criterion, half)
    baseline = _named(wish.store_name).baseline_of(wish.run) if shown.baseline else None
    weights = shown.class_weights
    if weights is not None:
        weights = class_weights(weights * shown.table.class_counts, table.class_counts)
    against = exit_table(baseline, wish.store_name, half=half) if baseline else None
    return replace(shown, table=table, baseline=against, class_weights=weights, half=half)


@st.cache_resource(max_entries=32, show_spinner="Testing the candidates for ρ …", hash_funcs=OF_WISH)
def guaranteed_choice(wish: Wish) -> GuaranteedChoice:
    """Return the best ρ that is guaranteed; all sessions share one copy.

    Raises:
        BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
        ValueError: there is no guarantee in the wish.
    """
    if wish.guarantee is None:
        raise ValueError("wish must have a guarantee, got none")
    return calibration_context(wish).guaranteed(calibration_counts(wish), wish.limits, wish.guarantee)


@st.cache_data(max_entries=64, show_spinner="Drawing samples …", hash_funcs=OF_WISH)
def threshold_interval(wish: Wish) -> ThresholdInterval:
    """Return the interval of ρ that 95 % of draws of the calibration samples choose."""
    asked = ResampledWish(wish.limits, wish.shown.conditions, wish.class_shares)
    return choice_interval(calibration_counts(wish), asked, wish.guarantee)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Wish: lambda wish: wish.key()})
def simulations(wish: Wish) -> list[RandomSplits]:
    """Return the list in which the simulation of a wish is kept; it is empty before the simulation.

    A simulation shows its progress, which a cached function cannot.
    """
    return []


@st.cache_data(max_entries=8, show_spinner=False)
def example_file(name: str) -> bytes:
    """Return the bytes of an example (`trecx.importing.examples`)."""
    with tempfile.TemporaryDirectory() as folder:
        return write_examples(Path(folder))[name].read_bytes()
