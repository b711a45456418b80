"""Caches of choices of ρ: guarantees, intervals of ρ, simulations, and thresholds per exit."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from app.cache.runs import OF_RUN, exit_table, joint_counts, named
from app.live.wish import Wish
from trecx.saved_points.document import document_of
from trecx.saved_points.record import PointRecord, RecordedGuarantee, RecordedSplit
from trecx.store import Run
from trecx.store.point_today import guarantee_today, split_today
from trecx.store.run_context import design_and_tested
from trecx.threshold.class_mix import class_weights
from trecx.threshold.guarantee.selection import GuaranteedChoice
from trecx.threshold.joint_counts import JointCounts, int8_candidates
from trecx.threshold.per_exit.choice import PerExitChoice
from trecx.threshold.per_exit.guaranteed import GuaranteedPerExit
from trecx.threshold.resampling.random_splits import RandomSplits
from trecx.threshold.resampling.threshold_interval import ThresholdInterval, choice_interval
from trecx.threshold.resampling.wish import Wish as ResampledWish
from trecx.threshold.run_context import RunContext

OF_WISH: dict[str | type[Any], Callable[[Any], Any]] = {Wish: lambda wish: wish.key(wish.calibration)}
OF_RECORD: dict[str | type[Any], Callable[[Any], Any]] = {
    PointRecord: lambda record: json.dumps(document_of(record))
}


@st.cache_data(max_entries=64, show_spinner="Testing the guarantee …", hash_funcs=OF_RUN | OF_RECORD)
def promises_today(
    run: Run, store_name: str, record: PointRecord, _context: RunContext
) -> tuple[RecordedSplit | None, RecordedGuarantee | None]:
    """Return split and guarantee of a saved point as they are today (`store.point_today`)."""
    here = named(store_name)
    return split_today(here, run, record), guarantee_today(here, run, record, _context)


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
    baseline = named(wish.store_name).baseline_of(wish.run) if shown.baseline else None
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
        named(wish.store_name), wish.run, int8_candidates(), wish.criterion, wish.calibration
    )
    return wish.shown.guaranteed_per_exit(design, tested, wish.limits, wish.guarantee)
