"""Samples of a run by their outcome at ρ: page by page, from predictions and confidence alone."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from trecx.scores import ExitScores
from trecx.scores.run import Run
from trecx.store.columns import DamageError
from trecx.store.connection import Database
from trecx.store.run_scores import RunScores
from trecx.store.sample_filter import GAP_UNIT, Key, SampleFilter, Selection, select_samples
from trecx.store.sample_sets import find_name, labels_at, names_at, names_with
from trecx.store.tables import RunRow

COUNTED_UP_TO = 10_000
_REMEMBERED = 16  # selections, of at most half a megabyte each


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
        self._selected: OrderedDict[tuple[str, datetime, SampleFilter], Selection] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, run: Run, wanted: SampleFilter, size: int, after: Key | None = None) -> list[Thumbnail]:
        """Return up to `size` samples that follow the one with the key `after`."""
        with self._database.reading() as session:
            row = _row_of(session, run)
            if session is None or row is None:
                return []
            samples = _Samples(session, row, wanted)
            found, first = self._selection(samples), 0
            if after is not None:
                first = int(np.searchsorted(found.sort_keys, wanted.sort_key(after), side="right"))
            if first + size > len(found.positions) < found.n_samples:
                found, first = samples.select(size, after), 0
            part = slice(first, first + size)
            columns = (found.labels, found.outcomes, found.exits, found.predictions, found.confidence)
            keys = zip(found.gaps[part].tolist(), found.positions[part].tolist(), strict=True)
            names = names_at(session, row.sample_set, found.positions[part])
            values = (column[part].tolist() for column in columns)
            return [Thumbnail(*each) for each in zip(keys, names, *values, strict=True)]

    def count(self, run: Run, wanted: SampleFilter, up_to: int = COUNTED_UP_TO) -> int:
        """Return the number of samples; `up_to` + 1 stands for more than `up_to`."""
        with self._database.reading() as session:
            row = _row_of(session, run)
            if session is None or row is None:
                return 0
            return min(self._selection(_Samples(session, row, wanted)).n_samples, up_to + 1)

    def positions(self, run: Run, wanted: SampleFilter, up_to: int = COUNTED_UP_TO) -> list[int]:
        """Return the positions of the first samples, in the order of the gallery."""
        with self._database.reading() as session:
            row = _row_of(session, run)
            if session is None or row is None:
                return []
            samples = _Samples(session, row, wanted)
            found = self._selection(samples)
            if up_to > len(found.positions) < found.n_samples:
                found = samples.select(up_to)
            positions: list[int] = found.positions[:up_to].tolist()
            return positions

    def find(self, run: Run, name: str) -> tuple[int, int] | None:
        """Return position and true class of the sample called `name`; None if there is none."""
        with self._database.reading() as session:
            row = _row_of(session, run)
            if session is None or row is None:
                return None
            position = find_name(session, row.sample_set, name)
            if position is None:
                return None
            (label,) = labels_at(session, row.sample_set, np.array([position]))
            return position, label

    def answers(self, run: Run, position: int) -> dict[str, Answers]:
        """Return the predictions of every run over the same samples for one of them, by run id.

        A run whose scores are damaged is left out, unless it is `run` itself.
        """
        with self._database.reading() as session:
            query = select(RunRow).filter_by(sample_set_id=run.sample_set_id).order_by(RunRow.id)
            found: dict[str, Answers] = {}
            if session is None:
                return found
            for row in session.scalars(query):
                try:
                    found[row.run_id] = Answers(*RunScores(session, row).answer(position))
                except DamageError:
                    if row.run_id == run.run_id:
                        raise
            return found

    def _selection(self, samples: "_Samples") -> Selection:
        """Return the first samples that a filter selects; those of the last filters are remembered."""
        key = samples.key
        with self._lock:
            known = self._selected.pop(key, None)
        if known is None:
            known = samples.select(COUNTED_UP_TO + 1)
        with self._lock:
            self._selected[key] = known
            while len(self._selected) > _REMEMBERED:
                self._selected.popitem(last=False)
        return known


def _row_of(session: Session | None, run: Run) -> RunRow | None:
    return session.scalar(select(RunRow).filter_by(run_id=run.run_id)) if session else None


class _Samples:
    """The samples of a run and a filter of them; what is needed is read once."""

    def __init__(self, session: Session, row: RunRow, wanted: SampleFilter) -> None:
        self.key = row.run_id, row.created_at, wanted  # an id may be that of a deleted run
        self._session, self._row, self._wanted = session, row, wanted

    @cached_property
    def _answers(self) -> ExitScores:
        return RunScores(self._session, self._row).answers()

    @cached_property
    def _named(self) -> npt.NDArray[np.bool_] | None:
        text = self._wanted.text
        return names_with(self._session, self._row.sample_set, text) if text else None

    def select(self, size: int, after: Key | None = None) -> Selection:
        return select_samples(self._answers, self._wanted, size, self._named, after)
