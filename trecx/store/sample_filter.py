"""Filters the samples of a run with a query that uses an index."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    exists,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from trecx.scores.run import Run
from trecx.store.derived import confidence_bits, confidence_gaps
from trecx.store.tables import OutcomeRow, RunRow, SampleRow, ScoreRow
from trecx.threshold.outcomes import DESTRUCTIVE, HOPELESS, OUTCOMES, PREMATURE

EVERY = tuple(range(len(OUTCOMES)))
_WRONG = {PREMATURE, HOPELESS, DESTRUCTIVE}
_FEW_NAMES = 500  # as many positions can be given to each part of a query

Key = tuple[int, int]
Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True)
class SampleFilter:
    """A filter for the samples of a run, and their order.

    Attributes:
        threshold: ρ, on which exit and outcome of a sample depend; `inf`: no early exits.
        outcomes: which outcomes, as indices into `outcomes.OUTCOMES`.
        label: the true class; None: any.
        prediction: the predicted class; None: any.
        confidence: low and high: low <= confidence of the prediction < high; a high of 1 is included.
        at: the exit of `prediction` and `confidence`, 0 is the first; None: the exit that the sample takes
            at ρ.
        text: part of the name, in lower or upper case.
        largest_first: by confidence gap, the largest first; else the smallest.
    """

    threshold: float
    outcomes: tuple[int, ...] = EVERY
    label: int | None = None
    prediction: int | None = None
    confidence: tuple[float, float] = (0.0, 1.0)
    at: int | None = None
    text: str = ""
    largest_first: bool = True

    def order(
        self, gap: SQLColumnExpression[int], position: SQLColumnExpression[int]
    ) -> tuple[SQLColumnExpression[int], SQLColumnExpression[int]]:
        """Return the sort order, which is that of the index."""
        return (gap.desc(), position.desc()) if self.largest_first else (gap, position)


def wanted_rows(
    session: Session, run: Run, wanted: SampleFilter, size: int, after: Key | None = None
) -> Select[OutcomeRow] | None:
    """Return a query for the exits of the first samples that follow the one with the key `after`.

    One part for each outcome reads its own range of the primary key in order and stops at `size` rows; the
    first of all these rows are the result. None if there can be no rows.

    Args:
        session: reads the rows.
        run: the run of the samples.
        wanted: filter and order.
        size: the largest number of rows.
        after: key of the last sample before them; None: from the first.
    """
    key = session.scalar(select(RunRow.id).filter_by(run_id=run.run_id))
    outcomes = _possible(run, wanted)
    if key is None or not outcomes:
        return None
    few = _few_named(session, key, run, wanted.text)
    if few == []:
        return None
    parts = [
        select(_part(key, outcome, run, wanted, after, few).limit(size).subquery()) for outcome in outcomes
    ]
    found = union_all(*parts).subquery()
    first = select(found).order_by(*wanted.order(found.c.gap, found.c.position)).limit(size).subquery()
    # Each of the first has such a row. The join is an outer one because newer releases of SQLite (3.53) turn
    # an inner one around, and read all rows of the run for the few that are looked for.
    exit_taken = and_(*_exit_row(OutcomeRow, key, wanted, first.c.gap, first.c.position))
    return select(OutcomeRow).select_from(first).outerjoin(OutcomeRow, exit_taken)


def _exit_row(
    place: type[OutcomeRow],
    key: int,
    wanted: SampleFilter,
    gap: SQLColumnExpression[int],
    position: SQLColumnExpression[int],
) -> Conditions:
    """The row of the exit that this sample takes at ρ."""
    rho = int(confidence_bits(wanted.threshold))
    return [
        place.run == key,
        place.outcome.in_(wanted.outcomes),
        place.gap == gap,
        place.position == position,
        place.leaves_above < rho,
        place.leaves_up_to >= rho,
    ]


def _possible(run: Run, wanted: SampleFilter) -> list[int]:
    """The outcomes whose ranges can contain such samples."""
    outcomes = EVERY if wanted.outcomes and _on_row_of_exit(run, wanted) else wanted.outcomes
    if wanted.label is None or wanted.prediction is None or _by_score(run, wanted):
        return list(outcomes)
    return [outcome for outcome in outcomes if (outcome in _WRONG) == (wanted.label != wanted.prediction)]


def _on_row_of_exit(run: Run, wanted: SampleFilter) -> bool:
    """Every sample has a row for the first exit and one for the final exit, for any ρ."""
    return wanted.at in (0, run.n_exits - 1)


def _by_score(run: Run, wanted: SampleFilter) -> bool:
    """At an exit between these, there are rows only for samples that exit there for some ρ."""
    return wanted.at is not None and not _on_row_of_exit(run, wanted)


def _part(
    key: int, outcome: int, run: Run, wanted: SampleFilter, after: Key | None, few: list[Key] | None
) -> Select[int, int]:
    """Gap and position of the samples whose prediction is in a row with this outcome."""
    answer = aliased(OutcomeRow)
    here: Conditions = [answer.run == key, answer.outcome == outcome]
    if _on_row_of_exit(run, wanted):
        place = aliased(OutcomeRow)
        here.append(answer.exit == wanted.at)
        here.append(exists().where(*_exit_row(place, key, wanted, answer.gap, answer.position)))
    else:
        rho = int(confidence_bits(wanted.threshold))
        here += [answer.leaves_above < rho, answer.leaves_up_to >= rho]
    if wanted.label is not None:
        here.append(answer.label == wanted.label)
    here += _scored(key, answer, wanted) if _by_score(run, wanted) else _answered(answer, wanted)
    if after is not None:
        reached, last = tuple_(answer.gap, answer.position), tuple_(*map(literal, after))
        here.append(reached < last if wanted.largest_first else reached > last)
    if wanted.text:
        here += _named(answer, run.sample_set_id, wanted.text, few)
    order = wanted.order(answer.gap, answer.position)
    return select(answer.gap, answer.position).where(*here).order_by(*order)


def _answered(answer: type[OutcomeRow], wanted: SampleFilter) -> Conditions:
    low, high = wanted.confidence
    asked: Conditions = []
    if wanted.prediction is not None:
        asked.append(answer.prediction == wanted.prediction)
    if low > 0:
        asked.append(answer.confidence >= int(confidence_bits(low)))
    if high < 1:
        asked.append(answer.confidence < int(confidence_bits(high)))
    return asked


def _scored(key: int, place: type[OutcomeRow], wanted: SampleFilter) -> Conditions:
    low, high = wanted.confidence
    asked: Conditions = [ScoreRow.confidence >= low, ScoreRow.confidence < (high if high < 1 else 2)]
    if wanted.prediction is not None:
        asked.append(ScoreRow.prediction == wanted.prediction)
    one = (ScoreRow.run == key, ScoreRow.position == place.position, ScoreRow.exit == wanted.at)
    return [exists().where(*one, *asked)]


def _few_named(session: Session, key: int, run: Run, text: str) -> list[Key] | None:
    """Gap and position, the key of the index, of samples with `text` in their name, if they are few."""
    if not text:
        return None
    named = select(SampleRow.position).where(SampleRow.sample_set_id == run.sample_set_id, _has(text))
    found = sorted(session.scalars(named.limit(_FEW_NAMES + 1)))
    if not found or len(found) > _FEW_NAMES:
        return None if found else []
    ends = select(ScoreRow.confidence).where(
        ScoreRow.run == key, ScoreRow.position.in_(found), ScoreRow.exit.in_([0, run.n_exits - 1])
    )
    confidence = session.scalars(ends.order_by(ScoreRow.position, ScoreRow.exit)).all()
    gaps = confidence_gaps(np.array(confidence).reshape(len(found), -1))
    return list(zip(gaps.tolist(), found, strict=True))


def _named(answer: type[OutcomeRow], sample_set: int, text: str, few: list[Key] | None) -> Conditions:
    if few is not None:
        gaps, positions = zip(*few, strict=True)
        return [
            answer.gap.in_(set(gaps)),
            (answer.position + 0).in_(positions),
        ]  # + 0: found by the gap alone
    of_sample = (SampleRow.sample_set_id == sample_set, SampleRow.position == answer.position)
    return [exists().where(*of_sample, _has(text))]


def _has(text: str) -> ColumnElement[bool]:
    return SampleRow.name.contains(text, autoescape=True)  # SQLite: in lower or upper case
