"""How sure the chosen ρ is: the interval of ρ that other draws of the samples would have chosen."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from trecx.progress import Progress, silent
from trecx.scores import IntArray
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.resampling.wish import Wish

N_DRAWS = 1000
N_SLOW_DRAWS = 200  # for a guaranteed choice, and for a plain one from many rows of counts
MANY_ROWS = 20_000
TAIL = 0.025  # share of the draws on either side of the interval

Pick = Callable[[JointCounts], float | None]


@dataclass(frozen=True)
class ThresholdInterval:
    """The interval that holds the ρ chosen on 95 % of the bootstrap draws that chose one.

    Attributes:
        low: its lower end, 0..1 or `inf` (no early exits); None if no draw chose a ρ.
        high: its upper end, likewise.
        n_draws: number of draws.
        n_none: draws in which no ρ met the limits.
    """

    low: float | None
    high: float | None
    n_draws: int
    n_none: int


def threshold_interval(
    joint: JointCounts,
    pick: Pick,
    n_draws: int = N_DRAWS,
    seed: int = 0,
    progress: Progress = silent,
    within_classes: bool = False,
) -> ThresholdInterval:
    """Return the percentile interval of ρ over bootstrap draws of the samples.

    Each draw takes as many samples as there are, with replacement. A sample keeps all its exits, so the draws
    are paired over exits. The ends are draws themselves, since `inf` has no mean with another ρ.

    Args:
        joint: the samples that ρ is chosen on.
        pick: chooses ρ on the counts of a draw; None if no ρ meets the limits.
        n_draws: number of draws, at least 1.
        seed: of the draws.
        progress: called with the number of draws done.
        within_classes: whether each class keeps its number of samples, as for a class mix or a limit in each
            class.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
    """
    random = np.random.default_rng(seed)
    strata = joint.classes if within_classes else np.zeros_like(joint.classes)
    groups = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    picked = []
    for draw in range(n_draws):
        progress("draws of the samples", draw, n_draws)
        picked.append(pick(joint.with_counts(_drawn(joint.counts, groups, random))))
    progress("draws of the samples", n_draws, n_draws)
    found = sorted(threshold for threshold in picked if threshold is not None)
    if not found:
        return ThresholdInterval(None, None, n_draws, n_draws)
    outside = math.floor(TAIL * len(found))
    return ThresholdInterval(found[outside], found[-1 - outside], n_draws, n_draws - len(found))


def choice_interval(
    joint: JointCounts, wish: Wish, guarantee: Guarantee | None = None, progress: Progress = silent
) -> ThresholdInterval:
    """Return the interval of the ρ that is chosen within limits, guaranteed or not.

    It takes 1,000 draws; 200 with a guarantee, whose tests take longer, or if there are more than 20,000
    different rows of counts.

    Args:
        joint: the samples that ρ is chosen on.
        wish: the limits, and what they are measured under.
        guarantee: what is to hold; None: ρ is chosen without a guarantee.
        progress: called with the number of draws done.

    Raises:
        BudgetError: the limits do not fit a guarantee, or an input that one needs is unknown.
        ClassMixError: a class that occurs in the field has no sample.
    """
    pick: Pick = wish.plain_threshold
    if guarantee is not None:
        pick = partial(wish.guaranteed_threshold, guarantee=guarantee)
    slow = guarantee is not None or len(joint.counts) > MANY_ROWS
    by_class = wish.class_shares is not None or (guarantee is not None and guarantee.each_class)
    return threshold_interval(
        joint, pick, N_SLOW_DRAWS if slow else N_DRAWS, progress=progress, within_classes=by_class
    )


def _drawn(counts: IntArray, groups: list[IntArray], random: np.random.Generator) -> IntArray:
    """Return the counts of a draw with replacement within each group of rows, of shape (n_rows,)."""
    drawn = np.empty_like(counts)
    for rows in groups:
        size = int(counts[rows].sum())
        drawn[rows] = random.multinomial(size, counts[rows] / size)
    return drawn
