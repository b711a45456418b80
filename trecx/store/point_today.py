"""Split and guarantee of a saved point, computed again from the store as it is today."""

from trecx.saved_points.record import PointRecord, RecordedGuarantee, RecordedSplit
from trecx.saved_points.recorded import guaranteed_again, recorded_split
from trecx.saved_points.recorded_per_exit import guaranteed_per_exit_again
from trecx.scores.run import INT8
from trecx.store import Run, Store
from trecx.store.run_context import design_and_tested, joint_counts_of
from trecx.threshold.int8_threshold import thresholds_of
from trecx.threshold.joint_counts import candidates, int8_candidates
from trecx.threshold.run_context import RunContext


def split_today(store: Store, run: Run, record: PointRecord) -> RecordedSplit | None:
    """Return the halves that a point's samples have today; None if all samples were used.

    Raises:
        StoreError: the run is no longer in the store.
    """
    half = record.half
    return None if half is None else recorded_split(store.split(run, half.seed), half)


def guarantee_today(
    store: Store, run: Run, record: PointRecord, context: RunContext
) -> RecordedGuarantee | None:
    """Return the guarantee of a point as it is today; None if it has none, or if it does not hold any more.

    Args:
        store: the store of the run.
        run: the run of the record.
        record: the point.
        context: of the point (`capture.context_of`), with its class mix.

    Raises:
        StoreError: the run is no longer in the store.
        ScoresError: the run does not have the scores that the criterion needs.
        BudgetError: there is no baseline any more that the guarantee compares with.
    """
    rule, half = record.rule, record.half
    if record.guarantee is None:
        return None
    calibration = half and half.calibration
    if rule.effective_per_exit is not None:
        grid = candidates(thresholds_of(rule.steps)) if rule.precision == INT8 else int8_candidates()
        parts = design_and_tested(store, run, grid, rule.criterion, calibration)
        return guaranteed_per_exit_again(context, parts, record.guarantee, rule.effective_per_exit)
    joint = joint_counts_of(store, run, candidates(rule.thresholds), rule.criterion, calibration)
    return guaranteed_again(context, joint, record.guarantee, rule.effective)
