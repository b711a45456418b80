"""Benefit curves of several designs in one figure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from trecx.figures.style import (
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    PAGE,
    STANDOFF,
    VIOLET,
    WRONG,
    YELLOW,
    Ink,
    Name,
    add_names,
    blank_figure,
    cross,
    padded,
)
from trecx.scores import FloatArray

LOG_TICKS = [k * 10**power for power in range(-3, 4) for k in (1, 1.5, 2, 3, 4, 6, 8)]
FEW_TICKS = 4
LINE_INKS = (BLUE, ORANGE, GREEN, VIOLET, YELLOW)


class Region(NamedTuple):
    """The part that is drawn: FLOPs and accuracies (0..1), each low and high."""

    flops: tuple[float, float]
    accuracy: tuple[float, float]


@dataclass(frozen=True, eq=False)
class CurveLine:
    """The benefit curve of one design, from one run or as the mean of several; a single point is drawn as ×.

    Attributes:
        name: its label; "<br>" begins a second line.
        flops: expected FLOPs per sample, increasing, of shape (n_points,).
        accuracy: total accuracy there (Eq. 2), 0..1, of shape (n_points,).
        spread: half the height of the band around it, 0..1, of shape (n_points,); None: no band.
        ink: how it is drawn.
        thresholds: lowest and highest ρ that gives each point, of shape (n_points, 2); None: not shown.
        chosen: FLOPs and accuracy at the selected ρ; None: no point.
    """

    name: str
    flops: FloatArray
    accuracy: FloatArray
    spread: FloatArray | None
    ink: Ink
    thresholds: FloatArray | None = None
    chosen: tuple[float, float] | None = None


def line_inks(n_lines: int) -> list[Ink]:
    """Return an ink for each of `n_lines` lines; a repeated colour has another dash."""
    dashes = [None, "1px,3px", "14px,3px", "6px,2px,1px,2px"]
    inks = [Ink(ink.colour, ink.text, dash or ink.dash) for dash in dashes for ink in LINE_INKS]
    return [ink for ink, _ in zip(cycle(inks), range(n_lines), strict=False)]


def comparison_figure(
    lines: Sequence[CurveLine],
    baseline: tuple[float, float] | None = None,
    log_flops: bool = False,
    region: Region | None = None,
) -> go.Figure:
    """Draw labelled benefit curves (paper, Figures 4, 6 and 7).

    Args:
        lines: the curves; without any, the figure has axes only.
        baseline: FLOPs and accuracy of the network without exits, marked ×.
        log_flops: whether the FLOPs axis is logarithmic.
        region: the part to show; None: everything.
    """
    figure = blank_figure("expected FLOPs per inference (millions)", "accuracy")
    for line in lines:
        _add_line(figure, line)
    ends = [(_label(line), *end, line.ink) for line in lines if (end := _last_seen(line, region)) is not None]
    if baseline:
        _add_cross(figure, "baseline", baseline, GRAY)
        ends.append(("× baseline", *baseline, GRAY))
    position = math.log10 if log_flops else float
    if ends:
        _set_ranges(figure, lines, [end[1:3] for end in ends], log_flops, region)
        add_names(
            figure, [Name(name, position(flops / 1e6), 100 * y, ink.text) for name, flops, y, ink in ends]
        )
    return figure


def unseen(lines: Sequence[CurveLine], region: Region) -> list[str]:
    """Return the names of the lines without a point in a region."""
    return [line.name for line in lines if _last_seen(line, region) is None]


def _label(line: CurveLine) -> str:
    return f"× {line.name}" if len(line.flops) == 1 else line.name


def _last_seen(line: CurveLine, region: Region | None) -> tuple[float, float] | None:
    """Return FLOPs and accuracy of a line's most expensive point within the region; None if it has none."""
    if region is None:
        return float(line.flops[-1]), float(line.accuracy[-1])
    (first, last), (low, high) = region
    flops = line.flops[(line.flops >= first) & (line.flops <= last)]
    if line.flops[0] < last < line.flops[-1]:
        flops = np.append(flops, last)  # the line ends outside the region
    accuracy = np.interp(flops, line.flops, line.accuracy)
    seen = np.flatnonzero((accuracy >= low) & (accuracy <= high))
    return (float(flops[seen[-1]]), float(accuracy[seen[-1]])) if len(seen) else None


