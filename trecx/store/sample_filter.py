"""Filters the samples of a run by what they are at ρ, and sorts them by their confidence gap."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, IntArray
from trecx.scores.float32 import not_below
from trecx.scores.sample_blocks import each_block
from trecx.threshold.exit_order import largest_so_far
from trecx.threshold.outcomes import OUTCOMES, outcomes_at

EVERY = tuple(range(len(OUTCOMES)))
GAP_UNIT = 1e-6
_POSITIONS = 1 << 40  # more than there are: gap and position are one key, gap × this + position

Key = tuple[int, int]


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

    def sort_key(self, key: Key) -> int:
        """Return the sort key of a sample with this gap and position."""
        return int(self.sort_keys(np.array(key[0]), np.array(key[1])))

    def sort_keys(self, gaps: IntArray, positions: IntArray) -> IntArray:
        """Return one integer per sample, which increases in the order of this filter; of the same shape.

        Args:
            gaps: confidence of the final exit minus that of the first exit, in units of `GAP_UNIT`.
            positions: of the samples.
        """
        keys = gaps * _POSITIONS + positions
        return -keys if self.largest_first else keys


@dataclass(frozen=True, eq=False)
class Selection:
    """Samples that a filter selects, in its order.

    Attributes:
        n_samples: number of all that are selected; the arrays have the first of them.
        sort_keys: of `SampleFilter.sort_keys`, increasing, of shape (n_first,); the other arrays too.
        gaps: confidence of the final exit minus that of the first, in units of `GAP_UNIT`.
        positions: of the samples in their split.
        labels: their true classes.
        outcomes: at the exit that each takes at ρ, as indices into `outcomes.OUTCOMES`.
        exits: this exit.
        predictions: at this exit.
        confidence: of this prediction.
    """

    n_samples: int
    sort_keys: IntArray
    gaps: IntArray
    positions: IntArray
    labels: IntArray
    outcomes: IntArray
    exits: IntArray
    predictions: IntArray
    confidence: npt.NDArray[np.float32]


def select_samples(
    scores: ExitScores,
    wanted: SampleFilter,
    size: int,
    named: npt.NDArray[np.bool_] | None = None,
    after: Key | None = None,
) -> Selection:
    """Return the first samples that a filter selects.

    Args:
        scores: of the run; names and scores of all classes are not needed.
        wanted: filter and order.
        size: the largest number of samples that are returned.
        named: whether each sample has the text of the filter in its name, of shape (n_samples,); None: all.
        after: gap and position of a sample; only samples that follow it are selected.
    """
    last = None if after is None else wanted.sort_key(after)
    found = each_block(lambda part: _of_block(scores, part, wanted, size, named, last), scores.n_samples)
    keys, positions, exits, taken = map(np.concatenate, zip(*(some for _, some in found), strict=True))
    first = _first(keys, size)
    at = positions[first], exits[first]
    return Selection(
        sum(n for n, _ in found),
        keys[first],
        confidence_gaps(scores.confidence[at[0]]),
        at[0],
        scores.labels[at[0]],
        taken[first],
        at[1],
        scores.predictions[at],
        scores.confidence[at],
    )


def confidence_gaps(confidence: npt.NDArray[np.float32]) -> IntArray:
    """Return the confidence of the final exit minus that of the first exit, in units of `GAP_UNIT`.

    Args:
        confidence: 0..1, of shape (n_samples, n_exits).
    """
    gaps = (confidence[:, -1].astype(np.float64) - confidence[:, 0]) / GAP_UNIT
    whole: IntArray = np.rint(gaps).astype(np.int64)
    return whole


def _of_block(
    scores: ExitScores,
    part: slice,
    wanted: SampleFilter,
    size: int,
    named: npt.NDArray[np.bool_] | None,
    last: int | None,
) -> tuple[int, tuple[IntArray, IntArray, IntArray, npt.NDArray[np.int8]]]:
    """Return how many samples of a block are selected; of the first: sort key, position, exit, outcome."""
    labels, predictions, confidence = scores.labels[part], scores.predictions[part], scores.confidence[part]
    exits = _exits(confidence, wanted.threshold)
    chosen = _answered(predictions, confidence, exits, wanted)
    if wanted.label is not None:
        chosen &= labels == wanted.label
    if named is not None:
        chosen &= named[part]
    taken = outcomes_at(predictions == labels[:, None], exits)
    chosen &= np.isin(np.arange(len(OUTCOMES)), wanted.outcomes)[taken]
    rows = np.flatnonzero(chosen)
    at, taken = exits[rows], taken[rows]
    positions = rows + part.start
    keys = wanted.sort_keys(confidence_gaps(confidence[rows]), positions)
    if last is not None:
        kept = keys > last
        keys, positions, at, taken = keys[kept], positions[kept], at[kept], taken[kept]
    first = _first(keys, size)
    return len(keys), (keys[first], positions[first], at[first], taken[first])


def _exits(confidence: npt.NDArray[np.float32], threshold: float) -> IntArray:
    """Return the exit that each sample takes at ρ, of shape (n_samples,)."""
    goes_on = largest_so_far(confidence[:, :-1]) < not_below(threshold)
    exits: IntArray = goes_on.sum(axis=1)
    return exits


def _answered(
    predictions: IntArray, confidence: npt.NDArray[np.float32], exits: IntArray, wanted: SampleFilter
) -> npt.NDArray[np.bool_]:
    """Return whether prediction and confidence of each sample are as wanted, of shape (n_samples,)."""
    low, high = wanted.confidence
    chosen = np.ones(len(exits), np.bool_)
    if wanted.prediction is None and low <= 0 and high >= 1:
        return chosen
    at = exits if wanted.at is None else np.full(len(exits), wanted.at)
    if wanted.prediction is not None:
        chosen &= np.take_along_axis(predictions, at[:, None], axis=1)[:, 0] == wanted.prediction
    if low > 0 or high < 1:
        asked = np.take_along_axis(confidence, at[:, None], axis=1)[:, 0]
        chosen &= asked >= not_below(low)
        if high < 1:
            chosen &= asked < not_below(high)
    return chosen


def _first(keys: IntArray, size: int) -> IntArray:
    """Return the indices of the smallest keys in order, at most `size`."""
    if size >= len(keys):
        return np.argsort(keys)
    some = np.argpartition(keys, size)[:size]
    return some[np.argsort(keys[some])]
