"""The point that the console shows, as a record: with the guarantee that covers its ρ, and the split."""

from dataclasses import replace

from app.cache import exit_table, guaranteed_choice, guaranteed_thresholds, split_of
from app.live.console import ConsoleState
from app.live.wish import Wish
from app.shared.frame import Frame
from trecx.errors import TrecxError
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import PointRecord, RecordedGuarantee, RecordedSplit, Rule
from trecx.saved_points.recorded import recorded_guarantee, recorded_split
from trecx.saved_points.recorded_per_exit import recorded_guarantee_per_exit
from trecx.scores.run import INT8
from trecx.threshold.run_context import RunContext


def wish_of(frame: Frame, state: ConsoleState) -> Wish:
    """Return the limits that are set, with the run and the samples that they are asked of."""
    int8 = state.precision == INT8
    return Wish(state.wish, frame.run, frame.store.name, frame.context, frame.criterion, int8)


def record_of(frame: Frame, state: ConsoleState, rule: Rule, class_mix: str) -> PointRecord:
    """Return the point that the console shows.

    Args:
        frame: the run and its settings.
        state: ρ, precision and the other settings of the console.
        rule: the exit rule that the console shows.
        class_mix: the name of the class mix.
    """
    return capture_point(
        frame.run,
        frame.store.baseline_of(frame.run),
        point_context(frame, state),
        rule,
        class_mix,
        guarantee=guarantee_of(frame, state, rule),
        split=_split(frame),
    )


def point_context(frame: Frame, state: ConsoleState) -> RunContext:
    """Return the context of the point that the console shows: its counts are by its thresholds per exit."""
    if state.per_exit is None:
        return frame.context
    run, half = frame.run, frame.context.half
    return replace(
        frame.context, table=exit_table(run, frame.store.name, frame.criterion, half, state.per_exit)
    )


def guarantee_of(frame: Frame, state: ConsoleState, rule: Rule) -> RecordedGuarantee | None:
    """Return the guarantee that is asked for, if it holds for the thresholds of a rule; else None."""
    wish = wish_of(frame, state)
    try:
        if not wish.given or wish.guarantee is None:
            return None
        if rule.effective_per_exit is not None:
            found = guaranteed_thresholds(replace(wish, int8=True))
            return recorded_guarantee_per_exit(found, rule.effective_per_exit)
        return recorded_guarantee(guaranteed_choice(wish), rule.effective)
    except TrecxError:
        return None  # the console says why these limits cannot be used


def _split(frame: Frame) -> RecordedSplit | None:
    if frame.half is None:
        return None
    return recorded_split(split_of(frame.run, frame.store.name, frame.half.seed), frame.half)
