"""A figure of the paper for one setting: its picture, its numbers, and the paper's claims."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import plotly.graph_objects as go

from trecx.reproduction.estimates import Estimate
from trecx.reproduction.evidence import Evidence
from trecx.reproduction.paper import TABLE_1
from trecx.reproduction.rows import Row, gain_row
from trecx.scores import ExitScores

Record = dict[str, object]
Measure = Callable[[list[tuple[ExitScores, ExitScores]]], Estimate]


@dataclass(frozen=True, eq=False)
class Panel:
    """A table or a figure of the paper for one setting.

    Attributes:
        rows: the paper's claims.
        figure: the picture; None if there is none.
        records: the numbers drawn or tabulated, for CSV.
        table: a table of other content than claims, as text: its head, then its rows; may be empty.
    """

    rows: Sequence[Row]
    figure: go.Figure | None
    records: Sequence[Record]
    table: Sequence[Sequence[str]] = ()


def claim(
    evidence: Evidence, what: str, one: str, other: str, measure: Measure, paper: float | None = None
) -> list[Row]:
    """Return the row of a claim that one design is more accurate; none if a design has no runs.

    Args:
        evidence: where the runs are.
        what: the claim.
        one: the design that is claimed to be more accurate.
        other: the design that it is compared with.
        measure: the difference in accuracy, 0..1, from pairs of scores.
        paper: the same in the paper, if it has a number.
    """
    if not (pairs := evidence.pairs(one, other)):
        return []
    gain, runs = measure(pairs).scaled(100), evidence.runs_of_pairs(one, other)
    said = None if paper is None else 100 * paper
    row = gain_row(what, gain, said, runs)
    return [row if evidence.setting.task in TABLE_1 else replace(row, paper="—")]


def origin(evidence: Evidence, system: str) -> Record:
    """Return the first columns of every CSV row: the setting and the runs of its numbers."""
    runs = evidence.runs[system]
    ids = " ".join(run.run_id for run in runs)
    return {"setting": evidence.setting.slug, "system": system, "n_runs": len(runs), "runs": ids}
