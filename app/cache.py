"""All caches of the dashboard, keyed by names, ids and dates, never by arrays."""

import json
import tempfile
from collections.abc import Callable
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
from trecx.console import (
    MOST_AT_ONCE,
    MOST_ROWS,
    SEVERAL,
    Counterpart,
    SampleLevels,
    device_data,
    reference_data,
    shown_axis,
)
from trecx.console import console_data as live_console_data
from trecx.datasets.halves import Half
from trecx.files.paths import database_url
from trecx.importing.examples import write_examples
from trecx.scores import ExitScores, IntArray
from trecx.store import Run, Store
from trecx.store.run_context import answers_of, counts_of, design_and_tested, joint_counts_of
from trecx.threshold.class_changes import paired_table
from trecx.threshold.decision_differences import exit_differences
from trecx.threshold.exit_criteria import CRITERIA, LARGEST, by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.joint_counts import JointCounts, int8_candidates, thousandths
from trecx.threshold.per_exit.choice import PerExitChoice
from trecx.threshold.per_exit.front import Front, pareto_front
from trecx.threshold.per_exit.guaranteed import GuaranteedPerExit
from trecx.threshold.run_context import RunContext

# An id may be that of a deleted run; with the date, it is that of one run only.
OF_RUN: dict[str | type[Any], Callable[[Any], Any]] = {Run: lambda run: (run.run_id, run.created_at)}
OF_WISH: dict[str | type[Any], Callable[[Any], Any]] = {Wish: lambda wish: wish.key(wish.calibration)}


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
def exit_table(run: Run, store_name: str, criterion: str = LARGEST) -> ExitTable:
    """Return the counts of a run in the store `store_name` with an exit criterion.

    All sessions share one copy, which must not be changed.
    """
    return counts_of(_named(store_name), run, criterion)


@st.cache_resource(max_entries=4, show_spinner="Reading the scores …", hash_funcs=OF_RUN)
def paired_counts(run: Run, reference: Run | None, store_name: str) -> ExitTable:
    """Return a run's counts paired with the predictions of a reference; None: of its own final exit."""
    here = _named(store_name)
    scores = here.load_answers(run)
    answers = here.load_answers(reference) if reference else scores
    return paired_table(scores, answers.correct[:, -1])


@st.cache_resource(max_entries=2, show_spinner="Reading the scores …", hash_funcs=OF_RUN)
def exit_scores(run: Run, store_name: str) -> ExitScores:
    """Return the scores of a run; all sessions share one copy, which must not be changed."""
    return _named(store_name).load_scores(run)


@st.cache_data(max_entries=64, show_spinner="Counting …", hash_funcs=OF_RUN)
def trust(
    run: Run, store_name: str, weights: tuple[float, ...] | None
) -> list[tuple[Reliability, Separation | None]]:
    """Return calibration and AUROC of each exit."""
    scores, class_weights = exit_scores(run, store_name), None if weights is None else np.array(weights)
    seen = [exit_confidence(scores, exit_, class_weights) for exit_ in range(scores.n_exits)]
    return [(reliability(each), separation(each)) for each in seen]


@st.cache_data(max_entries=4, show_spinner="Fitting …", hash_funcs=OF_RUN)
def scaling(run: Run, baseline: Run | None, store_name: str, weights: tuple[float, ...] | None) -> Scaling:
    """Return the effect of temperature scaling."""
    right = exit_scores(baseline, store_name).correct[:, -1] if baseline else None
    return scale(exit_scores(run, store_name), right, None if weights is None else np.array(weights))


@st.cache_data(max_entries=4, show_spinner="Drawing samples …", hash_funcs=OF_RUN)
def reached_by_criterion(
    run: Run, baseline: Run | None, store_name: str, weights: tuple[float, ...] | None
) -> dict[str, CostAtAccuracy]:
    """Return the cost of each exit criterion at the baseline's accuracy."""
    right = exit_scores(baseline, store_name).correct[:, -1] if baseline else None
    scores = exit_scores(run, store_name)
    ways = [by_criterion(scores, criterion) for criterion in CRITERIA]
    found = reach(ways, right, None if weights is None else np.array(weights))
    return dict(zip(CRITERIA, found, strict=True))


@st.cache_data(max_entries=12, show_spinner="Comparing the precisions …", hash_funcs=OF_RUN)
def differences(run: Run, other: Run, store_name: str, criterion: str = LARGEST) -> IntArray:
    """Return the samples that stop at another exit in the other run (`exit_differences`), of shape (257,)."""
    here = _named(store_name)
    return exit_differences(here.load_answers(run, criterion), here.load_answers(other, criterion))


