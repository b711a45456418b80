"""The exits at which one sample stops, with the range of ρ of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.threshold.outcomes import outcomes


@dataclass(frozen=True)
class SampleExit:
    """An exit at which a sample stops for some ρ: for above < ρ <= up_to.

    Attributes:
        exit: 0 is the first.
        above: the largest confidence before this exit, 0..1; −inf at the first exit.
        up_to: the largest confidence up to this exit, 0..1; `inf` at the final exit, which takes the rest.
        outcome: the sample's outcome at this exit, as an index into `outcomes.OUTCOMES`.
    """

    exit: int
    above: float
    up_to: float
    outcome: int

    def holds_at(self, threshold: float) -> bool:
        """Return whether the sample stops at this exit at this ρ."""
        return self.above < threshold <= self.up_to


def sample_exits(confidence: npt.NDArray[np.float32], correct: npt.NDArray[np.bool_]) -> Sequence[SampleExit]:
    """Return the exits at which a sample stops as ρ rises from 0; exits at which it never stops are omitted.

    Args:
        confidence: of its prediction at each exit, of shape (n_exits,).
        correct: whether each exit's prediction is correct, of shape (n_exits,).

    >>> [(way.exit, way.above, way.up_to) for way in sample_exits(np.array([0.5, 0.25, 1]), np.ones(3, bool))]
    [(0, -inf, 0.5), (2, 0.5, inf)]
    """
    reached = np.maximum.accumulate(confidence[:-1]).astype(np.float64)
    above, up_to = np.append(-np.inf, reached).tolist(), np.append(reached, np.inf).tolist()
    outcome = outcomes(correct[None])[0].tolist()
    return [
        SampleExit(*way)
        for way in zip(range(len(up_to)), above, up_to, outcome, strict=True)
        if way[1] < way[2]
    ]
