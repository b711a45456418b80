"""The thresholds of one exit that differ on the samples at hand."""

from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray, IntArray
from trecx.threshold.joint_counts import JointCounts


@dataclass(frozen=True, eq=False)
class Levels:
    """The thresholds of one exit that differ on these samples.

    Attributes:
        thresholds: increasing, `inf` last, of shape (n_levels,).
        ranks: of each row, of shape (n_rows,): it stops at the exit at every level below its rank.
    """

    thresholds: FloatArray
    ranks: IntArray

    @classmethod
    def of(cls, joint: JointCounts, exit_: int) -> "Levels":
        """Return the thresholds that differ at an early exit of these samples."""
        steps = joint.steps[:, exit_]
        distinct = np.unique(steps[steps > 0])
        thresholds = np.append(joint.thresholds[distinct - 1], np.inf)
        return cls(thresholds, np.searchsorted(distinct, steps, side="right"))

    @classmethod
    def never(cls, n_rows: int) -> "Levels":
        """Return an exit at which no sample stops: it stands for one that the network does not have."""
        return cls(np.array([np.inf]), np.zeros(n_rows, np.int64))
