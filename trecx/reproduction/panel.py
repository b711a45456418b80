"""One setting in a figure: the figure, its numbers, and the paper's claims about it."""

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
    """One setting in a figure.

    Attributes:
        rows: the paper's claims.
        figure: the figure; None if there is nothing to draw.
        records: the plotted numbers, for CSV.
    """

    rows: Sequence[Row]
    figure: go.Figure | None
    records: Sequence[Record]


def claim(
    evidence: Evidence, what: str, one: str, other: str, measure: Measure, paper: float | None = None
) -> list[Row]:
    """Return the row of a claim that one design is more accurate; empty if a design has no runs.

    Args:
        evidence: the runs.
        what: the claim.
        one: the design that is claimed to be more accurate.
        other: the other design.
        measure: returns the difference in accuracy, 0..1, from pairs of scores.
        paper: the paper's difference, if it gives one.
    """
    if not (pairs := evidence.pairs(one, other)):
        return []
    gain, runs = measure(pairs).scaled(100), evidence.runs_of_pairs(one, other)
    said = None if paper is None else 100 * paper
    row = gain_row(what, gain, said, runs)
    return [row if evidence.setting.task in TABLE_1 else replace(row, paper="—")]


def origin(evidence: Evidence, system: str) -> Record:
    """Return the first columns of every CSV line: the source of its numbers."""
    runs = evidence.runs[system]
    ids = " ".join(run.run_id for run in runs)
    return {"setting": evidence.setting.slug, "system": system, "n_runs": len(runs), "runs": ids}
