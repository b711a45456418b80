"""The benefit curve of one run, with its baseline and its trade-off points."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go

from trecx.figures.style import BASELINE, BETTER, EARLY, GRAY, QUIET, TEXT, blank_figure, cross, padded
from trecx.scores import FloatArray, IntArray
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.oracle import Oracle
from trecx.threshold.resampling.accuracy_band import AccuracyBand

LETTER, LINE_HEIGHT = 0.013, 0.06  # width of a letter and height of a line, as shares of the axes


@dataclass(frozen=True, eq=False)
class CostAxis:
    """The cost per inference that a benefit curve is drawn over.

    Attributes:
        title: the axis' title, with its unit.
        unit: of a number on it.
        scale: how many units of `exit_costs` make one unit of the axis.
        exit_costs: cost up to each exit's prediction, of shape (n_exits,).
    """

    title: str
    unit: str
    scale: float
    exit_costs: FloatArray | IntArray

    def of(self, curve: BenefitCurve) -> FloatArray:
        """Return the expected cost of each step, in units, of shape (n_steps,)."""
        return curve.expected(self.exit_costs) / self.scale


def flops_axis(exit_flops: IntArray) -> CostAxis:
    """Return the axis that the paper uses: millions of FLOPs."""
    return CostAxis("expected FLOPs per inference (millions)", "MFLOPs", 1e6, exit_flops)


def benefit_curve_figure(
    curve: BenefitCurve,
    axis: CostAxis,
    baseline: tuple[float, float] | None = None,
    marks: Sequence[tuple[str, float]] = (),
    oracle: Oracle | None = None,
    named: Sequence[tuple[str, float]] = (),
    band: AccuracyBand | None = None,
) -> go.Figure:
    """Draw accuracy against expected cost as ρ moves (paper, Figure 4).

    Args:
        curve: every step of it is drawn.
        axis: the cost to draw it over.
        baseline: cost (in the unit of `axis.exit_costs`) and accuracy of the baseline, marked ×.
        marks: label and ρ of the trade-off points.
        oracle: the upper bound.
        named: name and ρ of saved points.
        band: the 95 % CI of the accuracy, drawn behind the curve.
    """
    figure = blank_figure(axis.title, "accuracy")
    percents, costs = 100 * curve.accuracy, axis.of(curve)
    if band:
        _add_band(figure, axis.of(curve.at(band.thresholds)), band)
        percents, costs = (
            np.append(percents, 100 * np.array([band.low.min(), band.high.max()])),
            np.append(costs, costs[[0, -1]]),
        )
    figure.add_scatter(
        x=costs,
        y=percents,
        customdata=curve.thresholds.clip(max=1),
        mode="lines",
        line={"color": EARLY, "width": 2},
        hovertemplate=f"ρ %{{customdata:.4f}}<br>%{{x:.4g}} {axis.unit}<br>%{{y:.2f}} %<extra></extra>",
        name="benefit curve",
    )
    if marks:
        _add_marks(figure, curve.at([threshold for _, threshold in marks]), axis, [name for name, _ in marks])
    if oracle:
        bound = oracle.exit_counts @ axis.exit_costs / curve.n_samples / axis.scale
        _add_oracle(figure, bound, 100 * oracle.accuracy)
        percents, costs = np.append(percents, 100 * oracle.accuracy), np.append(costs, bound)
    if baseline:
        x, y = baseline[0] / axis.scale, 100 * baseline[1]
        _add_baseline(figure, x, y, axis.unit)
        percents, costs = np.append(percents, y), np.append(costs, x)
    figure.update_xaxes(range=padded(costs, 0.06))
    figure.update_yaxes(range=padded(percents, 0.1), tickformat=".1f", ticksuffix=" %")
    if named:
        _add_named(figure, curve.at([threshold for _, threshold in named]), axis, [name for name, _ in named])
    return figure


def _add_band(figure: go.Figure, costs: FloatArray, band: AccuracyBand) -> None:
    figure.add_scatter(
        x=np.concatenate([costs, costs[::-1]]),
        y=100 * np.concatenate([band.high, band.low[::-1]]),
        fill="toself",
        fillcolor=EARLY,
        opacity=0.22,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        name="95 % band",
    )


def _add_marks(figure: go.Figure, points: BenefitCurve, axis: CostAxis, labels: list[str]) -> None:
    figure.add_scatter(
        x=axis.of(points),
        y=100 * points.accuracy,
        text=labels,
        mode="markers+text",
        marker={"color": QUIET, "size": 9, "symbol": "line-ns-open"},
        textposition="bottom right",
        textfont={"color": QUIET, "size": 12},
        hoverinfo="skip",
        name="trade-off points",
    )


def _add_named(figure: go.Figure, points: BenefitCurve, axis: CostAxis, names: list[str]) -> None:
    """Mark saved points with their names; a name is always text, never markup.

    A name that would overlap an earlier one is shown only on hover. Ranges must be set.
    """
    x, y = axis.of(points), 100 * points.accuracy
    shown = [escape(name, quote=False) for name in names]
    sides = _sides_with_room(figure, x, y, names)
    figure.add_scatter(
        x=x,
        y=y,
        text=[name if side else "" for name, side in zip(shown, sides, strict=True)],
        customdata=shown,
        mode="markers+text",
        marker={"color": TEXT, "size": 9, "symbol": "diamond-open"},
        textposition=[f"top {side or 'left'}" for side in sides],
        textfont={"color": TEXT, "size": 12},
        hovertemplate="%{customdata}<extra></extra>",
        name="named points",
    )


def _sides_with_room(figure: go.Figure, x: FloatArray, y: FloatArray, names: list[str]) -> list[str]:
    """Return the side of its point where each name fits: "left", "right", or "" where neither does."""
    (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    letter, line = LETTER * (right - left), LINE_HEIGHT * (high - low)
    placed: list[tuple[float, float, float]] = []
    sides = []
    for at, height, name in zip(x.tolist(), y.tolist(), names, strict=True):
        length = letter * len(name)
        side, begin = ("left", at - length) if at - length > left else ("right", at)
        end = begin + length
        if any(begin < stop and end > start and abs(height - other) < line for start, stop, other in placed):
            side = ""
        else:
            placed.append((begin, end, height))
        sides.append(side)
    return sides


def _add_oracle(figure: go.Figure, costs: FloatArray, percents: FloatArray) -> None:
    figure.add_scatter(
        x=costs,
        y=percents,
        text=[*[""] * (len(costs) - 1), "oracle (upper bound)"],
        mode="lines+text",
        textposition="middle right",
        textfont={"color": QUIET, "size": 12},
        line={"color": BASELINE, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
        name="oracle",
    )


def _add_baseline(figure: go.Figure, x: float, y: float, unit: str) -> None:
    figure.add_hrect(y0=y, y1=200, fillcolor=BETTER, line_width=0, layer="below")
    figure.add_hline(y, line={"color": BASELINE, "width": 1, "dash": "dash"})
    figure.add_scatter(
        x=[x],
        y=[y],
        text=["baseline"],
        mode="markers+text",
        textposition="bottom center",
        textfont={"color": QUIET, "size": 12},
        marker=cross(GRAY),
        hovertemplate=f"baseline<br>%{{x:.4g}} {unit}<br>%{{y:.2f}} %<extra></extra>",
        name="baseline",
    )
