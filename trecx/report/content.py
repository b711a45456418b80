"""The content of a report."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trecx.comparison.design import Design
from trecx.console import MOST_AT_ONCE, SEVERAL, SampleLevels
from trecx.datasets.halves import Half
from trecx.device.instructions import exit_instructions
from trecx.report.sample_pictures import Picture
from trecx.saved_points.capture import context_of
from trecx.saved_points.record import PointRecord, SavedPoint
from trecx.scores.run import other_precision
from trecx.store import Run, Store
from trecx.store.run_context import answers_of, counts_of, joint_counts_of
from trecx.threshold.joint_counts import JointCounts, int8_candidates
from trecx.threshold.run_context import RunContext

CHOSEN = "chosen"  # name of a point that has none


@dataclass(frozen=True, eq=False)
class PerExitSamples:
    """The samples of a run for one threshold per exit.

    Attributes:
        levels: for the console's handles.
        joint: for the Pareto front.
    """

    levels: SampleLevels
    joint: JointCounts

    @classmethod
    def of(cls, store: Store, run: Run, criterion: str, half: Half | None) -> "PerExitSamples | None":
        """Read them; None if the run has one early exit, or more samples than a report has room for.

        Args:
            store: the store of the run.
            run: the run.
            criterion: the exit criterion (`exit_criteria.CRITERIA`).
            half: the half of the samples; None: all.
        """
        if run.n_exits < SEVERAL or run.n_samples > MOST_AT_ONCE:
            return None
        joint = joint_counts_of(store, run, int8_candidates(), criterion, half)
        return cls(SampleLevels.of(answers_of(store, run, criterion, half)), joint)


@dataclass(frozen=True, eq=False)
class Report:
    """The content of a report.

    Attributes:
        run: the run shown.
        context: its counts at every ρ with class mix, device, battery and inference rate; also for a point
            with one threshold per exit, whose own numbers are those of its record.
        record: the chosen point with its definition.
        saved: other saved points of the same run with the same exit criterion.
        others: designs to compare with the run.
        pictures: samples with destructive overthinking; None: not requested.
        per_exit: the run's samples for one threshold per exit; None: it has one early exit, or too many
            samples.
    """

    run: Run
    context: RunContext
    record: PointRecord
    saved: Sequence[SavedPoint] = ()
    others: Sequence[Design] = ()
    pictures: Sequence[Picture] | None = None
    per_exit: PerExitSamples | None = None

    @property
    def records(self) -> list[PointRecord]:
        """The chosen point, then the saved ones."""
        return [self.record, *(point.record for point in self.saved)]

    @property
    def named(self) -> list[tuple[str, float]]:
        """Name and ρ of each point with ρ ≤ 1: these are marked on the curve."""
        marks = [(record.name or CHOSEN, record.rule.effective) for record in self.records]
        return [(name, threshold) for name, threshold in marks if threshold <= 1]


def report_of(
    store: Store,
    run: Run,
    context: RunContext,
    record: PointRecord,
    others: Sequence[Design] = (),
    pictures: Sequence[Picture] | None = None,
) -> Report:
    """Return the report of a run.

    Args:
        store: the store of the saved points.
        run: a run with two exits or more.
        context: its counts, by the exit criterion of the record's rule, with class mix, device and battery.
        record: the chosen point.
        others: designs to compare with the run.
        pictures: samples with destructive overthinking; None: not requested.
    """
    saved = [
        point
        for point in store.points.all()
        if point.retired_at is None
        and point.record.name != record.name
        and point.record.run.identity == run.identity
        and point.record.rule.criterion == record.rule.criterion
    ]
    per_exit = PerExitSamples.of(store, run, record.rule.criterion, context.half)
    return Report(run, context, record, saved, others, pictures, per_exit)


def report_of_point(store: Store, run: Run, record: PointRecord) -> Report:
    """Return the report of a saved point, with the settings that it was saved with.

    Args:
        store: the store of the run.
        run: the run of the record.
        record: the point, with its name, note and numbers as saved.

    Raises:
        TrecxError: its device is unknown, or its class mix does not fit the samples.
    """
    baseline = next((other for other in store.runs() if other.run_id == record.baseline_run_id), None)
    against = counts_of(store, baseline, half=record.half) if baseline else None
    counted = exit_instructions(baseline) if baseline else None
    table = counts_of(store, run, record.rule.criterion, half=record.half)
    context = context_of(record, table, against, counted)
    context = replace(context, other_baseline=other_precision(run, baseline))
    return report_of(store, run, context, record)
