"""Benefit curves of several tasks in one figure, each relative to its own baseline."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from trecx.figures.style import GRAY, PAGE, STANDOFF, Ink, Name, add_names, blank_figure, cross, padded
from trecx.scores import FloatArray

LOWEST = -4.0  # percentage points: the curves are drawn down to one below the last trade-off point


@dataclass(frozen=True, eq=False)
class TaskLine:
    """The benefit curve of one task, and the paper's points.

    Attributes:
        name: its label.
        flops: expected FLOPs as a share of the baseline's, increasing, of shape (n_points,).
        gain: difference in accuracy from the baseline, −1..1, of shape (n_points,).
        paper: the paper's points, as rows of FLOPs and gain, of shape (n_paper_points, 2).
        ink: how it is drawn.
    """

    name: str
    flops: FloatArray
    gain: FloatArray
    paper: FloatArray
    ink: Ink


def tasks_figure(lines: Sequence[TaskLine]) -> go.Figure:
    """Draw the curves with the paper's points as ◇; × is the baseline of every task."""
    figure = blank_figure("expected FLOPs per inference (% of the baseline's)", "accuracy − baseline (pt)")
    for line in lines:
        _add_line(figure, line)
    figure.add_scatter(
        x=[100],
        y=[0],
        mode="markers",
        marker=cross(GRAY),
        hovertemplate="baseline<extra></extra>",
        name="baseline",
    )
    drawn = [line.flops[100 * line.gain >= LOWEST] for line in lines]
    x = np.concatenate([[1.0], *drawn, *(line.paper[:, 0] for line in lines)])
    highest = max([0.0, *(float(line.gain.max()) for line in lines)])
    figure.update_xaxes(range=padded(100 * x, 0.04), ticksuffix=" %")
    figure.update_yaxes(
        range=padded(np.array([LOWEST, 100 * highest]), 0.06), ticksuffix=" pt", title_standoff=STANDOFF
    )
    ends = [Name(line.name, 100 * line.flops[-1], 100 * line.gain[-1], line.ink.text) for line in lines]
    add_names(
        figure, [*ends, Name("× baseline", 100, 0, GRAY.text), Name("◇ in the paper", 100, -2, GRAY.text)]
    )
    return figure


def _add_line(figure: go.Figure, line: TaskLine) -> None:
    hover = f"{line.name}%{{meta}}<br>%{{x:.1f}} % of the FLOPs<br>%{{y:+.2f}} pt<extra></extra>"
    figure.add_scatter(
        x=100 * line.flops,
        y=100 * line.gain,
        mode="lines",
        line={"color": line.ink.colour, "width": 2, "dash": line.ink.dash},
        meta="",
        hovertemplate=hover,
        name=line.name,
    )
    figure.add_scatter(
        x=100 * line.paper[:, 0],
        y=100 * line.paper[:, 1],
        mode="markers",
        marker={
            "color": PAGE,
            "size": 10,
            "symbol": "diamond",
            "line": {"color": line.ink.colour, "width": 2},
        },
        meta=", in the paper",
        hovertemplate=hover,
        name=f"{line.name}, in the paper",
    )
