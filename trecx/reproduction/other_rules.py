"""Table 1 by other rules: its trade-off points with another grid, tie rule, target or FLOP count."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from trecx.reproduction.evidence import Evidence
from trecx.reproduction.panel import Panel, Record, origin
from trecx.reproduction.paper import AUTHORS_GRID, GRID, TABLE_1, BesideBaseline
from trecx.reproduction.rows import signed
from trecx.scores import ExitScores, FloatArray
from trecx.threshold.benefit_curve import DROPS, BenefitCurve, TradeoffPoint, benefit_curve, tradeoff_points

HEAD = ("rule", "baseline's accuracy", "−1 pt", "−2 pt", "−3 pt")


class _Rule(NamedTuple):
    """Numbers at the four trade-off points; `beside` is the text after each."""

    name: str
    values: FloatArray
    unit: str
    beside: Sequence[str]


def other_rules(evidence: Evidence) -> Panel:
    """Return the trade-off points of a published T-RECX run by several rules, beside the paper's."""
    paper = TABLE_1.get(evidence.setting.task)
    pairs = evidence.pairs("trecx", "baseline")
    if not paper or not pairs or not evidence.setting.has_papers_samples:
        return Panel((), None, ())
    rules = _rules(*pairs[0], paper)
    records: list[Record] = [
        origin(evidence, "trecx") | {"rule": rule.name, "drop": drop, "value": value, "unit": rule.unit}
        for rule in rules
        for drop, value in zip(DROPS, rule.values.tolist(), strict=True)
    ]
    return Panel((), None, records, (HEAD, *map(_line, rules)))


def _rules(scores: ExitScores, baseline: ExitScores, paper: BesideBaseline) -> list[_Rule]:
    curve, said = benefit_curve(scores), np.array([paper.mflops_at(drop) for drop in DROPS])
    grid, base = np.linspace(0, 1, GRID), paper.baseline_accuracy
    final = float(scores.standalone_accuracy[-1])

    def by(name: str, points: Sequence[TradeoffPoint], scale: float = 1.0) -> _Rule:
        values = scale * np.array([point.flops for point in points]) / 1e6
        off = [f"{signed(100 * (one / other - 1))} %" for one, other in zip(values, said, strict=True)]
        return _Rule(name, values, "MFLOPs", off)

    usual = tradeoff_points(curve.at(grid), base)
    relative = [_closest(curve.at(grid), base * (1 - drop)) for drop in DROPS]
    authors = _above(curve, np.linspace(*AUTHORS_GRID))
    scale = 1e6 * paper.baseline_mflops / float(baseline.exit_flops[-1])
    return [
        _Rule("in the paper", said, "MFLOPs", [""] * len(DROPS)),
        by("ρ = 0, 0.01, …, 1; exit if c ≥ ρ (Table 1 above)", usual),
        by("the same, exit if c > ρ", tradeoff_points(_above(curve, grid), base)),
        by("the authors' linspace(0.01, 1, 101), exit if c > ρ", tradeoff_points(authors, base)),
        by("every step of the curve", tradeoff_points(curve, base)),
        by("1, 2, 3 % of the baseline's accuracy instead of pt", relative),
        by("below T-RECX's own final exit instead of the baseline", tradeoff_points(curve.at(grid), final)),
        by("baseline counted as in the paper, all MFLOPs scaled", usual, scale),
        _final_exit_needed(scores, usual, said),
        _accuracy_there(curve, said, base),
    ]


def _closest(curve: BenefitCurve, target: float) -> TradeoffPoint:
    return tradeoff_points(curve, target, (0.0,))[0]


def _above(curve: BenefitCurve, thresholds: FloatArray) -> BenefitCurve:
    """Return the steps where samples exit if their confidence is above a threshold, not equal to it."""
    above = np.nextafter(thresholds, np.inf)
    return curve.at(np.where(above <= 1, above, np.inf))


def _final_exit_needed(scores: ExitScores, points: Sequence[TradeoffPoint], said: FloatArray) -> _Rule:
    """What the final exit would have to cost to give the paper's numbers at these exit rates."""
    early, final = scores.exit_flops[0] / 1e6, scores.exit_flops[-1] / 1e6
    rates = np.array([point.exit_rate for point in points])
    with np.errstate(divide="ignore"):
        needed = (said - rates * early) / (1 - rates)
    off = [f"{signed(100 * (one / final - 1))} %" for one in needed]
    return _Rule("cost of the final exit that would give the paper's number", needed, "MFLOPs", off)


def _accuracy_there(curve: BenefitCurve, said: FloatArray, base: float) -> _Rule:
    """The accuracy of the step whose cost is nearest to the paper's."""
    steps = np.abs(curve.flops[None] - 1e6 * said[:, None]).argmin(axis=1)
    accuracy = 100 * curve.accuracy[steps]
    off = [f"{signed(a - 100 * (base - drop), 2)} pt" for a, drop in zip(accuracy, DROPS, strict=True)]
    return _Rule("accuracy here at the paper's MFLOPs, and above its target", accuracy, "%", off)


def _line(rule: _Rule) -> tuple[str, ...]:
    percent = " %" if rule.unit == "%" else ""
    cells = zip(rule.values, rule.beside, strict=True)
    return rule.name, *(f"{value:.2f}{percent}" + (f" ({text})" if text else "") for value, text in cells)
