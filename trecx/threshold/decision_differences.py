"""How often a float32 network and its int8 network decide differently over the same samples."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, IntArray
from trecx.scores.float32 import not_below
from trecx.scores.sample_blocks import each_block
from trecx.threshold.exit_order import largest_so_far
from trecx.threshold.int8_steps import STEPS


class DecisionDifference(NamedTuple):
    """How often two networks decide differently at one ρ.

    Attributes:
        samples: number of samples.
        exits: of them, those that stop at another exit.
        predictions: of them, those with another prediction at the exit where they stop.
    """

    samples: int
    exits: int
    predictions: int


def exit_differences(one: ExitScores, other: ExitScores) -> IntArray:
    """Count the samples that stop at another exit, for each threshold of an int8 softmax.

    Both networks stop at the first exit whose confidence is ≥ k/256; at k = 256 neither exits early. A sample
    stops at exit e for all k from its largest confidence before e up to the one at e. So both stop at e in
    the part that both intervals share, and the parts of all samples and exits are added up.

    Args:
        one: scores of the first network.
        other: scores of the second network over the same samples, with as many exits.

    Returns:
        Counts for k = 0, 1, …, 256, of shape (257,).

    Raises:
        ValueError: the samples or the numbers of exits differ.
    """
    _check_alike(one, other)

    def agreeing(part: slice) -> IntArray:
        passed = [_steps_passed(scores.confidence[part, :-1]) for scores in (one, other)]
        edges = np.zeros(STEPS + 2, np.int64)
        for first, end in zip(np.maximum(*passed)[:-1], np.minimum(*passed)[1:], strict=True):
            shared = first < end
            edges += np.bincount(first[shared], minlength=STEPS + 2)
            edges -= np.bincount(end[shared], minlength=STEPS + 2)
        return np.cumsum(edges)[:-1]

    alike: IntArray = np.sum(each_block(agreeing, one.n_samples), axis=0)
    return one.n_samples - alike


def decision_difference(one: ExitScores, other: ExitScores, threshold: float) -> DecisionDifference:
    """Count the samples on which two networks decide differently at ρ.

    Args:
        one: scores of the first network.
        other: scores of the second network over the same samples, with as many exits.
        threshold: ρ of both; `inf`: no early exits.

    Raises:
        ValueError: the samples or the numbers of exits differ.
    """
    _check_alike(one, other)

    def differing(part: slice) -> tuple[int, int]:
        exits = [_exits_at(scores.confidence[part, :-1], threshold) for scores in (one, other)]
        predicted = [
            np.take_along_axis(scores.predictions[part], stops[:, None], axis=1)
            for scores, stops in zip((one, other), exits, strict=True)
        ]
        return int(np.count_nonzero(np.not_equal(*exits))), int(np.count_nonzero(np.not_equal(*predicted)))

    counts = each_block(differing, one.n_samples)
    return DecisionDifference(one.n_samples, *(sum(column) for column in zip(*counts, strict=True)))


def _steps_passed(confidence: npt.NDArray[np.float32]) -> IntArray:
    """Return k where each sample stops at the next exit, from 0 to 257, of shape (n_early + 2, n_samples).

    A sample stops at exit e for every k from row e up to, but without, row e + 1: at the first k/256 above
    its largest confidence so far, it goes on. No confidence reaches k = 256: 1.0 counts as 255/256, as in an
    int8 softmax.
    """
    n_samples, n_early = confidence.shape
    passed = np.zeros((n_early + 2, n_samples), np.int64)
    passed[1:-1] = np.floor(largest_so_far(confidence).T * np.float32(STEPS)) + 1
    passed[-1] = STEPS + 1
    np.minimum(passed[1:-1], STEPS, out=passed[1:-1])
    return passed


def _exits_at(confidence: npt.NDArray[np.float32], threshold: float) -> IntArray:
    reached = largest_so_far(confidence) >= np.float32(not_below(threshold))
    stops: IntArray = np.count_nonzero(~reached, axis=1)
    return stops


def _check_alike(one: ExitScores, other: ExitScores) -> None:
    if one.n_exits != other.n_exits or not np.array_equal(one.labels, other.labels):
        raise ValueError(
            f"other must have the samples and the {one.n_exits} exits of one, got {other.n_samples} samples "
            f"and {other.n_exits} exits"
        )
