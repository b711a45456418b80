"""One comparison with the paper as a row: its numbers, and its result in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from trecx.reproduction.estimates import Estimate
from trecx.store import Run
from trecx.threshold.benefit_curve import REACHED


class Verdict(StrEnum):
    """The result of a comparison."""

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
        what: what is compared.
        paper: the paper's value, as text.
        ours: the value of this project, as text.
        runs: the runs that `ours` comes from.
        verdict: the result.
        words: the reason of the result.
        numbers: both values as numbers.
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


def with_uncertainty(ours: Sequence[Estimate], decimals: int = 1, unit: str = "") -> str:
    """Return numbers of the same runs with half of their 95 % CI, or with their deviation over seeds.

    >>> with_uncertainty([Estimate(92.43, 91.69, 93.17)], unit=" %")
    '92.4 ± 0.7 %'
    >>> with_uncertainty([Estimate(90, 89, 91, 0.8, 5), Estimate(95, 94, 96, 0.6, 5)], unit=" %")
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
    unit: str = " pt",
    decimals: int = 1,
) -> Row:
    """Return the claim that the number of one design is higher: it holds if the CI of the gain is above 0.

    Args:
        what: the claim.
        gain: the difference.
        paper: the paper's gain, if it has one.
        runs: the runs that `gain` comes from.
        unit: of `gain`.
        decimals: number of decimals.
    """
    verdict = Verdict.HOLDS if gain.low > 0 else Verdict.FAILS if gain.high < 0 else Verdict.UNDECIDED
    value, low, high = (signed(each, decimals) for each in (gain.value, gain.low, gain.high))
    of_what = "the samples" if gain.n_runs == 1 else f"{gain.n_runs} seeds"
    words = {
        Verdict.HOLDS: f"{value}{unit} (95 % CI {low} to {high})",
        Verdict.FAILS: f"the opposite: {value}{unit} (95 % CI {low} to {high})",
        Verdict.UNDECIDED: f"not significant: 95 % CI {low} to {high}{unit} over {of_what}",
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
    """Return accuracies of exits with the paper's: they hold if each 95 % CI includes the paper's number.

    Args:
        what: the design, as text.
        ours: by exit, in percent.
        paper: by exit, in percent, if it has them.
        runs: the runs that `ours` comes from.
    """
    text, names = with_uncertainty(ours, unit=" %"), _exit_names(len(ours))
    said = [None] * len(ours) if paper is None else list(paper)
    numbers = [Number(*each) for each in zip(names, ["%"] * len(ours), said, ours, strict=True)]
    if paper is None:
        return Row(what, "—", text, runs, Verdict.OURS, "", numbers)
    verdict, words = _accuracy_verdict(numbers)
    return Row(what, " / ".join(f"{value:g}" for value in paper) + " %", text, runs, verdict, words, numbers)


def count_row(
    what: str, unit: str, ours: float, paper: float | None, decimals: int, runs: Sequence[Run]
) -> Row:
    """Return an exact count with the paper's: it holds within one unit of the paper's last digit.

    Args:
        what: what is counted.
        unit: of both numbers.
        ours: the count of this project.
        paper: the paper's, if it has one.
        decimals: number of decimals in the paper.
        runs: the runs that `ours` comes from.
    """
    number = Number("", unit, paper, Estimate(ours, ours, ours))
    text = f"{ours:.{decimals + 1}f}"
    if paper is None:
        return Row(what, "—", text, runs, Verdict.OURS, "", [number])
    off = abs(ours - paper)
    holds = off <= 1.001 * 10**-decimals
    words = "equal to the paper's last digit" if holds else f"differs by {100 * off / paper:.1f} %"
    verdict = Verdict.HOLDS if holds else Verdict.FAILS
    return Row(what, f"{paper:.{decimals}f}", text, runs, verdict, words, [number])


def saving_verdict(saving: Estimate, paper: float | None, at: str, short: float) -> tuple[Verdict, str]:
    """Return the result of a trade-off point: it holds if the 95 % CI includes the paper's saving.

    Args:
        saving: share of the baseline's FLOPs saved, 0..1.
        paper: the same in the paper, if it has it.
        at: the drop in accuracy, in words.
        short: how far the point's accuracy is below the target, 0..1.
    """
    if short > REACHED:
        return Verdict.FAILS, f"not reached: the best point is {100 * short:.1f} pt below the target"
    low, high = (signed(100 * end, 0).lstrip("+") for end in (saving.low, saving.high))
    word = "fewer" if saving.value >= 0 else "more"
    words = f"{100 * abs(saving.value):.1f} % {word} FLOPs {at} (95 % CI of the saving: {low} to {high} %)"
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
        return Verdict.HOLDS, f"{farthest} pt, within the 95 % CI" if len(off) == 1 else (
            f"each exit within its 95 % CI, largest difference {farthest} pt"
        )
    told = [(f"{number.part} " if len(off) > 1 else "") + f"{signed(by)} pt" for number, by in outside]
    sides = {by < 0 for _, by in outside}
    verdict = Verdict.MIXED if len(sides) == 2 else Verdict.LESS if sides == {True} else Verdict.MORE
    return verdict, ", ".join(told)


def _has(estimate: Estimate, value: float) -> bool:
    return estimate.low <= value <= estimate.high
