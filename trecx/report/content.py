"""What a report hands over."""

from collections.abc import Sequence
from dataclasses import dataclass

from trecx.comparison.design import Design
from trecx.report.sample_pictures import Picture
from trecx.saved_points.capture import context_of
from trecx.saved_points.record import PointRecord, SavedPoint
from trecx.store import Run, Store
from trecx.store.run_context import counts_of
from trecx.threshold.run_context import RunContext

CHOSEN = "chosen"  # what a point without a name is called


@dataclass(frozen=True, eq=False)
class Report:
    """What a report hands over.

    Attributes:
        run: what is looked at.
        context: its counts, and all that its numbers depend on.
        record: the chosen point with all that defines it.
        saved: other points that somebody kept of the same run, by the same criterion.
        others: designs to show beside it.
        pictures: samples that it overthinks; None: nobody asked for them.
    """

    run: Run
    context: RunContext
    record: PointRecord
    saved: Sequence[SavedPoint] = ()
    others: Sequence[Design] = ()
    pictures: Sequence[Picture] | None = None

    @property
    def records(self) -> list[PointRecord]:
        """The chosen point, then the saved ones."""
        return [self.record, *(point.record for point in self.saved)]

    @property
    def named(self) -> list[tuple[str, float]]:
        """Name and ρ of each of them that has a ρ: what is marked."""
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
    """Return what there is to hand over of a run.

    Args:
        store: where points of the run may have been kept.
        run: a run of two exits or more.
        context: what it is looked at with; its counts are by the criterion of the record's rule.
        record: the chosen point.
        others: designs to show beside it.
        pictures: samples that it overthinks; None: nobody asked for them.
    """
    saved = [
        point
        for point in store.points.all()
        if point.retired_at is None
        and point.record.name != record.name
        and point.record.run.identity == run.identity
        and point.record.rule.criterion == record.rule.criterion
    ]
    return Report(run, context, record, saved, others, pictures)


def report_of_point(store: Store, run: Run, record: PointRecord) -> Report:
    """Return what there is to hand over of a point that somebody kept, looked at as it was then.

    Args:
        store: where the run is.
        run: the run of the record.
        record: the point, with its name, its note and its numbers as kept.

    Raises:
        TrecxError: its device is not known any more, or its class mix does not fit the samples.
    """
    baselines = [other for other in store.runs() if other.run_id == record.baseline_run_id]
    baseline = store.load_table(baselines[0]) if baselines else None
    context = context_of(record, counts_of(store, run, record.rule.criterion), baseline)
    return report_of(store, run, context, record)
