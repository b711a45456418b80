"""The guarantee of a point with one threshold per exit: as a record, and computed again from it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trecx.progress import Progress, silent
from trecx.saved_points.record import RecordedGuarantee
from trecx.saved_points.recorded import limits_of, recorded_guarantee
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.per_exit.guaranteed import GuaranteedPerExit
from trecx.threshold.run_context import RunContext


def recorded_guarantee_per_exit(
    found: GuaranteedPerExit, per_exit: Sequence[float]
) -> RecordedGuarantee | None:
    """Return the record of a guarantee; None if it does not hold for these thresholds.

    Its calibration samples are the tested ones.

    Args:
        found: the vectors that passed.
        per_exit: one threshold per early exit, as it takes effect on the device (`Rule.effective_per_exit`).
    """
    if not len(found.passing):
        return None
    places = np.flatnonzero((found.passing == np.array(per_exit)).all(axis=1))
    if not len(places):
        return None
    recorded = recorded_guarantee(found.chosen, float(found.chosen.passing[places[0]]))
    return None if recorded is None else replace(recorded, naive_threshold=None)  # it is a vector, too


def guaranteed_per_exit_again(
    context: RunContext,
    parts: tuple[JointCounts, JointCounts],
    recorded: RecordedGuarantee,
    per_exit: Sequence[float],
    progress: Progress = silent,
) -> RecordedGuarantee | None:
    """Return a guarantee as it is computed today; None if it does not hold for these thresholds any more.

    Args:
        context: of the point, with its class mix and costs.
        parts: design and tested samples (`store.run_context.design_and_tested`).
        recorded: the guarantee as it was saved.
        per_exit: one threshold per early exit, as it takes effect on the device.
        progress: called often.

    Raises:
        BudgetError: there is no baseline any more that the guarantee compares with.
    """
    asked = Guarantee(recorded.probability, recorded.each_class)
    found = context.guaranteed_per_exit(*parts, limits_of(recorded), asked, progress)
    return recorded_guarantee_per_exit(found, per_exit)
