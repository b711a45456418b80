"""Samples of a run by their outcome at ρ: page by page, directly from an index.

The scores of a run are not loaded. The table `outcomes` is clustered by run, outcome and gap, so a page is
the first rows of one range of it for each requested outcome.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import and_, select

from trecx.scores.run import Run
from trecx.store.connection import Database
from trecx.store.derived import GAP_UNIT
from trecx.store.sample_filter import Key, SampleFilter, wanted_rows
from trecx.store.tables import OutcomeRow, RunRow, SampleRow, ScoreRow

COUNTED_UP_TO = 10_000


@dataclass(frozen=True)
class Thumbnail:
    """One sample as a gallery shows it.

    Attributes:
        key: its place in the gallery: the gap in millionths, then the position in the split.
        name: of the sample.
        label: the true class.
        outcome: index into `outcomes.OUTCOMES`.
        exit: where the sample exits, 0 is the first exit.
        prediction: the predicted class at that exit.
        confidence: of this prediction, 0..1.
    """

    key: Key
    name: str
    label: int
    outcome: int
    exit: int
    prediction: int
    confidence: float

    @property
    def position(self) -> int:
        """Position of the sample in its split."""
        return self.key[1]

    @property
    def gap(self) -> float:
        """Confidence of the final exit minus that of the first exit, −1..1."""
        return self.key[0] * GAP_UNIT


@dataclass(frozen=True, eq=False)
class Answers:
    """Predictions of every exit of one run for one sample.

    Attributes:
        predictions: of shape (n_exits,).
        confidence: 0..1, float32 of shape (n_exits,).
        probabilities: softmax scores, float32 of shape (n_exits, n_classes); None in a trace.
    """

    predictions: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float32]
    probabilities: npt.NDArray[np.float32] | None


class Gallery:
    """The samples of all runs of one database, one by one or page by page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, run: Run, wanted: SampleFilter, size: int, after: Key | None = None) -> list[Thumbnail]:
        """Return up to `size` samples that follow the one with the key `after`.

        A late page takes no longer than the first one, because it starts at its key.
        """
        with self._database.reading() as session:
            found = wanted_rows(session, run, wanted, size, after) if session else None
            if session is None or found is None:
                return []
            query = (
                found.add_columns(SampleRow.name)
                .join(SampleRow, SampleRow.position == OutcomeRow.position)
                .where(SampleRow.sample_set_id == run.sample_set_id)
                .order_by(*wanted.order(OutcomeRow.gap, OutcomeRow.position))
            )
            return [_thumbnail(row, name) for row, name in session.execute(query)]

    def count(self, run: Run, wanted: SampleFilter, up_to: int = COUNTED_UP_TO) -> int:
        """Return the number of samples; `up_to` + 1 stands for more than `up_to`."""
        return len(self.positions(run, wanted, up_to + 1))

    def positions(self, run: Run, wanted: SampleFilter, up_to: int = COUNTED_UP_TO) -> list[int]:
        """Return the positions of the first samples, in the order of the gallery."""
        with self._database.reading() as session:
            found = wanted_rows(session, run, wanted, up_to) if session else None
            if session is None or found is None:
                return []
            order = wanted.order(OutcomeRow.gap, OutcomeRow.position)
            return list(session.scalars(found.with_only_columns(OutcomeRow.position).order_by(*order)))

    def find(self, run: Run, name: str) -> tuple[int, int] | None:
        """Return position and true class of the sample called `name`; None if there is none."""
        with self._database.reading() as session:
            query = (
                select(SampleRow.position, SampleRow.label)
                .filter_by(sample_set_id=run.sample_set_id, name=name)
                .limit(1)
            )
            row = session.execute(query).first() if session else None
            return (row.position, row.label) if row else None

    def answers(self, run: Run, position: int) -> dict[str, Answers]:
        """Return the predictions of every run over the same samples for one of them, by run id."""
        with self._database.reading() as session:
            query = (
                select(RunRow.run_id, ScoreRow.prediction, ScoreRow.confidence, ScoreRow.probabilities)
                .join(ScoreRow, and_(ScoreRow.run == RunRow.id, ScoreRow.position == position))
                .where(RunRow.sample_set_id == run.sample_set_id)
                .order_by(RunRow.id, ScoreRow.exit)
            )
            by_run: dict[str, list[tuple[int, float, bytes | None]]] = {}
            for row in session.execute(query) if session else ():
                answer = (row.prediction, row.confidence, row.probabilities)
                by_run.setdefault(row.run_id, []).append(answer)
        return {run_id: _answers(rows) for run_id, rows in by_run.items()}


def _thumbnail(row: OutcomeRow, name: str) -> Thumbnail:
    return Thumbnail(
        (row.gap, row.position),
        name,
        row.label,
        row.outcome,
        row.exit,
        row.prediction,
        _confidence(row.confidence),
    )


def _confidence(bits: int) -> float:
    """The confidence with these bits (`derived.confidence_bits`)."""
    (value,) = struct.unpack("<f", struct.pack("<I", bits))
    return float(value)


def _answers(rows: Sequence[tuple[int, float, bytes | None]]) -> Answers:
    predictions, confidence, probabilities = zip(*rows, strict=True)
    full = None not in probabilities
    return Answers(
        np.array(predictions, np.int64),
        np.array(confidence, np.float32),
        np.frombuffer(b"".join(probabilities), "<f4").reshape(len(rows), -1) if full else None,
    )
