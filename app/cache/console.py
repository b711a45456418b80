"""Caches of the live console: its data, and the Pareto front of thresholds per exit."""

import json
from typing import Any

import numpy as np
import streamlit as st

from app.cache.runs import OF_RUN, differences, joint_counts, named
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
from trecx.console import control_data as live_control_data
from trecx.datasets.halves import Half
from trecx.store import Run
from trecx.store.run_context import answers_of
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.per_exit.front import Front, pareto_front
from trecx.threshold.run_context import RunContext

Settings = tuple[tuple[float, ...] | None, Half | None, str]  # class mix, half, and all else as JSON


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
    settings = _settings(context)
    return _console_data(run, store_name, axis, criterion, counterpart, per_exit, settings, context)


@st.cache_data(max_entries=12, show_spinner=False, hash_funcs=OF_RUN)
def _console_data(
    run: Run,
    store_name: str,
    axis: str,
    criterion: str,
    counterpart: Run | None,
    per_exit: bool,
    settings: Settings,
    _context: RunContext,
) -> dict[str, Any]:
    (mix, half, _), front = settings, None
    other = _counterpart(run, counterpart, store_name, criterion, half)
    rows = _rows(run, store_name, criterion, half, per_exit)
    if rows and per_exit and rows.n_rows <= MOST_ROWS:
        costs = shown_axis(_context, axis)[1].exit_costs
        front = per_exit_front(run, store_name, criterion, half, mix, tuple(costs.tolist()))
    return live_console_data(run, _context, axis, criterion, (), other, rows, front)


def control_data(
    run: Run,
    store_name: str,
    context: RunContext,
    criterion: str = LARGEST,
    counterpart: Run | None = None,
    per_exit: bool = False,
) -> dict[str, Any]:
    """Return the data of the control of ρ of a run (`trecx.console.control_data`).

    Args:
        run: the run shown.
        store_name: name of its store.
        context: its counts with class mix, device, battery and inference rate.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        counterpart: the run of the same network in the other precision; None if there is none.
        per_exit: whether one threshold per exit is shown.
    """
    return _control_data(run, store_name, criterion, counterpart, per_exit, _settings(context), context)


@st.cache_data(max_entries=12, show_spinner=False, hash_funcs=OF_RUN)
def _control_data(
    run: Run,
    store_name: str,
    criterion: str,
    counterpart: Run | None,
    per_exit: bool,
    settings: Settings,
    _context: RunContext,
) -> dict[str, Any]:
    other = _counterpart(run, counterpart, store_name, criterion, settings[1])
    rows = _rows(run, store_name, criterion, settings[1], per_exit)
    return live_control_data(run, _context, criterion, other, rows)


def _settings(context: RunContext) -> Settings:
    """Return everything in a context that the browser's data depends on, apart from the run."""
    weights = context.class_weights
    setting = json.dumps((device_data(context.conditions), reference_data(context)))
    return None if weights is None else tuple(weights.tolist()), context.half, setting


def _counterpart(
    run: Run, other: Run | None, store_name: str, criterion: str, half: Half | None
) -> Counterpart | None:
    return Counterpart(other, differences(run, other, store_name, criterion, half)) if other else None


def _rows(
    run: Run, store_name: str, criterion: str, half: Half | None, per_exit: bool
) -> SampleLevels | None:
    """Return the samples for one threshold per exit, if they are few or needed."""
    if run.n_exits >= SEVERAL and (per_exit or run.n_samples <= MOST_AT_ONCE):
        return vectors(run, store_name, criterion, half)
    return None


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=OF_RUN)
def vectors(run: Run, store_name: str, criterion: str = LARGEST, half: Half | None = None) -> SampleLevels:
    """Return the samples of a run for one threshold per exit; all sessions share one copy."""
    return SampleLevels.of(answers_of(named(store_name), run, criterion, half))


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
