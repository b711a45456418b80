"""Deletes a run with its scores, and says beforehand what hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Delete, Select, delete, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from trecx.progress import Progress, silent
from trecx.scores.names import listed
from trecx.scores.run import Run, baseline_among
from trecx.store.blocks import block_slices
from trecx.store.tables import (
    CollectedRow,
    CollectionRow,
    OperatingPointRow,
    RunRow,
    SampleBlockRow,
    SampleSetRow,
    ScoreBlockRow,
)

_NAMES_SHOWN = 6


@dataclass(frozen=True)
class Dependents:
    """What hangs on a run, and what becomes of it when the run is deleted.

    Attributes:
        points: names of the saved points of the run; they stay, with the values that they were saved with.
        compared_points: names of other saved points that were compared with the run as their baseline.
        baseline_of: ids of the runs whose baseline it is, each with the id of its next one, or None.
        samples_of: ids of the other runs on the same samples.
        collections: names of the collections that have samples of it.
    """

    points: tuple[str, ...] = ()
    compared_points: tuple[str, ...] = ()
    baseline_of: tuple[tuple[str, str | None], ...] = ()
    samples_of: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()

    @property
    def samples_stay(self) -> bool:
        """Whether names and labels of the samples stay: another run or a collection has them."""
        return bool(self.samples_of or self.collections)

    @property
    def sentences(self) -> list[str]:
        """What hangs on the run, as sentences for the user."""
        said = ["Its scores are deleted."]
        if self.points:
            stay = "Its saved points stay, but cannot be opened again"
            said.append(f"{stay}: {listed(self.points, _NAMES_SHOWN)}.")
        if self.compared_points:
            said.append(
                f"It is the baseline of these saved points: {listed(self.compared_points, _NAMES_SHOWN)}."
            )
        for baseline in dict.fromkeys(other for _, other in self.baseline_of):
            names = listed([run_id for run_id, other in self.baseline_of if other == baseline], _NAMES_SHOWN)
            if baseline is None:
                said.append(f"It is the only baseline of these runs: {names}.")
            else:
                said.append(f"It is the baseline of these runs, whose baseline is then {baseline}: {names}.")
        if self.collections:
            said.append(
                f"Collections with its samples stay as they are: {listed(self.collections, _NAMES_SHOWN)}."
            )
        if not self.samples_stay:
            said.append("Its sample names and labels are deleted too; no other run has these samples.")
        return said


def dependents_of(session: Session, run: Run, row: RunRow, runs: Sequence[Run]) -> Dependents:
    """Return what hangs on a run.

    Args:
        session: reads the store.
        run: the run.
        row: its row.
        runs: all runs of the store.
    """
    others = [other for other in runs if other.run_id != run.run_id]
    before = {each.run_id: baseline_among(each, runs) for each in others if each.n_exits > 1}
    held = {each.run_id: each for each in others}
    orphans = [key for key, found in before.items() if found and found.run_id == run.run_id]
    after = {key: baseline_among(held[key], others) for key in orphans}
    return Dependents(
        *_point_names(session, run),
        tuple((key, found.run_id if found else None) for key, found in after.items()),
        tuple(each.run_id for each in others if each.sample_set_id == row.sample_set_id),
        tuple(session.scalars(_collections_with(row.sample_set_id))),
    )


def delete_run(session: Session, row: RunRow, n_samples: int, progress: Progress = silent) -> None:
    """Delete a run in the transaction of the session, and its samples unless something else has them.

    Args:
        session: within a transaction.
        row: the run.
        n_samples: number of its samples.
        progress: called after every part.
    """
    run, sample_set = row.id, row.sample_set_id
    n_blocks = len(block_slices(n_samples))
    of_run = delete(ScoreBlockRow).where(ScoreBlockRow.run == run)
    _delete_blocks(session, of_run, ScoreBlockRow.block, n_blocks, "deleting the scores", progress)
    session.execute(delete(RunRow).where(RunRow.id == run))
    if not _is_used(session, sample_set):
        of_set = delete(SampleBlockRow).where(SampleBlockRow.sample_set_id == sample_set)
        _delete_blocks(session, of_set, SampleBlockRow.block, n_blocks, "deleting the samples", progress)
        session.execute(delete(SampleSetRow).where(SampleSetRow.id == sample_set))


def _point_names(session: Session, run: Run) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the saved points of a run, and of those that have it as their baseline only."""
    own, compared = [], []
    for row in session.scalars(select(OperatingPointRow).order_by(OperatingPointRow.name)):
        if (row.run_id, row.run_identity) == (run.run_id, run.identity):
            own.append(row.name)
        elif row.definition["run"]["baseline_run_id"] == run.run_id:
            compared.append(row.name)
    return tuple(own), tuple(compared)


def _collections_with(sample_set: int) -> Select[str]:
    held = select(CollectedRow.collection_id).where(CollectedRow.sample_set_id == sample_set)
    return select(CollectionRow.name).where(CollectionRow.id.in_(held)).order_by(CollectionRow.name)


def _is_used(session: Session, sample_set: int) -> bool:
    return any(
        session.scalar(select(exists().where(table.sample_set_id == sample_set)))
        for table in (RunRow, CollectedRow)
    )


def _delete_blocks(
    session: Session,
    rows: Delete,
    block: InstrumentedAttribute[int],
    n_blocks: int,
    what: str,
    progress: Progress,
) -> None:
    """Delete rows block by block, so that progress can be told."""
    for number in range(n_blocks):
        session.execute(rows.where(block == number))
        progress(what, number + 1, n_blocks)
