"""Saved points compared with the store as it is today."""

from collections.abc import Sequence

from app.cache import exit_table, promises_today
from trecx.device.instructions import exit_instructions
from trecx.errors import TrecxError
from trecx.saved_points.capture import context_of, point_numbers
from trecx.saved_points.record import PointRecord, SavedPoint
from trecx.saved_points.status import PointStatus, point_status
from trecx.store import Run, Store


def standings(points: Sequence[SavedPoint], store: Store) -> list[PointStatus]:
    """Return the status of each point: whether its run exists, and whether its numbers are unchanged."""
    runs = {run.run_id: run for run in store.runs()}
    return [_standing(point.record, runs, store) for point in points]


def _standing(record: PointRecord, runs: dict[str, Run], store: Store) -> PointStatus:
    run = runs.get(record.run.run_id)
    if run is None or run.identity != record.run.identity:
        return point_status(record, run.identity if run else None, None)
    baseline = runs.get(record.baseline_run_id or "")
    try:
        against = exit_table(baseline, store.name, half=record.half) if baseline else None
        counted = exit_instructions(baseline) if baseline else None
        rule = record.rule
        table = exit_table(run, store.name, rule.criterion, record.half, rule.effective_per_exit)
        context = context_of(record, table, against, counted)
        split, guarantee = promises_today(run, store.name, record, context)
        today = point_numbers(context, rule)
    except TrecxError as error:
        return point_status(record, run.identity, None, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    return point_status(record, run.identity, today, split=split, guarantee=guarantee)
