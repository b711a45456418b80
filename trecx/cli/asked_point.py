"""The operating point that a command is asked for: one ρ, or one threshold per exit."""

import math
from dataclasses import dataclass, replace
from typing import Annotated, Self

import typer

from trecx.cli.run_context import Asked
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import PointRecord, RecordedGuarantee, Rule
from trecx.store import Run, Store
from trecx.threshold.benefit_curve import checked_threshold
from trecx.threshold.per_exit.decision import AT, checked_thresholds
from trecx.threshold.run_context import RunContext

NEVER = "never"
Thresholds = Annotated[
    str,
    typer.Option(
        help="a,b,…: one ρ for each early exit, 0..1 or never, in place of --threshold. 'choose --per-exit' "
        "finds them."
    ),
]


@dataclass(frozen=True)
class AskedPoint:
    """The point of `deploy` or `export`, as the options ask for it.

    Attributes:
        asked: criterion, class mix, device and battery.
        threshold: ρ; nan with one threshold per exit.
        per_exit: one threshold per early exit; None: ρ is for all exits.
    """

    asked: Asked
    threshold: float
    per_exit: tuple[float, ...] | None = None

    @classmethod
    def checked(cls, asked: Asked, threshold: float | None, thresholds: str, n_exits: int | None) -> Self:
        """Return the point if the options fit together.

        Args:
            asked: criterion, class mix, device and battery.
            threshold: ρ; None if it is not given.
            thresholds: the thresholds of the early exits as text; empty if they are not given.
            n_exits: number of exits; None if it is not known yet.

        Raises:
            BadParameter: both or neither of them are given, or the thresholds are no numbers.
            TrecxError: a threshold is out of range, there are too few or too many, or no rule has them.
        """
        if threshold is not None and thresholds:
            raise typer.BadParameter("--threshold and --thresholds exclude each other; give one of them")
        if threshold is None and not thresholds and n_exits != 1:
            raise typer.BadParameter(
                "--threshold is needed: the network has early exits; or --thresholds, one for each of them"
            )
        per_exit = _per_exit(thresholds) if thresholds else None
        single = math.inf if threshold is None else threshold
        point = cls(asked, math.nan if per_exit else single, per_exit)
        point.rule()
        if per_exit and n_exits:
            checked_thresholds(per_exit, n_exits - 1)
        return point

    def rule(self, run: Run | None = None) -> Rule:
        """Return the exit rule; that of an int8 run has an int8 softmax.

        Raises:
            QuantisationError: an int8 softmax has no such rule.
            ThresholdError: a threshold is neither within 0..1 nor `inf`.
        """
        if self.per_exit is None:
            return self.asked.rule(self.threshold, run)
        per_exit = tuple(map(checked_threshold, self.per_exit))
        return replace(self.asked.rule(AT, run), threshold=math.nan, per_exit=per_exit)

    def context(self, store: Store, run: Run) -> RunContext:
        """Return the context of a run whose counts have the point at `Rule.at`.

        Raises:
            TrecxError: an option does not fit the run; the message says what does.
        """
        rule = self.rule(run)
        return self.asked.float32_context(store, run, rule.at, rule.effective_per_exit)

    def record(self, store: Store, run: Run, guarantee: RecordedGuarantee | None = None) -> PointRecord:
        """Return the operating point of a run.

        Args:
            store: the store of the run.
            run: the run.
            guarantee: that the point has; None without one.

        Raises:
            TrecxError: an option does not fit the run; the message says what does.
        """
        baseline, split = store.baseline_of(run), self.asked.split(store, run)
        context, rule = self.context(store, run), self.rule(run)
        return capture_point(run, baseline, context, rule, self.asked.mix, guarantee=guarantee, split=split)


def _per_exit(text: str) -> tuple[float, ...]:
    """Return the thresholds in a text such as "0.5, never".

    Raises:
        BadParameter: it contains anything else than numbers and "never".
    """
    try:
        return tuple(math.inf if part.strip() == NEVER else float(part) for part in text.split(","))
    except ValueError as error:
        wrong = f"--thresholds takes numbers or {NEVER}, separated by commas, got {text!r}"
        raise typer.BadParameter(wrong) from error
