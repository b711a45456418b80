"""What a figure shows of one setting: the picture, its numbers, and the claims that the paper makes of it."""

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
    """What a figure shows of one setting.

    Attributes:
        rows: the paper's claims.
        figure: the picture; None where there is nothing to draw.
        records: the numbers drawn, for CSV.
    """

    rows: Sequence[Row]
    figure: go.Figure | None
    records: Sequence[Record]


def claim(
    evidence: Evidence, what: str, one: str, other: str, measure: Measure, paper: float | None = None
) -> list[Row]:
    """Return the row of a claim that one system is more accurate; none where a system has no runs.

    Args:
        evidence: where the runs are.
        what: the claim.
        one: the system said to be more accurate.
        other: than this one.
        measure: how much more accurate, 0..1, from pairs of scores.
        paper: the same in the paper, if it gives a number.
    """
    if not (pairs := evidence.pairs(one, other)):
        return []
    gain, runs = measure(pairs).scaled(100), evidence.runs_of_pairs(one, other)
    said = None if paper is None else 100 * paper
    row = gain_row(what, gain, said, runs)
    return [row if evidence.setting.task in TABLE_1 else replace(row, paper="—")]


def origin(evidence: Evidence, system: str) -> Record:
    """Return what every line of CSV begins with: where its numbers come from."""
    runs = evidence.runs[system]
    ids = " ".join(run.run_id for run in runs)
    return {"setting": evidence.setting.slug, "system": system, "n_runs": len(runs), "runs": ids}
