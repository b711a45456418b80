"""Statements in the paper's text: an extra class (Section 6.1), and two early exits (Section 3)."""

from collections.abc import Sequence

import numpy as np

from trecx.datasets.tasks import system_title
from trecx.reproduction.estimates import Estimate, estimate, standalone
from trecx.reproduction.evidence import Evidence
from trecx.reproduction.paper import EXTRA_CLASS_LOSS, TWO_EXITS_PARAMETERS
from trecx.reproduction.rows import Row, accuracy_row, count_row, gain_row
from trecx.scores import ExitScores

EXTRA, TWO = "trecx-extra-class", "trecx-two-exits"


def statements(evidence: Evidence) -> list[Row]:
    """Return what an extra class costs in accuracy, and what a second early exit adds in parameters."""
    return [*_extra_class(evidence), *_two_exits(evidence)]


def _extra_class(evidence: Evidence) -> list[Row]:
    pairs, runs = evidence.pairs("trecx", EXTRA), evidence.runs_of_pairs("trecx", EXTRA)
    if not pairs or not all(_same_samples(*pair) for pair in pairs):
        return []
    extra = [other for _, other in pairs]
    alone = [standalone(extra, exit_).scaled(100) for exit_ in range(extra[0].n_exits)]
    title = f"{system_title(EXTRA)}: accuracy of each exit alone"
    rows = [accuracy_row(title, alone, None, evidence.runs[EXTRA])]
    for name, exit_, paper in (("early", 0, EXTRA_CLASS_LOSS[0]), ("final", -1, EXTRA_CLASS_LOSS[1])):
        what = f"The {name} exit is less accurate with an extra class"
        rows.append(gain_row(what, _loss(pairs, exit_), 100 * paper, runs, decimals=2))
    return rows


def _loss(pairs: Sequence[tuple[ExitScores, ExitScores]], exit_: int) -> Estimate:
    differences = [one.correct[:, exit_].astype(float) - other.correct[:, exit_] for one, other in pairs]
    return estimate(differences).scaled(100)


def _same_samples(one: ExitScores, other: ExitScores) -> bool:
    return one.sample_names == other.sample_names and np.array_equal(one.labels, other.labels)


def _two_exits(evidence: Evidence) -> list[Row]:
    runs, baseline = evidence.runs.get(TWO, ()), evidence.runs.get("baseline", ())
    if not runs or not baseline or runs[0].parameters is None or baseline[0].parameters is None:
        return []
    more = 100 * (runs[0].parameters / baseline[0].parameters - 1)
    what = "Two early exits: more parameters than the baseline (%)"
    return [count_row(what, "%", more, 100 * TWO_EXITS_PARAMETERS, 1, [runs[0], baseline[0]])]
