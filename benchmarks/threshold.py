"""A new ρ from the counts, compared with a new ρ from the scores."""

import numpy as np

from benchmarks.made import SIZES, made_scores
from benchmarks.measure import Row, median_ms, repeats_for
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.exit_table import ExitTable

LOOKUP = "a new ρ from the counts"
AT_ONCE = 200  # values of ρ per measurement, because one takes microseconds
AIM_MS = 0.05


def rows() -> list[Row]:
    """Measure a new ρ for 10⁴ to 10⁷ samples: exits, confusion and outcomes."""
    return [row for n_samples in SIZES for row in _rows(n_samples)]


def _rows(n_samples: int) -> list[Row]:
    scores = made_scores(n_samples)
    table = ExitTable.of(scores)
    thresholds = np.random.default_rng(0).random(AT_ONCE)

    def lookups() -> None:
        for threshold in thresholds:
            table.operating_point(threshold)

    many, again = median_ms(
        lookups, lambda: operating_point(scores, thresholds[0]), repeats=repeats_for(n_samples)
    )
    ours = many / AT_ONCE
    return [
        Row(LOOKUP, "computing it from the scores", n_samples, ours, again, "the same numbers"),
        Row(LOOKUP, "target: 50 µs", n_samples, ours, AIM_MS, "a ratio below 1 meets the target at every n"),
    ]