def _hover(line: CurveLine) -> list[str]:
    """Return the ρ of each point as hover text."""
    if line.thresholds is None:
        return [""] * len(line.flops)
    return [
        "no early exits<br>"
        if low > 1
        else f"ρ {low:.4f}<br>"
        if low == high
        else f"ρ {low:.3f} to {f'{high:.3f}' if high <= 1 else 'above 1'}<br>"
        for low, high in line.thresholds.tolist()
    ]


def _add_line(figure: go.Figure, line: CurveLine) -> None:
    if len(line.flops) == 1:
        _add_cross(figure, line.name, (line.flops[0], line.accuracy[0]), line.ink)
        return
    mflops, percent = line.flops / 1e6, 100 * line.accuracy
    if line.spread is not None:
        figure.add_scatter(
            x=np.concatenate([mflops, mflops[::-1]]),
            y=100 * np.concatenate(_band(line.accuracy, line.spread)),
            fill="toself",
            fillcolor=line.ink.colour,
            opacity=0.18,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            name=f"{line.name}, spread",
        )
    figure.add_scatter(
        x=mflops,
        y=percent,
        mode="lines",
        line={"color": line.ink.colour, "width": 2, "dash": line.ink.dash},
        customdata=_hover(line),
        hovertemplate=f"{line.name}<br>%{{customdata}}%{{x:.3f}} MFLOPs<br>%{{y:.2f}} %<extra></extra>",
        name=line.name,
    )
    if line.chosen:
        figure.add_scatter(
            x=[line.chosen[0] / 1e6],
            y=[100 * line.chosen[1]],
            mode="markers",
            marker={"color": WRONG, "size": 9, "line": {"color": PAGE, "width": 1.5}},
            hovertemplate=f"{line.name}, at this ρ<br>%{{x:.3f}} MFLOPs<br>%{{y:.2f}} %<extra></extra>",
            name=f"{line.name}, at this ρ",
        )


def _band(accuracy: FloatArray, spread: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the upper edge, then the reversed lower edge, both limited to 0..1."""
    return np.minimum(accuracy + spread, 1), np.maximum(accuracy - spread, 0)[::-1]


def _add_cross(figure: go.Figure, name: str, point: tuple[float, float], ink: Ink) -> None:
    figure.add_scatter(
        x=[point[0] / 1e6],
        y=[100 * point[1]],
        mode="markers",
        marker=cross(ink),
        hovertemplate=f"{name}<br>%{{x:.3f}} MFLOPs<br>%{{y:.2f}} %<extra></extra>",
        name=name,
    )


def _set_ranges(
    figure: go.Figure,
    lines: Sequence[CurveLine],
    ends: Sequence[tuple[float, float]],
    log_flops: bool,
    region: Region | None,
) -> None:
    mflops = np.concatenate([[flops for flops, _ in ends], *(line.flops for line in lines)]) / 1e6
    drawn = [
        edge
        for line in lines
        for edge in _band(line.accuracy, 0 * line.flops if line.spread is None else line.spread)
    ]
    percents = 100 * np.concatenate([[y for _, y in ends], *drawn])
    if region:
        mflops, percents = np.array(region.flops) / 1e6, 100 * np.array(region.accuracy)
    figure.update_yaxes(range=padded(percents, 0.08), ticksuffix=" %", title_standoff=STANDOFF)
    if not log_flops:
        figure.update_xaxes(range=padded(mflops, 0.04))
        return
    span = padded(np.log10(mflops), 0.04)
    ticks = _log_ticks(10 ** span[0], 10 ** span[1])
    figure.update_xaxes(type="log", range=span, tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    figure.update_xaxes(title_text="expected FLOPs per inference (millions, log scale)")


def _log_ticks(low: float, high: float) -> list[float]:
    """Return round numbers within the range: those of each decade, or even steps if these are too few."""
    ticks = [tick for tick in LOG_TICKS if low <= tick <= high]
    step = 10 ** math.floor(math.log10(high - low))
    while len(ticks) < FEW_TICKS:
        ticks = [round(k * step, 9) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
        step /= 2
    return ticks