def console_data(
    run: Run,
    store_name: str,
    context: RunContext,
    axis: str,
    criterion: str = LARGEST,
    counterpart: Run | None = None,
    per_exit: bool = False,
) -> dict[str, Any]:
    """Return the data of the console of a run (`trecx.console.console_data`).

    Args:
        run: the run shown.
        store_name: name of its store.
        context: its counts with class mix, device, battery and inference rate.
        axis: cost axis of the benefit curve.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        counterpart: the run of the same network in the other precision; None if there is none.
        per_exit: whether one threshold per exit is shown: the Pareto front takes seconds.
    """
    mix, setting = _mix(context), _setting(context)
    return _console_data(
        run, store_name, axis, criterion, counterpart, per_exit, context.half, mix, setting, context
    )


def _mix(context: RunContext) -> tuple[float, ...] | None:
    return None if context.class_weights is None else tuple(context.class_weights.tolist())


def _setting(context: RunContext) -> str:
    """Return what the numbers of a run depend on beyond its counts, as a text that tells it apart."""
    return json.dumps((device_data(context.conditions), reference_data(context)))


@st.cache_data(max_entries=12, show_spinner=False, hash_funcs=OF_RUN)
def _console_data(
    run: Run,
    store_name: str,
    axis: str,
    criterion: str,
    counterpart: Run | None,
    per_exit: bool,
    half: Half | None,
    mix: tuple[float, ...] | None,
    setting: str,
    _context: RunContext,
) -> dict[str, Any]:
    other = None
    if counterpart:
        other = Counterpart(counterpart, differences(run, counterpart, store_name, criterion))
    rows = front = None
    if run.n_exits >= SEVERAL and (per_exit or run.n_samples <= MOST_AT_ONCE):
        rows = vectors(run, store_name, criterion, half)
    if rows and per_exit and rows.n_rows <= MOST_ROWS:
        costs = shown_axis(_context, axis)[1].exit_costs
        front = per_exit_front(run, store_name, criterion, half, mix, tuple(costs.tolist()))
    return live_console_data(run, _context, axis, criterion, (), other, rows, front)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=OF_RUN)
def vectors(run: Run, store_name: str, criterion: str = LARGEST, half: Half | None = None) -> SampleLevels:
    """Return the samples of a run for one threshold per exit; all sessions share one copy."""
    return SampleLevels.of(answers_of(_named(store_name), run, criterion, half))


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


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=OF_RUN)
def per_exit_front(
    run: Run,
    store_name: str,
    criterion: str,
    half: Half | None,
    mix: tuple[float, ...] | None,
    exit_costs: tuple[float, ...],
) -> Front:
    """Return the Pareto front of all thresholds per exit; the console says that it waits for it.

    Args:
        run: the run.
        store_name: name of its store.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        half: the half of the samples; None: all samples.
        mix: weight of one sample of each class; None: all 1.
        exit_costs: cost of stopping at each exit.
    """
    joint = joint_counts(run, store_name, criterion, half, True)
    return pareto_front(joint, np.array(exit_costs), None if mix is None else np.array(mix))


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=OF_WISH)
def thresholds_per_exit(wish: Wish) -> PerExitChoice:
    """Return the best thresholds per exit within the limits; all sessions share one copy.

    Raises:
        BudgetError: an input that a limit needs is unknown.
    """
    joint = joint_counts(wish.run, wish.store_name, wish.criterion, wish.calibration, True)
    return wish.shown.choose_per_exit(joint, wish.limits)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=OF_WISH)
def guaranteed_thresholds(wish: Wish) -> GuaranteedPerExit:
    """Return the best thresholds per exit that are guaranteed; all sessions share one copy.

    Raises:
        ValueError: the wish has no guarantee.
        BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
    """
    if wish.guarantee is None:
        raise ValueError("wish must have a guarantee, got none")
    design, tested = design_and_tested(
        _named(wish.store_name), wish.run, int8_candidates(), wish.criterion, wish.calibration
    )
    return wish.shown.guaranteed_per_exit(design, tested, wish.limits, wish.guarantee)


@st.cache_data(max_entries=32, show_spinner="Drawing samples …", hash_funcs=OF_RUN)
def paired(
    ones: tuple[Run, ...], others: tuple[Run, ...], store_name: str, weights: tuple[float, ...] | None
) -> PairedDifference:
    """Return the accuracy difference of two designs at equal FLOPs; each may have several seeds."""
    here = _named(store_name)
    one, other = ([here.load_answers(run) for run in runs] for runs in (ones, others))
    return paired_difference(one, other, None if weights is None else np.array(weights))


@st.cache_data(max_entries=8, show_spinner=False)
def example_file(name: str) -> bytes:
    """Return the bytes of an example (`trecx.importing.examples`)."""
    with tempfile.TemporaryDirectory() as folder:
        return write_examples(Path(folder))[name].read_bytes()
