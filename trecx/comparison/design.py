"""A design to be compared: one run, or the runs that differ only in their seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from trecx.comparison.accuracy_targets import Target
from trecx.comparison.ranking import LAST_POINTS, Rank, rank
from trecx.comparison.seeds import MeanCurve, mean_curve
from trecx.scores import FloatArray
from trecx.store import Run
from trecx.threshold.benefit_curve import REACHED, BenefitCurve, TradeoffPoint, tradeoff_points
from trecx.threshold.oracle import oracle
from trecx.threshold.run_context import RunContext

MAX_POINTS = 1000  # of a line that is drawn


class Mean(NamedTuple):
    """A number of one run, or the mean over seeds with its standard deviation (ddof 1)."""

    value: float
    spread: float | None = None

    @classmethod
    def of(cls, values: Sequence[float]) -> "Mean":
        """Return the mean of one value per seed.

        >>> Mean.of([1.0, 3.0]).value
        2.0
        """
        return cls(float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else None)


class DesignPoint(NamedTuple):
    """What a design does at one ρ; each number is that of one run, or the mean over seeds.

    Attributes:
        accuracy: total accuracy (Eq. 2), 0..1.
        exit_rate: share of samples that stop before the final exit, 0..1.
        flops: expected FLOPs per sample.
        accuracy_change: accuracy minus the baseline's, −1..1; None without a baseline.
        flops_change: FLOPs relative to the baseline's: −0.4 are 40 % less; None without a baseline.
    """

    accuracy: Mean
    exit_rate: Mean
    flops: Mean
    accuracy_change: Mean | None
    flops_change: Mean | None


@dataclass(frozen=True, eq=False)
class Design:
    """A design and everything that its numbers depend on.

    Attributes:
        name: unique among the designs compared.
        runs: one per seed; one run if the seed is unknown.
        situations: the context of each run.
    """

    name: str
    runs: Sequence[Run]
    situations: Sequence[RunContext]

    @property
    def curves(self) -> list[BenefitCurve]:
        """The exact benefit curve of each run."""
        return [context.curve for context in self.situations]

    @property
    def exit_flops(self) -> tuple[int, ...]:
        """FLOPs from the input to the prediction of exit k."""
        return self.runs[0].exit_flops

    @cached_property
    def line(self) -> MeanCurve:
        """The line to draw: the mean over seeds, or up to 1,000 steps of one run, evenly spaced in FLOPs."""
        if len(self.runs) > 1:
            return mean_curve(self.curves)
        curve = self.curves[0]
        flops, accuracy, thresholds = (
            column[::-1] for column in (curve.flops, curve.accuracy, curve.thresholds)
        )
        steps = np.arange(len(flops))
        if len(flops) > MAX_POINTS:
            steps = np.unique(np.searchsorted(flops, np.linspace(flops[0], flops[-1], MAX_POINTS)))
            steps = steps.clip(max=len(flops) - 1)
        return MeanCurve(flops[steps], accuracy[steps], None, np.column_stack([thresholds[steps]] * 2))

    def at(self, threshold: float) -> DesignPoint:
        """Return what the design does at ρ; each run is held against its own baseline."""
        steps = [curve.at([threshold]) for curve in self.curves]
        accuracies, rates, flops = (
            [float(getattr(step, name)[0]) for step in steps] for name in ("accuracy", "exit_rate", "flops")
        )
        references = [context.reference for context in self.situations]
        known = [(float(each["accuracy"]), float(each["flops"])) for each in references if each is not None]
        changes: tuple[Mean | None, Mean | None] = (None, None)
        if len(known) == len(steps):
            changes = (
                Mean.of([value - before for value, (before, _) in zip(accuracies, known, strict=True)]),
                Mean.of([spent / before - 1 for spent, (_, before) in zip(flops, known, strict=True)]),
            )
        return DesignPoint(Mean.of(accuracies), Mean.of(rates), Mean.of(flops), *changes)

    @property
    def other_baseline(self) -> str:
        """The precision of a baseline's scores if it is not the design's; else empty."""
        return next((context.other_baseline for context in self.situations if context.other_baseline), "")

    @cached_property
    def baseline(self) -> tuple[Mean, Mean] | None:
        """Accuracy and FLOPs of the baseline; None if it was not scored."""
        known = [context.reference for context in self.situations]
        if any(reference is None for reference in known):
            return None
        references = [reference for reference in known if reference is not None]
        return (
            Mean.of([float(reference["accuracy"]) for reference in references]),
            Mean.of([float(reference["flops"]) for reference in references]),
        )

    @cached_property
    def ranks(self) -> list[Rank] | None:
        """Each run's rank vs its own baseline; None if a run has no baseline."""
        if self.baseline is None:
            return None
        return [
            rank(
                context.curve,
                oracle(context.table, context.class_weights),
                float(context.reference["accuracy"]),
                float(context.reference["flops"]),
            )
            for context in self.situations
            if context.reference is not None
        ]

    @property
    def saving(self) -> Mean | None:
        """The mean FLOPs saving, 0..1 (`ranking.Rank`); None without a baseline."""
        return Mean.of([each.saving for each in self.ranks]) if self.ranks else None

    @property
    def shortfall(self) -> Mean | None:
        """The baseline's accuracy minus the design's best one, 0..1; None without a baseline."""
        return Mean.of([each.shortfall for each in self.ranks]) if self.ranks else None

    @property
    def oracle_share(self) -> Mean | None:
        """The saving as a share of the oracle's; None without a baseline, or if the oracle saves nothing."""
        shares = [each.oracle_share for each in self.ranks or ()]
        known = [share for share in shares if share is not None]
        return Mean.of(known) if known and len(known) == len(shares) else None

    def standalone(self) -> list[Mean]:
        """Return the accuracy of each exit if all samples stopped there, without a class mix (Table 2)."""
        return [
            Mean.of(values) for values in zip(*(run.standalone_accuracy for run in self.runs), strict=True)
        ]

    def tradeoff(self, target: Target) -> list[TradeoffPoint] | None:
        """Return the point of each run closest to a target (Table 1).

        None if a run does not reach it, or if the target needs a baseline and there is none.
        """
        points = []
        for context in self.situations:
            accuracy = target.value
            if accuracy <= 0:
                if context.reference is None:
                    return None
                accuracy = float(context.reference["accuracy"]) + target.value
            if accuracy < 0:
                return None
            point = tradeoff_points(context.curve, accuracy, [0.0])[0]
            if accuracy - point.accuracy > REACHED:
                return None
            points.append(point)
        return points


def ranked(designs: Sequence[Design]) -> list[Design]:
    """Return the designs, largest saving first; those without a baseline last."""
    return sorted(designs, key=lambda design: design.saving.value if design.saving else -1.0, reverse=True)


def tradeoff_region(
    designs: Sequence[Design], below: float = LAST_POINTS
) -> tuple[FloatArray, FloatArray] | None:
    """Return the range of FLOPs and of accuracies, each of shape (2,), in which operating points are chosen.

    Accuracies start at `below` under the lowest baseline's; FLOPs go from the first curve to reach these to
    the most expensive baseline's. None if there is no baseline, or no curve reaches these accuracies.
    """
    baselines = [design.baseline for design in designs if design.baseline]
    if not baselines:
        return None
    least = min(accuracy.value for accuracy, _ in baselines) - below
    flops, accuracies = (np.concatenate([design.line[k] for design in designs]) for k in (0, 1))
    if not (accuracies >= least).any():
        return None
    first = flops[accuracies >= least].min()
    last = max(first, *(spent.value for _, spent in baselines))
    most = accuracies[(flops <= last) & (accuracies >= least)].max()
    return np.array([first, last]), np.array([least, most])
