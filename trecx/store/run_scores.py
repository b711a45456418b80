"""The scores of a run as columns, and what is derived from them for runs of more than one block."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import Result, select
from sqlalchemy.orm import Session

from trecx.progress import Progress, silent
from trecx.scores import ExitScores
from trecx.scores.names import NumberedNames
from trecx.store.blocks import STORED_AS, Key, KeyedColumn, block_slices, column_rows, read_columns
from trecx.store.bulk_insert import insert_rows
from trecx.store.columns import SAMPLES_A_BLOCK, Column, DamageError, dtype_for
from trecx.store.sample_sets import labels_of, names_of
from trecx.store.tables import RunRow, ScoreBlockRow
from trecx.threshold.exit_criteria import LARGEST, by_criterion
from trecx.threshold.exit_table import ExitTable

PROBABILITIES, PREDICTIONS, CONFIDENCE = "probabilities", "predictions", "confidence"
EDGES, START, MOVES = "edges", "start", "moves"  # of the counts (`ExitTable`), in exit 0, block 0
COUNTS = (EDGES, START, MOVES)
_WIDTHS = {START: 4, MOVES: 8}


def write_run(session: Session, run: int, scores: ExitScores, progress: Progress = silent) -> None:
    """Write the scores of a run.

    Args:
        session: within a transaction.
        run: number of its row.
        scores: of the run.
        progress: called while storing.
    """
    progress("storing the scores", 0, None)
    columns = score_columns(scores)
    parts = column_rows(run, columns)
    insert_rows(session, ScoreBlockRow, parts, "storing the scores", len(columns), progress)


def score_columns(scores: ExitScores) -> list[KeyedColumn]:
    """Return scores as they are stored: what came in, and, of more than one block, what is derived from it.

    These are predictions and confidence, if the scores of all classes came in, and the counts.
    """
    slices = block_slices(scores.n_samples)
    full, large = scores.probabilities is not None, len(slices) > 1
    columns: list[KeyedColumn] = [
        ((quantity, exit_, block), partial(_score_column, scores, quantity, exit_, part))
        for quantity in ([PROBABILITIES] * full + [PREDICTIONS, CONFIDENCE] * (large or not full))
        for exit_ in range(scores.n_exits)
        for block, part in enumerate(slices)
    ]
    if large:
        table = ExitTable.of(scores)
        for quantity, values in ((EDGES, table.edges), (START, table.start), (MOVES, table.moves)):
            kind = "<f8" if quantity == EDGES else dtype_for(int(values.max(initial=0)))
            columns.append(((quantity, 0, 0), partial(values.T.astype, kind)))
    return columns


def _score_column(scores: ExitScores, quantity: str, exit_: int, part: slice) -> Column:
    values: Column = getattr(scores, quantity)[part, exit_]
    return values.astype(dtype_for(scores.n_classes - 1)) if quantity == PREDICTIONS else values


class RunScores:
    """The scores of one run in the database.

    Args:
        session: reads them.
        row: of the run.

    Raises:
        DamageError: by every method, if a column is missing or is not what was written.
    """

    def __init__(self, session: Session, row: RunRow) -> None:
        self._session, self._row, self._set = session, row, row.sample_set
        self._n_exits, self._n_classes = len(row.exit_flops), len(row.sample_set.class_names)
        self._slices = block_slices(row.sample_set.n_samples)
        self._blocks = range(len(self._slices))
        self._derived = len(self._slices) > 1 or not row.full_softmax  # predictions and confidence are stored

    def scores(self) -> ExitScores:
        """Return everything that was stored."""
        with self._named():
            full = self._read(PROBABILITIES, self._blocks) if self._row.full_softmax else None
            return self._scores(names_of(self._session, self._set), full)

    def answers(self, criterion: str = LARGEST) -> ExitScores:
        """Return predictions and confidence by an exit criterion, without names and scores of all classes.

        Raises:
            ScoresError: the run does not have the scores that the criterion needs.
        """
        with self._named():
            if not self._derived:
                return by_criterion(self._scores((), self._read(PROBABILITIES, self._blocks)), criterion)
            found = self._scores(())
            if criterion == LARGEST or not self._row.full_softmax:
                return by_criterion(found, criterion)
            for block, part in enumerate(self._slices):
                of_block = ExitScores.trusted(
                    labels=found.labels[part],
                    exit_flops=found.exit_flops,
                    class_names=found.class_names,
                    sample_names=NumberedNames(part.stop - part.start),
                    predictions=found.predictions[part],
                    confidence=found.confidence[part],
                    probabilities=self._read(PROBABILITIES, [block]),
                )
                found.confidence[part] = by_criterion(of_block, criterion).confidence
            return found

    def counts(self) -> ExitTable:
        """Return the counts of the run."""
        if len(self._slices) == 1:
            return ExitTable.of(self.answers())
        found: dict[Key, Column] = {}
        with self._named():
            sizes: dict[Key, int | None] = dict.fromkeys((quantity, 0, 0) for quantity in COUNTS)
            read_columns(self._rows(COUNTS, [0]), sizes, found.__setitem__)
        start, moves = (found[name, 0, 0].reshape(n_columns, -1).T for name, n_columns in _WIDTHS.items())
        return ExitTable(
            found[EDGES, 0, 0],
            start.astype(np.int64, order="C"),
            moves.astype(np.int64, order="C"),
            np.array(self._row.exit_flops),
            tuple(self._set.class_names),
        )

    def answer(self, position: int) -> tuple[Column, Column, Column | None]:
        """Return predictions, confidence and scores of all classes of one sample.

        Returns:
            Arrays of shape (n_exits,), (n_exits,) and (n_exits, n_classes) or None.
        """
        block, place = divmod(position, SAMPLES_A_BLOCK)
        with self._named():
            full = self._read(PROBABILITIES, [block])[place] if self._row.full_softmax else None
            if full is not None:
                return full.argmax(axis=1), np.minimum(full.max(axis=1), np.float32(1)), full
            return self._read(PREDICTIONS, [block])[place], self._read(CONFIDENCE, [block])[place], None

    def _scores(self, names: Sequence[str], full: Column | None = None) -> ExitScores:
        values: dict[str, Any] = {
            "labels": labels_of(self._session, self._set),
            "exit_flops": np.array(self._row.exit_flops),
            "class_names": tuple(self._set.class_names),
            "sample_names": names or NumberedNames(self._set.n_samples),
            "probabilities": full,
        }
        if not self._derived:
            return ExitScores(**values)
        values |= {name: self._read(name, self._blocks) for name in (PREDICTIONS, CONFIDENCE)}
        return ExitScores.trusted(**values)

    def _read(self, quantity: str, blocks: Sequence[int]) -> Column:
        """Return a quantity of some blocks that follow one another, of shape (n_samples, n_exits, …)."""
        first, last = self._slices[blocks[0]].start, self._slices[blocks[-1]].stop
        shape, kind = (last - first, self._n_exits), np.int64 if quantity == PREDICTIONS else np.float32
        full = quantity == PROBABILITIES
        found = np.empty((*shape, self._n_classes), kind) if full else np.empty(shape, kind, order="F")
        places: dict[Key, Column] = {
            (quantity, exit_, block): found[
                self._slices[block].start - first : self._slices[block].stop - first, exit_
            ]
            for exit_ in range(self._n_exits)
            for block in blocks
        }

        def place(key: Key, values: Column) -> None:
            places[key][:] = values.reshape(places[key].shape)

        read_columns(self._rows([quantity], blocks), {key: part.size for key, part in places.items()}, place)
        return found

    def _rows(self, quantities: Sequence[str], blocks: Sequence[int]) -> Result[Any]:
        table = ScoreBlockRow.__table__.c
        query = select(table.quantity, table.exit, table.block, *(table[name] for name in STORED_AS)).where(
            table.run == self._row.id, table.quantity.in_(quantities)
        )
        if len(blocks) < len(self._blocks):
            query = query.where(table.block.between(blocks[0], blocks[-1]))
        return self._session.connection().execute(query)  # plain rows: quicker than those of the session

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except DamageError as error:
            raise DamageError(f"run {self._row.run_id} is damaged ({error})") from error
