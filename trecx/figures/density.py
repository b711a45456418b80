"""Violin plots of densities computed beforehand, so that nothing is drawn outside the confidence band."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from trecx.confidence.distribution import Spread
from trecx.figures.style import LINE, QUIET, RIGHT, STANDOFF, TEXT, WRONG, Ink, blank_figure
from trecx.scores import FloatArray

HALF_WIDTH = 0.4  # of the widest violin; neighbours stand 1 apart
ROOM_FOR_COUNTS = 190  # pixels to the right of split violins


@dataclass(frozen=True, eq=False)
class Violin:
    """The distribution of the confidences of one design.

    Attributes:
        name: its label.
        confidence: where the density was computed, increasing, of shape (n_points,).
        density: the density there; its integral is 1, of shape (n_points,).
        median: median confidence.
        ink: how it is drawn.
    """

    name: str
    confidence: FloatArray
    density: FloatArray
    median: float
    ink: Ink


def violin_figure(violins: Sequence[Violin]) -> go.Figure:
    """Draw violins of equal area side by side, each with its median (paper, Figure 5)."""
    figure = blank_figure("", "confidence at the early exit")
    widest = max((float(violin.density.max()) for violin in violins), default=1.0)
    for centre, violin in enumerate(violins):
        _add_violin(figure, centre, violin, HALF_WIDTH / widest)
    figure.update_xaxes(
        range=[-0.6, len(violins) - 0.4],
        tickvals=list(range(len(violins))),
        ticktext=[violin.name for violin in violins],
        tickfont={"color": TEXT, "size": 12},
    )
    figure.update_yaxes(tickformat=".2f", title_standoff=STANDOFF)
    if violins:
        edges = np.concatenate([violin.confidence[[0, -1]] for violin in violins])
        figure.update_yaxes(range=[edges.min() - 0.01, edges.max() + 0.01])
    return figure


def _add_violin(figure: go.Figure, centre: int, violin: Violin, scale: float) -> None:
    half = scale * violin.density
    figure.add_scatter(
        x=np.concatenate([centre - half, centre + half[::-1]]),
        y=np.concatenate([violin.confidence, violin.confidence[::-1]]),
        fill="toself",
        fillcolor=violin.ink.colour,
        opacity=0.55,
        line={"color": violin.ink.colour, "width": 1.5},
        mode="lines",
        hoverinfo="skip",
        name=violin.name,
    )
    reach = float(np.interp(violin.median, violin.confidence, half))
    figure.add_scatter(
        x=[centre - reach, centre + reach],
        y=[violin.median, violin.median],
        mode="lines",
        line={"color": TEXT, "width": 2},
        hovertemplate="median %{y:.3f}<extra></extra>",
        name=f"{violin.name}, median",
    )
    figure.add_annotation(
        x=centre,
        y=violin.median,
        text=f"median {violin.median:.3f}",
        showarrow=False,
        yshift=10,
        font={"color": TEXT, "size": 12},
    )


@dataclass(frozen=True, eq=False)
class SplitViolin:
    """The distribution of the confidences of one exit within a band, correct and wrong apart.

    Attributes:
        run: title of the run.
        exit_name: name of the exit.
        right: of the correct predictions.
        wrong: of the wrong predictions.
    """

    run: str
    exit_name: str
    right: Spread
    wrong: Spread


def split_violin_figure(
    violins: Sequence[SplitViolin], band: tuple[float, float], threshold: float | None = None
) -> go.Figure:
    """Draw horizontal violins on one confidence axis, correct above and wrong below (paper, Figure 5, split).

    All halves have the same height, whatever their count; counts and medians are written next to them.

    Args:
        violins: from top to bottom, grouped by run.
        band: lower and upper end of the confidence axis.
        threshold: ρ, marked if it is within the band; None: not marked.
    """
    low, high = band
    figure = blank_figure(f"confidence, {low:g} to {high:g}", "exit")
    for place, violin in enumerate(violins):
        _add_half(figure, place, violin.right, -1, "correct", RIGHT)
        _add_half(figure, place, violin.wrong, 1, "wrong", WRONG)
        if place and violin.run != violins[place - 1].run:
            figure.add_hline(place - 0.5, line={"color": LINE, "width": 1})
    if threshold is not None and low <= threshold <= high:
        figure.add_vline(threshold, line={"color": TEXT, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=threshold, y=1, yref="paper", yanchor="bottom", text=f"ρ {threshold:.3g}", showarrow=False
        )
    figure.update_xaxes(range=[low, high], showgrid=True, gridcolor=LINE)
    figure.update_yaxes(
        range=[len(violins) - 0.5, -0.5],  # the first one on top
        showgrid=False,
        title_text="" if violins else "exit",
        tickvals=list(range(len(violins))),
        ticktext=[f"{violin.run}<br>{violin.exit_name}" for violin in violins],
        tickfont={"color": TEXT, "size": 12},
        ticklabelstandoff=8,
        automargin=True,
    )
    figure.update_layout(margin={"r": ROOM_FOR_COUNTS, "t": 24}, font={"size": 12})
    return figure


def _add_half(figure: go.Figure, place: int, spread: Spread, side: int, name: str, colour: str) -> None:
    """Draw one half of a violin (side −1: above its line), its median, and its count as text."""
    words = f"<b>{spread.count:,.0f}</b> {name}"
    if spread.median is None:
        words = f"no {name} predictions in this band"
    else:
        words += f", median {spread.median:.3f}"
        half = side * HALF_WIDTH * spread.density / spread.density.max()
        figure.add_scatter(
            x=np.concatenate([spread.confidence, spread.confidence[::-1]]),
            y=np.concatenate([place + half, np.full(len(half), float(place))]),
            fill="toself",
            fillcolor=colour,
            opacity=0.55,
            line={"color": colour, "width": 1},
            mode="lines",
            hoverinfo="skip",
            name=f"{place} {name}",
        )
        reach = float(np.interp(spread.median, spread.confidence, half))
        figure.add_scatter(
            x=[spread.median, spread.median],
            y=[place, place + reach],
            mode="lines",
            line={"color": TEXT, "width": 2},
            hovertemplate=f"{name}, median %{{x:.3f}}<extra></extra>",
            name=f"{place} {name}, median",
        )
    figure.add_annotation(
        x=1,
        xref="paper",
        xanchor="left",
        xshift=12,
        y=place + side * HALF_WIDTH / 2,
        text=words,
        font={"color": colour if spread.median is not None else QUIET, "size": 12},
        showarrow=False,
    )
