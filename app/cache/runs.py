"""Caches of the runs: their counts, their scores, and what Confidence and Compare compute from them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from trecx.comparison.cost_at_accuracy import CostAtAccuracy, reach
from trecx.comparison.paired_difference import PairedDifference, paired_difference
from trecx.confidence.calibration import Reliability, reliability
from trecx.confidence.distribution import exit_confidence
from trecx.confidence.separation import Separation, separation
from trecx.confidence.temperature_scaling import Scaling, scale
from trecx.datasets.halves import Half, Split
from trecx.files.paths import database_url
from trecx.scores import ExitScores, IntArray
from trecx.store import Run, Store
from trecx.store.run_context import answers_of, counts_of, joint_counts_of
from trecx.threshold.class_changes import paired_table
from trecx.threshold.decision_differences import exit_differences
from trecx.threshold.exit_criteria import CRITERIA, LARGEST, by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.joint_counts import JointCounts, int8_candidates, thousandths

# An id may be that of a deleted run; with the date, it is that of one run only.
OF_RUN: dict[str | type[Any], Callable[[Any], Any]] = {Run: lambda run: (run.run_id, run.created_at)}


def store() -> Store:
    """Return the store of the dashboard: one for all sessions, so that each query is compiled once."""
    return _store(database_url())


@st.cache_resource(max_entries=4, show_spinner=False)
def _store(address: str) -> Store:
    return Store(address)


def named(store_name: str) -> Store:
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
    return counts_of(named(store_name), run, criterion, half=half, per_exit=per_exit)


@st.cache_resource(max_entries=4, show_spinner="Splitting the samples …", hash_funcs=OF_RUN)
def split_of(run: Run, store_name: str, seed: int) -> Split:
    """Return the split of a run's samples into two halves; all sessions share one copy."""
    return named(store_name).split(run, seed)


@st.cache_resource(max_entries=4, show_spinner="Reading the scores …", hash_funcs=OF_RUN)
def paired_counts(run: Run, reference: Run | None, store_name: str, half: Half | None = None) -> ExitTable:
    """Return a run's counts paired with the predictions of a reference; None: of its own final exit."""
    here = named(store_name)
    scores = answers_of(here, run, half=half)
    answers = answers_of(here, reference, half=half) if reference else scores
    return paired_table(scores, answers.correct[:, -1])


@st.cache_resource(max_entries=2, show_spinner="Reading the scores …", hash_funcs=OF_RUN)
def exit_scores(run: Run, store_name: str, half: Half | None = None) -> ExitScores:
    """Return the scores of a run, or of one half of its samples.

    All sessions share one copy, which must not be changed.
    """
    scores = named(store_name).load_scores(run)
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
    here = named(store_name)
    one, another = (answers_of(here, each, criterion, half) for each in (run, other))
    return exit_differences(one, another)


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
    here = named(store_name)
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
    return joint_counts_of(named(store_name), run, candidates, criterion, half)


@st.cache_data(max_entries=8, show_spinner=False)
def example_file(name: str) -> bytes:
    """Return the bytes of an example (`trecx.importing.examples`)."""
    from trecx.importing.examples import write_examples  # here, as every page imports this module

    with tempfile.TemporaryDirectory() as folder:
        return write_examples(Path(folder))[name].read_bytes()
