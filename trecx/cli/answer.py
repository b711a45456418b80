"""The answer of `choose`: how ρ is chosen, and its results on the samples that were asked for."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from trecx.cli import printing
from trecx.cli.opened_store import open_store
from trecx.cli.run_context import Asked, RunView
from trecx.datasets.halves import HELD_OUT
from trecx.scores import FloatArray
from trecx.store import Run, Store
from trecx.store.run_context import joint_counts_of
from trecx.threshold.choice import Choice
from trecx.threshold.guarantee.losses import Loss
from trecx.threshold.guarantee.selection import Guarantee, GuaranteedChoice
from trecx.threshold.joint_counts import JointCounts, candidates
from trecx.threshold.limits import Limits
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.resampling.threshold_interval import ThresholdInterval, choice_interval
from trecx.threshold.resampling.wish import Wish


@dataclass(frozen=True, eq=False)
class Answer:
    """The result of `choose`, and the settings that it depends on.

    Attributes:
        view: the run with its settings, on the samples that are measured on.
        limits: the limits.
        choice: the best point and its neighbours, on the samples that ρ is chosen on.
        guaranteed: the same with its guarantee; None without one.
        measured: quantities of the chosen and of the naive ρ on the samples that are measured on, by ρ
            (`quantities_at`); empty without a limit on lost samples or a guarantee.
        interval: the ρ that other draws of the samples choose; None if it is not asked for.
    """

    view: RunView
    limits: Limits
    choice: Choice
    guaranteed: GuaranteedChoice | None = None
    measured: Mapping[float, Mapping[str, float]] = field(default_factory=dict)
    interval: ThresholdInterval | None = None

    @classmethod
    def of(cls, view: RunView, limits: Limits, guarantee: Guarantee | None = None) -> Self:
        """Choose ρ: on all samples, or, if a half is asked for, on the calibration half.

        Args:
            view: the run with its settings.
            limits: the limits.
            guarantee: what is to hold of the one on accuracy or lost samples; None: no guarantee.

        Raises:
            TrecxError: the limits need something that is unknown, or do not fit a guarantee.
        """
        store, asked = open_store(view.asked.db), view.asked.calibrating
        context = view.context if asked == view.asked else asked.context(store, view.run)
        if guarantee is None and limits.max_lost is None:
            return cls(view, limits, context.choose(limits))
        joint = _joint(store, view.run, candidates(context.thresholds), asked)
        guaranteed = context.guaranteed(joint, limits, guarantee) if guarantee else None
        choice = guaranteed.choice if guaranteed else context.choose(limits, joint=joint)
        best, naive = choice.best, guaranteed.naive.best if guaranteed else None
        if best and not view.context.table.exact_at(best.threshold):
            view = replace(view, context=view.asked.context(store, view.run, best.threshold))
        thresholds = [each.threshold for each in (best, naive) if each]
        measured = quantities_at(store, view, limits, guarantee, thresholds)
        return cls(view, limits, choice, guaranteed, measured)

    @property
    def apart(self) -> bool:
        """Whether ρ is chosen on other samples than its results are measured on."""
        return self.view.asked.half == HELD_OUT

    def with_interval(self) -> "Answer":
        """Return this answer with the interval of ρ that draws of the samples choose (`choice_interval`).

        Raises:
            TrecxError: the limits need something that is unknown, or do not fit a guarantee.
        """
        if self.point is None:
            return self
        view = self.view
        asked = view.asked.calibrating
        joint = _joint(open_store(asked.db), view.run, candidates(view.context.thresholds), asked)
        wish = Wish(self.limits, view.context.conditions, view.context.class_shares)
        guarantee = self.guaranteed.guarantee if self.guaranteed else None
        with printing.progress() as progress:
            return replace(self, interval=choice_interval(joint, wish, guarantee, progress))

    @cached_property
    def point(self) -> OperatingPoint | None:
        """The best point with all its values; None if no ρ meets the limits."""
        best, context = self.choice.best, self.view.context
        if best is None:
            return None
        step = int(context.curve.steps_at([best.threshold])[0])  # a plateau depends on grid and class mix
        return replace(context.point(best.threshold), plateau=context.curve.plateau(step))


def quantities_at(
    store: Store, view: RunView, limits: Limits, guarantee: Guarantee | None, thresholds: Sequence[float]
) -> dict[float, dict[str, float]]:
    """Return the quantities at some ρ on the samples of a view, by ρ.

    With `lost`, the share of samples lost, and, if there is a guarantee, `loss`: the mean loss that it is
    about, in each class that of the class with the largest; without it if a class has no samples.

    Args:
        store: the store of the run.
        view: the run with its settings.
        limits: with a guarantee, exactly one on accuracy or lost samples.
        guarantee: what is to hold; None: no guarantee.
        thresholds: the ρ.
    """
    finite = np.unique([each for each in thresholds if math.isfinite(each)])
    joint = _joint(store, view.run, finite, view.asked)
    columns = columns_of(joint, view, limits, guarantee)
    return {
        threshold: {name: float(column[step]) for name, column in columns.items()}
        for step, threshold in enumerate(joint.decreasing.tolist())
    }


def columns_of(
    joint: JointCounts, view: RunView, limits: Limits, guarantee: Guarantee | None
) -> dict[str, FloatArray]:
    """Return the quantities of counts at `inf` and at each candidate, as of `quantities_at`, by name.

    Args:
        joint: the counts.
        view: the run with its settings.
        limits: with a guarantee, exactly one on accuracy or lost samples.
        guarantee: what is to hold; None: no guarantee.

    Returns:
        Arrays of shape (n_candidates + 1,).
    """
    weights = view.context.class_weights
    curve = joint.curve(weights)
    columns: dict[str, FloatArray] = view.context.conditions.quantities(curve)
    if curve.lost is not None:
        columns["lost"] = curve.lost / curve.n_samples
    if guarantee and (joint.class_counts.all() or not guarantee.each_class):
        columns["loss"] = Loss.of(joint, limits, weights, guarantee.each_class).measured
    return columns


def _joint(store: Store, run: Run, thresholds: FloatArray, asked: Asked) -> JointCounts:
    return joint_counts_of(store, run, thresholds, asked.criterion, asked.measured_on)
