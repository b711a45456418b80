"""The answer of `choose --per-exit`: one threshold per exit, and its results on the samples asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from trecx.cli import printing
from trecx.cli.answer import columns_of
from trecx.cli.opened_store import open_store
from trecx.cli.run_context import RunView
from trecx.datasets.halves import HELD_OUT
from trecx.store.run_context import counts_of, design_and_tested, joint_counts_of
from trecx.threshold.choice import Candidate
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import JointCounts, candidates, int8_candidates
from trecx.threshold.limits import Limits
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.per_exit.choice import PerExitChoice, PerExitPoint
from trecx.threshold.per_exit.decision import AT
from trecx.threshold.per_exit.guaranteed import GuaranteedPerExit
from trecx.threshold.per_exit.vectors import VectorCounts


@dataclass(frozen=True, eq=False)
class PerExitAnswer:
    """The best thresholds, one per early exit, and the best single ρ for comparison.

    Attributes:
        view: the run with its settings, on the samples that are measured on; its counts are those of the
            chosen thresholds at ρ = 1, if there are any.
        limits: the limits.
        choice: the best vector and the best single ρ without a guarantee, on the samples chosen on.
        guaranteed: the best vector with a guarantee; None if none was asked for.
        best: the chosen vector: of the guarantee, if one was asked for; None if there is none.
        single: the best single ρ, likewise.
        measured: quantities of `best`, of `single` and, with a guarantee, of the vector without it, on the
            samples measured on, by "best", "single" and "naive".
    """

    view: RunView
    limits: Limits
    choice: PerExitChoice
    guaranteed: GuaranteedPerExit | None
    best: PerExitPoint | None
    single: Candidate | None
    measured: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, view: RunView, limits: Limits, guarantee: Guarantee | None = None) -> Self:
        """Choose thresholds: on all samples, or, if a half is asked for, on the calibration half.

        Args:
            view: the run with its settings.
            limits: the limits.
            guarantee: what is to hold of the limit on accuracy or lost samples; None: no guarantee.

        Raises:
            TrecxError: the run has no early exits, or the limits need something that is unknown.
        """
        store, run, criterion, context = (
            open_store(view.asked.db),
            view.run,
            view.asked.criterion,
            view.context,
        )
        half = context.half
        chosen_on = half and half.calibration
        grid = int8_candidates() if context.thresholds is None else candidates(context.thresholds)
        joint = joint_counts_of(store, run, grid, criterion, chosen_on)
        guaranteed = None
        with printing.progress() as progress:
            choice = context.choose_per_exit(joint, limits, progress)
            best, single = choice.best, choice.single
            if guarantee:
                parts = design_and_tested(store, run, grid, criterion, chosen_on)
                guaranteed = context.guaranteed_per_exit(*parts, limits, guarantee, progress)
                best, single = guaranteed.best, context.guaranteed(joint, limits, guarantee).best
        there = joint if chosen_on == half else joint_counts_of(store, run, grid, criterion, half)
        vectors = _shown(best, single, choice.best if guarantee else None, run.n_exits - 1)
        measured = _measured(view, there, vectors, limits, guaranteed)
        if best:
            table = counts_of(store, run, criterion, half=half, per_exit=best.thresholds)
            view = replace(view, context=replace(context, table=table, thresholds=None))
        return cls(view, limits, choice, guaranteed, best, single, measured)

    @property
    def point(self) -> OperatingPoint | None:
        """The operating point of the chosen thresholds; None if there are none."""
        return self.view.context.point(AT) if self.best else None

    @property
    def apart(self) -> bool:
        """Whether thresholds are chosen on other samples than their results are measured on."""
        half = self.view.context.half
        return half is not None and half.name == HELD_OUT


def _shown(
    best: PerExitPoint | None, single: Candidate | None, naive: PerExitPoint | None, n_early: int
) -> dict[str, Sequence[float]]:
    """Return the vectors of thresholds that are measured, by name."""
    shown: dict[str, Sequence[float]] = {}
    if best:
        shown["best"] = best.thresholds
    if single:
        shown["single"] = [single.threshold] * n_early
    if naive:
        shown["naive"] = naive.thresholds
    return shown


def _measured(
    view: RunView,
    joint: JointCounts,
    vectors: Mapping[str, Sequence[float]],
    limits: Limits,
    guaranteed: GuaranteedPerExit | None,
) -> dict[str, dict[str, float]]:
    """Return the quantities of vectors on some samples, by the vectors' names.

    With `lost`, the share of samples lost, and, if there is a guarantee, `loss`: the mean loss that it is
    about, in each class that of the class with the largest; without it if a class has no samples.
    """
    if not vectors:
        return {}
    counts = VectorCounts.at(joint, np.array(list(vectors.values())))
    columns = columns_of(counts, view, limits, guaranteed.chosen.guarantee if guaranteed else None)
    return {
        name: {quantity: float(column[step]) for quantity, column in columns.items()}
        for step, name in enumerate(vectors, 1)
    }
