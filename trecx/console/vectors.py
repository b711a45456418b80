"""One threshold per exit in the browser: what each sample does at any thresholds, and their Pareto front."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trecx.console.packing import packed_numbers
from trecx.figures import CostAxis
from trecx.scores import ExitScores, FloatArray, IntArray
from trecx.scores.float32 import not_below
from trecx.scores.sample_blocks import blocks
from trecx.threshold.int8_steps import HIGHEST, STEPS
from trecx.threshold.joint_counts import alike, int8_candidates
from trecx.threshold.outcomes import outcomes
from trecx.threshold.per_exit.front import Front

SEVERAL = 3  # exits; with fewer, one ρ is one threshold per exit
MOST_ROWS = 1_000_000  # more are too many to count again while a handle is dragged
TOO_MANY = (
    f"One threshold per exit is not offered here: it needs at most {MOST_ROWS:,} samples that differ in "
    "confidence or prediction."
)
MOST_AT_ONCE = 20_000  # samples; of more, the browser gets the rows when it needs them


@dataclass(frozen=True, eq=False)
class SampleLevels:
    """Samples that stop at the same exits for all thresholds k/256, with the same answers there.

    Attributes:
        levels: for each early exit, the largest k of 0..255 whose k/256 its confidence reaches: a sample
            stops there if its threshold is at most that, of shape (n_rows, n_exits - 1).
        classes: true class, of shape (n_rows,).
        predictions: predicted class at each exit, of shape (n_rows, n_exits).
        counts: samples of each row, of shape (n_rows,).
    """

    levels: IntArray
    classes: IntArray
    predictions: IntArray
    counts: IntArray

    @classmethod
    def of(cls, scores: ExitScores) -> "SampleLevels":
        """Count the samples of `scores`, whose confidence may be of any exit criterion."""
        n_early, reached = scores.n_exits - 1, not_below(int8_candidates())
        levels = np.empty((n_early, scores.n_samples), np.uint8)
        for part in blocks(scores.n_samples):
            levels[:, part] = np.searchsorted(reached, scores.confidence[part, :-1], side="right").T - 1
        columns = [*levels, scores.labels, *scores.predictions.T]
        below = [STEPS] * n_early + [scores.n_classes] * (scores.n_exits + 1)
        first, counts = alike(list(zip(columns, below, strict=True)))
        return cls(
            levels[:, first].T.astype(np.int64), scores.labels[first], scores.predictions[first], counts
        )

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.counts)

    @property
    def data(self) -> dict[str, Any]:
        """The rows by column for `vectors.js`; the outcomes are those of each pattern of right exits."""
        right = self.predictions == self.classes[:, None]
        patterns, pattern = np.unique(right, axis=0, return_inverse=True)
        return {
            "levels": [packed_numbers(column) for column in self.levels.T],
            "classes": packed_numbers(self.classes),
            "predictions": [packed_numbers(column) for column in self.predictions.T],
            "pattern": packed_numbers(pattern.ravel()),
            "outcomes": outcomes(patterns).tolist(),
            "counts": packed_numbers(self.counts),
        }


def per_exit_data(
    vectors: SampleLevels | None, front: Front | None, axis: CostAxis, n_samples: int
) -> dict[str, Any]:
    """Return the rows and the front for the browser, or why there are none; None: not sent.

    Args:
        vectors: the rows.
        front: its costs are those of `axis`.
        axis: the shown cost axis.
        n_samples: number of samples that the front counts.
    """
    many = vectors is not None and vectors.n_rows > MOST_ROWS
    return {
        "vectors": vectors.data if vectors and not many else None,
        "vectors_problem": TOO_MANY if many else "",
        "front": _front_data(front, axis, n_samples) if front else None,
    }


def front_line(front: Front, axis: CostAxis, n_samples: int) -> tuple[FloatArray, FloatArray]:
    """Return cost, in the unit of the axis, and accuracy in % of a front's points, each of shape (n_points,).

    Args:
        front: its costs are those of `axis`.
        axis: the cost axis that it is drawn over.
        n_samples: number of samples that the front counts.
    """
    return front.cost / axis.scale, 100 * np.asarray(front.correct, np.float64) / n_samples


def _front_data(front: Front, axis: CostAxis, n_samples: int) -> dict[str, Any]:
    costs, percents = front_line(front, axis, n_samples)
    return {
        "levels": [packed_numbers(levels_of(column)) for column in front.thresholds.T],
        "costs": packed_numbers(costs),
        "percents": packed_numbers(percents),
    }


def on_grid(thresholds: Sequence[float]) -> tuple[float, ...]:
    """Return thresholds rounded up to multiples of 1/256; above 255/256, `inf`: never stops there.

    Four decimals of such a multiple, as the console shows it, stand for the multiple itself.

    >>> on_grid([0.5, 0.69, 0.9336, 0.999])
    (0.5, 0.69140625, 0.93359375, inf)
    """
    given = np.array(thresholds, np.float64)
    nearest = np.round(np.minimum(given, 1) * STEPS) / STEPS
    levels = levels_of(np.where(given == nearest.round(4), nearest, given))
    return tuple(math.inf if level == STEPS else level / STEPS for level in levels.tolist())


def levels_of(thresholds: FloatArray) -> IntArray:
    """Return k of each threshold k/256, rounded up; 256: never stops there, of shape (n_thresholds,)."""
    return np.where(thresholds > HIGHEST, STEPS, np.ceil(np.minimum(thresholds, 1) * STEPS)).astype(np.int64)
