"""The exact benefit curve and the counts for every ρ, compared with a bare sort and with other methods."""

import tempfile
from pathlib import Path

from benchmarks.curve_peers import GRID, json_loop, numpy_loop, roc, sorting
from benchmarks.made import SIZES, made_scores
from benchmarks.measure import Row, median_ms, repeats_for
from trecx.scores import ExitScores
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.exit_table import ExitTable

CURVE, TABLE = "exact benefit curve", "counts for every ρ"
JSON_UP_TO = 100_000
JSON_STEPS = 5  # thresholds at which the slow loop is measured; its time is scaled to 101


def rows() -> list[Row]:
    """Measure the curve of 10⁴ to 10⁷ samples with one early exit."""
    return [row for n_samples in SIZES for row in _rows(made_scores(n_samples))]


def _rows(scores: ExitScores) -> list[Row]:
    n = scores.n_samples
    works = (
        lambda: benefit_curve(scores),
        lambda: ExitTable.of(scores),
        sorting(scores),
        roc(scores),
        numpy_loop(scores),
    )
    curve, table, sort, of_roc, loop = median_ms(*works, repeats=repeats_for(n))
    limit = "numpy.sort of the same float32"
    found = [
        Row(CURVE, limit, n, curve, sort, "sort, tie groups, sums; the other only sorts"),
        Row(CURVE, "scikit-learn's roc_curve", n, curve, of_roc, "both exact, at every distinct confidence"),
        Row(
            CURVE,
            "a NumPy loop over 101 thresholds",
            n,
            curve,
            loop,
            "exact at every ρ, compared with 101 points",
        ),
    ]
    if n <= JSON_UP_TO:
        found.append(_json_row(scores, curve))
    return [*found, Row(TABLE, limit, n, table, sort, "ExitTable.of: once per run, when it is stored")]


def _json_row(scores: ExitScores, ours: float) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        loop = json_loop(scores, Path(folder) / "trace.json", GRID[:: len(GRID) // JSON_STEPS][:JSON_STEPS])
        (theirs,) = median_ms(loop, repeats=1)
    whole = theirs * len(GRID) / JSON_STEPS
    meaning = f"measured at {JSON_STEPS} of 101 thresholds and scaled"
    against = "a loop that reads a JSON trace at each of 101 thresholds"
    return Row(CURVE, against, scores.n_samples, ours, whole, meaning)
