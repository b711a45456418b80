"""Converts runs, samples and scores to rows, and back."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from functools import partial
from itertools import chain, count, repeat
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from trecx.progress import Progress, silent
from trecx.scores import ExitScores, IntArray
from trecx.scores.run import Provenance, Run
from trecx.store.bulk_insert import insert_rows
from trecx.store.tables import RunRow, SampleRow, SampleSetRow, ScoreRow

_ROWS_AT_ONCE = 10_000


def newest_of(session: Session, identity: str) -> RunRow | None:
    """Return the newest run of this identity."""
    return next(iter(of_identity(session, identity)), None)


def of_identity(session: Session, identity: str) -> Sequence[RunRow]:
    """Return the runs of this identity, the newest first."""
    query = select(RunRow).filter_by(identity=identity).order_by(RunRow.id.desc())
    return session.scalars(query).all()


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


def sample_set_of(
    session: Session,
    provenance: Provenance,
    scores: ExitScores,
    sha256: str,
    progress: Progress = silent,
) -> SampleSetRow:
    """Return the row of these samples; it is written now if they are new.

    Args:
        session: writes the row.
        provenance: of the run.
        scores: has the names, labels and classes of the samples.
        sha256: of these (`sample_set_sha256`).
        progress: called while storing.
    """
    key = {"task": provenance.task, "split": provenance.split, "sha256": sha256}
    row = session.scalar(select(SampleSetRow).filter_by(**key))
    if row is None:
        row = SampleSetRow(
            **key,
            dataset=provenance.dataset,
            class_names=list(scores.class_names),
            n_samples=scores.n_samples,
        )
        session.add(row)
        session.flush()
        parts = _sample_rows(row.id, scores)
        insert_rows(session, SampleRow, parts, "storing the samples", scores.n_samples, progress)
    return row


def _sample_rows(sample_set: int, scores: ExitScores) -> Iterator[list[tuple[Any, ...]]]:
    labels = scores.labels.tolist()
    for first in range(0, scores.n_samples, _ROWS_AT_ONCE):
        names = scores.sample_names[first : first + _ROWS_AT_ONCE]
        yield [
            (sample_set, position, name, labels[position]) for position, name in enumerate(names, start=first)
        ]


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
        sample_set=sample_set,
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


def score_rows(run: int, scores: ExitScores) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a run, some thousands at a time."""
    samples_at_once = max(1, _ROWS_AT_ONCE // scores.n_exits)
    exits = range(scores.n_exits)
    for first in range(0, scores.n_samples, samples_at_once):
        part = slice(first, first + samples_at_once)
        n_samples = len(scores.labels[part])
        positions = np.repeat(np.arange(first, first + n_samples), scores.n_exits).tolist()
        answers = scores.predictions[part].ravel().tolist(), scores.confidence[part].ravel().tolist()
        key = repeat(run, len(positions)), positions, [*exits] * n_samples
        yield list(zip(*key, *answers, _bytes_of(scores, part), strict=True))


def _bytes_of(scores: ExitScores, part: slice) -> Sequence[bytes | None]:
    """Return the scores of all classes as bytes, one entry per sample and exit."""
    if scores.probabilities is None:
        return [None] * scores.predictions[part].size
    whole, size = scores.probabilities[part].astype("<f4").tobytes(), 4 * scores.n_classes
    return [whole[first : first + size] for first in range(0, len(whole), size)]


def sample_set_sha256(class_names: Sequence[str], names: Sequence[str], labels: IntArray) -> str:
    """Return the hash that is equal for equal sample sets."""
    text = json.dumps([list(class_names), list(names), labels.tolist()])
    return hashlib.sha256(text.encode()).hexdigest()


def run_identity(provenance: Provenance, samples_sha256: str, scores: ExitScores | None = None) -> str:
    """Return the hash that is equal for equal runs: of the model, or, without a model, of the scores."""
    content = provenance.model_sha256
    if content is None and scores is not None:
        content = hashlib.sha256(
            b"".join(
                np.ascontiguousarray(array).tobytes()
                for array in (scores.exit_flops, scores.predictions, scores.confidence, scores.probabilities)
                if array is not None
            )
        ).hexdigest()
    parts = [
        provenance.task,
        provenance.system,
        provenance.source,
        provenance.split,
        content,
        samples_sha256,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def scores_of(session: Session, row: RunRow) -> ExitScores:
    """Return the scores of a run."""
    connection = session.connection()  # plain rows: those of the session take three times as long
    sample, score = SampleRow.__table__.c, ScoreRow.__table__.c
    of_set = select(sample.name, sample.label).where(sample.sample_set_id == row.sample_set_id)
    of_run = select(score.prediction, score.confidence, score.probabilities).where(score.run == row.id)
    samples = connection.execute(of_set.order_by(sample.position)).fetchall()
    scores = connection.execute(of_run.order_by(score.position, score.exit)).fetchall()
    names, labels = zip(*samples, strict=True)
    predictions, confidence, probabilities = zip(*scores, strict=True)
    made_of = partial(
        ExitScores,
        labels=np.array(labels),
        exit_flops=np.array(row.exit_flops),
        class_names=row.sample_set.class_names,
        sample_names=names,
    )
    shape = (len(names), len(row.exit_flops))
    if probabilities[0] is not None:
        return made_of(probabilities=np.frombuffer(b"".join(probabilities), "<f4").reshape(*shape, -1))
    return made_of(
        predictions=np.array(predictions).reshape(shape), confidence=np.array(confidence).reshape(shape)
    )
