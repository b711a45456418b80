"""The order in which samples exit early as ρ falls, from one sort of integers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, IntArray
from trecx.scores.sample_blocks import each_block

_GAIN_BITS, _GAIN = 2, 0b11
_BITS_OF_ONE = int(np.float32(1).view(np.uint32))

Keys = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]


def largest_so_far(confidence: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the largest confidence over exits 1..k for each exit k; −0 becomes 0, as its bits sort last.

    Args:
        confidence: 0..1, of shape (n_samples, n_exits).

    Returns:
        Array of the same shape; the samples of one exit are contiguous in memory.
    """
    largest = np.empty(confidence.shape[::-1], np.float32)
    for exit_, of_exit in enumerate(confidence.T):
        np.add(of_exit, np.float32(0), out=largest[exit_])  # −0 + 0 is 0
        if exit_:
            np.maximum(largest[exit_ - 1], largest[exit_], out=largest[exit_])
    return largest.T


@dataclass(frozen=True, eq=False)
class ExitOrder:
    """Samples in the order in which they stop at each early exit as ρ falls.

    NumPy sorts integers much faster than it argsorts floats, so the low bits of a key hold the data that
    belongs to its confidence. The high bits count down from the bits of confidence 1.

    Attributes:
        keys: sorted; one for each sample and early exit, of shape (n_samples * (n_exits - 1),).
        code_bits: number of low bits of a key that are its code: 4 k + 1 + its gain, which is (correct at
            exit k) − (correct at exit k + 1), k from 0.
        final_correct: number of samples that the final exit predicts correctly.
    """

    keys: Keys
    code_bits: int
    final_correct: int

    def confidence(self, part: slice, positions: IntArray) -> npt.NDArray[np.float32]:
        """Return the confidences at these positions in a part of the keys, of the positions' shape."""
        bits = _BITS_OF_ONE - (self.keys[part].take(positions) >> self.code_bits)
        return bits.astype(np.uint32, copy=False).view(np.float32)

    def last_of_ties(self, part: slice) -> IntArray:
        """Return the positions in a part of the keys after which another confidence follows, or no key.

        Returns:
            Positions in the part, of shape (n_distinct_confidences_that_end_in_it,).
        """
        last = np.ones(part.stop - part.start, np.bool_)
        after = self.keys[part.start + 1 : part.stop + 1]
        before = self.keys[part][: len(after)]
        np.greater_equal(before ^ after, 1 << self.code_bits, out=last[: len(after)])
        return np.flatnonzero(last)

    def gained(self, part: slice, positions: IntArray, before: int, out: IntArray) -> None:
        """Write the cumulative gain of correct predictions at these positions in a part of the keys.

        Args:
            part: a part of the keys.
            positions: in that part.
            before: the cumulative gain before the part.
            out: array for the result, of the positions' shape.
        """
        out[:] = np.cumsum(self.keys[part] & _GAIN, dtype=np.uint32).take(positions)
        out -= positions  # a gain is stored plus 1
        out += before - 1

    def gain(self, part: slice) -> int:
        """Return the gain of correct predictions over a part of the keys."""
        gains = self.keys[part] & _GAIN
        return int(gains.sum(dtype=gains.dtype)) - len(gains)

    def stopped(self, part: slice, exit_: int) -> npt.NDArray[np.int32]:
        """Return the cumulative count of samples that stop at an exit (0 is the first), over a part.

        Returns:
            Array of shape (n_keys_of_the_part,).
        """
        return np.cumsum(self._stops(part, exit_), dtype=np.int32)

    def n_stopping(self, part: slice, exit_: int) -> int:
        """Return the number of samples that stop at an exit (0 is the first), in a part of the keys."""
        return int(np.count_nonzero(self._stops(part, exit_)))

    def _stops(self, part: slice, exit_: int) -> npt.NDArray[np.bool_]:
        exits = (self.keys[part] & ((1 << self.code_bits) - 1)) >> _GAIN_BITS
        stops: npt.NDArray[np.bool_] = np.equal(exits, exit_)
        return stops


def exit_order(scores: ExitScores) -> ExitOrder:
    """Sort all samples by confidence.

    Confidences in 0..1 take 30 bits, so with one early exit a key fits into 32 bits. With more early exits it
    does so too unless a confidence is tiny, which a softmax does not give.
    """
    n_early, confidence, predictions = scores.n_exits - 1, scores.confidence, scores.predictions
    code_bits = _GAIN_BITS + max(n_early - 1, 0).bit_length()
    smallest = confidence[:, 0].min() + np.float32(0) if n_early > 1 else np.float32(0)
    n_bits = (_BITS_OF_ONE - int(smallest.view(np.uint32))).bit_length() + code_bits
    keys = np.empty((n_early, scores.n_samples), np.uint32 if n_bits <= 32 else np.uint64)

    def fill(part: slice) -> int:
        bits = largest_so_far(confidence[part, :-1]).T.view(np.uint32)
        right = [predictions[part, k] == scores.labels[part] for k in range(scores.n_exits)]
        for exit_, key in enumerate(keys[:, part]):
            np.subtract(_BITS_OF_ONE, bits[exit_], out=key)
            key <<= code_bits
            key |= right[exit_].view(np.uint8) + ~right[exit_ + 1]
            if exit_:
                key |= exit_ << _GAIN_BITS
        return int(np.count_nonzero(right[-1]))

    final_correct = sum(each_block(fill, scores.n_samples))
    flat: Keys = keys.reshape(-1)
    flat.sort()
    return ExitOrder(flat, code_bits, final_correct)
