"""The three slides of an operating point: benefit curve, savings, and confusion matrix."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go

from trecx.datasets.tasks import short_name, task_of
from trecx.figures import flops_axis, must_write_pictures
from trecx.figures.by_class import signed
from trecx.figures.slides import Bars, Chosen, Words, benefit_slide, confusion_slide, savings_slide
from trecx.figures.style import shortened
from trecx.saved_points.record import PointRecord
from trecx.saved_points.texts import guarantee_text, rule_text, split_text
from trecx.scores import FloatArray, IntArray
from trecx.store import Run
from trecx.threshold.energy_saving import energy_saving
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.run_context import RunContext


def write_slides(
    run: Run, context: RunContext, threshold: float, out: Path, record: PointRecord | None = None
) -> dict[str, Path]:
    """Write the slides as SVG or PNG, by the extension of `out`; return their paths by name.

    Args:
        run: the run shown.
        context: its context: class mix, device, battery.
        threshold: ρ on the device; nan with one threshold per exit.
        out: "slides.png" means slides-benefit-curve.png and so on.
        record: as of `slides`.

    Raises:
        ThresholdError: ρ is neither within 0..1 nor `inf`.
        OutputError: the slides cannot be drawn or written; the message says why.
    """
    drawn = slides(run, context, threshold, record)
    paths = {name: out.with_name(f"{out.stem}-{name.replace(' ', '-')}{out.suffix}") for name in drawn}
    must_write_pictures({paths[name]: figure for name, figure in drawn.items()})
    return paths


def slides(
    run: Run, context: RunContext, threshold: float, record: PointRecord | None = None
) -> dict[str, go.Figure]:
    """Return the slides by name: "benefit curve", "savings" and "confusion".

    Args:
        run: the run shown.
        context: its counts at every ρ, class mix, device, battery.
        threshold: ρ on the device; nan with one threshold per exit.
        record: the point with its split, its guarantee and its thresholds per exit, which the slides name.

    Raises:
        ThresholdError: ρ is neither within 0..1 nor `inf`.
    """
    subject = _Subject(run, context, threshold, record)
    return {
        "benefit curve": _benefit_slide(subject),
        "savings": _savings_slide(subject),
        "confusion": _confusion_slide(subject),
    }


@dataclass(frozen=True, eq=False)
class _Subject:
    """The run, context and ρ of the slides."""

    run: Run
    context: RunContext
    threshold: float
    record: PointRecord | None

    @cached_property
    def point(self) -> OperatingPoint:
        if self.record and self.record.rule.per_exit is not None:
            return _point_of(self.record)
        return self.context.point(self.threshold)

    @cached_property
    def in_full(self) -> OperatingPoint:
        return self.context.point(math.inf)

    @property
    def noun(self) -> str:
        return task_of(self.run.task, self.run.noun).noun

    @property
    def against(self) -> str:
        return "baseline" if self.context.reference else "final exit"

    @property
    def reference(self) -> dict[str, Any]:
        """The reference of all changes: the baseline, or this network without early exits."""
        return self.context.without_early_exits

    @property
    def about(self) -> str:
        run, weights = self.run, self.context.class_weights
        system = short_name(run.system, run.precision)
        mix = "" if weights is None else ", classes weighted"
        over = f"{system} ({run.source}) on {run.dataset}, {self.samples}{mix}, {self.rho}{self.promise}"
        return f"{over}; run {run.run_id}"

    @property
    def rho(self) -> str:
        if self.record and self.record.rule.per_exit is not None:
            return rule_text(self.record.rule)
        return f"ρ = {self.threshold:.4g}" if self.threshold <= 1 else "no early exits"

    @property
    def samples(self) -> str:
        if self.record and self.record.split:
            return split_text(self.record.split, self.noun)
        n, half = self.context.table.n_samples, self.context.half
        return f"{n:,} {self.noun}s of the {half.title}" if half else f"{self.run.n_samples:,} {self.noun}s"

    @property
    def promise(self) -> str:
        guarantee = self.record.guarantee if self.record else None
        return f" ({guarantee_text(guarantee, self.noun)})" if guarantee else ""


def _point_of(record: PointRecord) -> OperatingPoint:
    """Return the point of a record, with its classes taken together except in the confusion matrix."""
    numbers = record.numbers
    return OperatingPoint(
        record.rule.at,
        (math.nan, math.nan),
        np.array([numbers["exit_samples"]]),
        np.array(numbers["confusion"]),
        np.array([list(numbers["outcomes"].values())]),
        np.array(record.run.exit_flops),
    )


def _benefit_slide(subject: _Subject) -> go.Figure:
    point, reference = subject.point, subject.reference
    axis = flops_axis(subject.context.table.exit_flops)
    name = "one threshold per exit" if math.isnan(subject.threshold) else subject.rho
    gain = signed(100 * (point.accuracy - reference["accuracy"]))
    saved = signed(100 * (point.flops / reference["flops"] - 1))
    return benefit_slide(
        Words(
            f"{saved} % FLOPs, {gain} pt accuracy",
            f"Compared with the {subject.against}. {subject.about}",
        ),
        subject.context.curve,
        axis,
        Chosen(name, point.expected(axis.exit_costs) / axis.scale, point.accuracy),
        (reference["flops"], reference["accuracy"]) if subject.context.reference else None,
    )


def _savings_slide(subject: _Subject) -> go.Figure:
    point, reference, device = subject.point, subject.reference, subject.context.device
    costs, before = subject.context.conditions.costs, reference.get("energy_uj")
    of_what, where = "FLOPs", ""
    names, values = (subject.against, "with early exit"), (reference["flops"] / 1e6, point.flops / 1e6)
    title = "million FLOPs per inference"
    if costs and before:
        of_what, where = "energy", f". Energy: {device.title if device else 'measured'}{_by_other(subject)}"
        title = f"energy per inference (mJ, {costs.title})"
        values = (before / 1000, point.expected(costs.energy_uj) / 1000)
    change = signed(100 * (values[1] / values[0] - 1))
    return savings_slide(
        Words(
            f"{100 * point.exit_rate:.1f} % of {subject.noun}s exit early: {change} % {of_what}",
            f"Compared with the {subject.against}. {subject.about}{where}",
        ),
        point.exit_counts / point.n_samples,
        Bars(title, names, values),
    )


def _by_other(subject: _Subject) -> str:
    """Return both changes of energy, if the two estimates differ by more than 3 pt."""
    saving = energy_saving(subject.context, subject.point)
    return f"; {saving.text}" if saving and saving.differs else ""


def _confusion_slide(subject: _Subject) -> go.Figure:
    context, names = subject.context, subject.context.table.class_names
    against = context.baseline.operating_point(math.inf) if context.baseline else subject.in_full
    if context.baseline and context.class_weights is not None:
        against = against.weighted(context.class_weights)
    confusion = subject.point.confusion
    return confusion_slide(
        Words(
            _gained_most(names, confusion, against.confusion, subject),
            f"{subject.noun.capitalize()}s more (+) or fewer (−) than with the {subject.against}: green is "
            f"better, yellow is worse, correct predictions are framed. {subject.about}",
        ),
        names,
        confusion,
        against.confusion,
    )


def _gained_most(
    names: Sequence[str], confusion: IntArray | FloatArray, against: IntArray | FloatArray, subject: _Subject
) -> str:
    """Return the title: the class whose number of wrong predictions rises most."""
    change = confusion - against
    wrong = change.sum(axis=0) - change.diagonal()
    most = int(np.argmax(wrong))
    if wrong[most] < 0.5:
        return f"No confusion is more frequent than with the {subject.against}"
    return f"{signed(wrong[most], 0)} {subject.noun}s wrongly predicted as {shortened(names[most])}"
