"""One comparison with the paper as a row: the numbers, and the result as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from trecx.reproduction.estimates import Estimate
from trecx.store import Run
from trecx.threshold.benefit_curve import REACHED


class Verdict(StrEnum):
    """Result of a comparison."""

    HOLDS = "holds"
    MORE = "better than the paper"
    LESS = "less than the paper"
    MIXED = "in part less, in part better than the paper"
    UNDECIDED = "undecided"
    FAILS = "does not hold"
    OURS = "no number in the paper"


@dataclass(frozen=True)
class Number:
    """One of a row's numbers, in the unit of `unit`."""

    part: str
    unit: str
    paper: float | None
    ours: Estimate


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        what: the compared quantity or claim.
        paper: the paper's result, as text.
        ours: this project's result, as text.
        runs: the runs of this project's result.
        verdict: result of the comparison.
        words: the reason for the verdict.
        numbers: both results as numbers.
    """

    what: str
    paper: str
    ours: str
    runs: Sequence[Run]
    verdict: Verdict
    words: str
    numbers: Sequence[Number]


def signed(value: float, decimals: int = 1) -> str:
    """Return a number with its sign, with a typographic minus.

    >>> signed(-1.25, 2), signed(0.04), signed(3)
    ('−1.25', '0.0', '+3.0')
    """
    text = f"{abs(value):.{decimals}f}"
    return text if float(text) == 0 else ("+" if value > 0 else "−") + text


def sure(ours: Sequence[Estimate], decimals: int = 1, unit: str = "") -> str:
    """Return numbers of the same runs with half their intervals, or with their SD over seeds.

    >>> sure([Estimate(92.43, 91.69, 93.17)], unit=" %")
    '92.4 ± 0.7 %'
    >>> sure([Estimate(90, 89, 91, 0.8, 5), Estimate(95, 94, 96, 0.6, 5)], unit=" %")
    '90.0 / 95.0 % (sd 0.8 / 0.6, 5 seeds)'
    """
    if ours[0].spread is None:
        return " / ".join(f"{one.value:.{decimals}f} ± {one.margin:.{decimals}f}" for one in ours) + unit
    values = " / ".join(f"{one.value:.{decimals}f}" for one in ours)
    spreads = " / ".join(f"{one.spread:.{decimals}f}" for one in ours)
    return f"{values}{unit} (sd {spreads}, {ours[0].n_runs} seeds)"


def gain_row(
    what: str,
    gain: Estimate,
    paper: float | None,
    runs: Sequence[Run],
    unit: str = " points",
    decimals: int = 1,
) -> Row:
    """Return the claim that one design's number is higher: it holds if the interval of the gain is above 0.

    Args:
        what: the claim.
        gain: the difference.
        paper: the paper's gain, if it gives one.
        runs: the runs of `gain`.
        unit: of `gain`; points are percentage points.
        decimals: number of decimals.
    """
    verdict = Verdict.HOLDS if gain.low > 0 else Verdict.FAILS if gain.high < 0 else Verdict.UNDECIDED
    value, low, high = (signed(each, decimals) for each in (gain.value, gain.low, gain.high))
    of_what = "samples" if gain.n_runs == 1 else f"{gain.n_runs} seeds"
    words = {
        Verdict.HOLDS: f"{value}{unit} (95 % interval {low} to {high})",
        Verdict.FAILS: f"the other way round: {value}{unit} (95 % interval {low} to {high})",
        Verdict.UNDECIDED: f"{low} to {high}{unit}: these {of_what} cannot tell it from luck",
    }[verdict]
    ours = f"{value}{unit}"
    if gain.spread is not None:
        ours += f" (sd {gain.spread:.{decimals}f}, {gain.n_runs} seeds)"
    said = "yes" if paper is None else f"{signed(paper, decimals)}{unit}"
    words += "" if paper is None else f"; paper {signed(paper, decimals)}"
    return Row(what, said, ours, runs, verdict, words, [Number("gain", unit.strip(), paper, gain)])


def accuracy_row(
    what: str, ours: Sequence[Estimate], paper: Sequence[float] | None, runs: Sequence[Run]
) -> Row:
    """Return standalone accuracies vs the paper's: they hold if each interval contains the paper's value.

    Args:
        what: the title of the row.
        ours: by exit, in percent.
        paper: by exit, in percent, if it gives them.
        runs: the runs of `ours`.
    """
    text, names = sure(ours, unit=" %"), _exit_names(len(ours))
    said = [None] * len(ours) if paper is None else list(paper)
    numbers = [Number(*each) for each in zip(names, ["%"] * len(ours), said, ours, strict=True)]
    if paper is None:
        return Row(what, "—", text, runs, Verdict.OURS, "", numbers)
    verdict, words = _accuracy_verdict(numbers)
    return Row(what, " / ".join(f"{value:g}" for value in paper) + " %", text, runs, verdict, words, numbers)


def count_row(
    what: str, unit: str, ours: float, paper: float | None, decimals: int, runs: Sequence[Run]
) -> Row:
    """Return an exact count vs the paper's; it holds within one unit of the paper's last decimal.

    Args:
        what: the counted quantity.
        unit: of both numbers.
        ours: our count.
        paper: the paper's, if it gives it.
        decimals: number of decimals in the paper.
        runs: the runs of `ours`.
    """
    number = Number("", unit, paper, Estimate(ours, ours, ours))
    text = f"{ours:.{decimals + 1}f}"
    if paper is None:
        return Row(what, "—", text, runs, Verdict.OURS, "", [number])
    off = abs(ours - paper)
    holds = off <= 1.001 * 10**-decimals
    words = "to the paper's last digit" if holds else f"{100 * off / paper:.1f} % apart"
    verdict = Verdict.HOLDS if holds else Verdict.FAILS
    return Row(what, f"{paper:.{decimals}f}", text, runs, verdict, words, [number])


def saving_verdict(saving: Estimate, paper: float | None, at: str, short: float) -> tuple[Verdict, str]:
    """Return the result for a trade-off point: it holds if the interval contains the paper's saving.

    Args:
        saving: share of the baseline's FLOPs saved, 0..1.
        paper: the same in the paper, if it gives it.
        at: the trade-off point, as text.
        short: the accuracy that the point lacks, 0..1.
    """
    if short > REACHED:
        return Verdict.FAILS, f"not reached: the best point is {100 * short:.1f} points short of it"
    low, high = (signed(100 * end, 0).lstrip("+") for end in (saving.low, saving.high))
    word = "fewer" if saving.value >= 0 else "more"
    words = (
        f"{100 * abs(saving.value):.1f} % {word} FLOPs {at} (95 % interval of the saving: {low} to {high} %)"
    )
    if paper is None:
        return Verdict.OURS, words
    words += f"; paper {100 * paper:.1f} %"
    if saving.low <= paper <= saving.high:
        return Verdict.HOLDS, words
    return (Verdict.MORE if saving.value > paper else Verdict.LESS), words


def _exit_names(n_exits: int) -> list[str]:
    early = ["early exit"] if n_exits == 2 else [f"exit {k}" for k in range(1, n_exits)]
    return [*early, "final exit"]


def _accuracy_verdict(numbers: Sequence[Number]) -> tuple[Verdict, str]:
    off = [(number, number.ours.value - number.paper) for number in numbers if number.paper is not None]
    outside = [(number, by) for number, by in off if not _has(number.ours, number.ours.value - by)]
    if not outside:
        farthest = signed(max((by for _, by in off), key=abs))
        return Verdict.HOLDS, f"{farthest} points, within the interval" if len(off) == 1 else (
            f"each exit within its interval, at most {farthest} points off"
        )
    told = [(f"{number.part} " if len(off) > 1 else "") + f"{signed(by)} points" for number, by in outside]
    sides = {by < 0 for _, by in outside}
    verdict = Verdict.MIXED if len(sides) == 2 else Verdict.LESS if sides == {True} else Verdict.MORE
    return verdict, ", ".join(told)


def _has(estimate: Estimate, value: float) -> bool:
    return estimate.low <= value <= estimate.high
