"""Rows of runs: what makes two runs the same, and from rows to runs and back."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from itertools import chain, count

import numpy as np
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError, NoResultFound
from sqlalchemy.orm import Session

from trecx.scores import ExitScores
from trecx.scores.run import Provenance, Run
from trecx.store.blocks import block_slices
from trecx.store.columns import DamageError
from trecx.store.tables import RunRow, SampleSetRow

_UNREADABLE = (DamageError, DatabaseError, NoResultFound, UnicodeDecodeError)


def newest_of(session: Session, identity: str) -> RunRow | None:
    """Return the newest run of this identity."""
    return next(iter(of_identity(session, identity)), None)


def of_identity(session: Session, identity: str) -> Sequence[RunRow]:
    """Return the runs of this identity, the newest first."""
    query = select(RunRow).filter_by(identity=identity).order_by(RunRow.copy.desc())
    return session.scalars(query).all()


def readable_runs(session: Session) -> tuple[list[Run], list[str]]:
    """Return all runs that can be read, and the ids of those whose row is damaged."""
    try:
        return [run_of(row) for row in session.scalars(select(RunRow)).all()], []
    except _UNREADABLE:
        session.expunge_all()
    runs, damaged = [], []
    for key, run_id in session.execute(select(RunRow.id, RunRow.run_id)).all():
        try:
            runs.append(run_of(session.get_one(RunRow, key)))
        except _UNREADABLE:
            damaged.append(str(run_id))
    return runs, damaged


def run_of(row: RunRow) -> Run:
    """Return the run of a row."""
    columns = {field.name for field in fields(Run)}
    values = {name: getattr(row, name) for name in columns if hasattr(row, name)}
    of_set = row.sample_set
    values |= {name: getattr(of_set, name) for name in ("task", "dataset", "split", "n_samples")}
    values["class_names"] = tuple(of_set.class_names)
    values["exit_flops"] = tuple(row.exit_flops)
    values["standalone_accuracy"] = tuple(row.standalone_accuracy)
    values["created_at"] = row.created_at.replace(tzinfo=UTC)  # SQLite stores no time zone
    return Run(**values)


def new_run(
    session: Session, provenance: Provenance, scores: ExitScores, identity: str, sample_set: SampleSetRow
) -> RunRow:
    """Write the row of a new run.

    Args:
        session: writes the row.
        provenance: origin of the scores.
        scores: of the run.
        identity: of its content (`run_identity`).
        sample_set: its samples.
    """
    of_run = asdict(provenance)
    for name in ("task", "dataset", "split"):
        del of_run[name]
    row = RunRow(
        **of_run,
        run_id=_free_run_id(session, f"{provenance.task}-{provenance.system}-{identity[:8]}"),
        identity=identity,
        copy=1 + (known.copy if (known := newest_of(session, identity)) else 0),
        sample_set_id=sample_set.id,
        precision=provenance.precision,
        exit_flops=scores.exit_flops.tolist(),
        standalone_accuracy=scores.standalone_accuracy.tolist(),
        full_softmax=scores.probabilities is not None,
        created_at=datetime.now(UTC).replace(tzinfo=None),
    )
    session.add(row)
    session.flush()
    return row


def _free_run_id(session: Session, name: str) -> str:
    """Return the name, or, if a run has it, the name with the lowest number from 2 that is free."""
    like = select(RunRow.run_id).where(RunRow.run_id.startswith(name, autoescape=True))
    taken, names = set(session.scalars(like)), chain([name], (f"{name}-{number}" for number in count(2)))
    return next(each for each in names if each not in taken)


def run_identity(provenance: Provenance, samples_sha256: str, scores: ExitScores | None = None) -> str:
    """Return the hash that is equal for equal runs: of the model, or, without a model, of the scores."""
    content = provenance.model_sha256
    if content is None and scores is not None:
        content = _scores_sha256(scores)
    parts = [
        provenance.task,
        provenance.system,
        provenance.source,
        provenance.split,
        content,
        samples_sha256,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _scores_sha256(scores: ExitScores) -> str:
    found = hashlib.sha256(scores.exit_flops.tobytes())
    full = () if scores.probabilities is None else (scores.probabilities,)
    for values in (scores.predictions, scores.confidence, *full):
        for part in block_slices(scores.n_samples):
            found.update(np.ascontiguousarray(values[part]).data)
    return found.hexdigest()
