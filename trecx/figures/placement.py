"""Accuracy by the place of the early exit."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from trecx.figures.style import BLUE, GRAY, ORANGE, STANDOFF, Ink, Name, add_names, blank_figure, padded

FRACTIONS = {0.25: "¼", 0.5: "½", 0.75: "¾"}


class PlacedExit(NamedTuple):
    """A network with its early exit at `place` (a share of the network, 0..1).

    `early` and `final`: accuracy of the exit alone, 0..1, and the half-width of its error bar.
    """

    place: float
    early: tuple[float, float]
    final: tuple[float, float]


def placement_figure(exits: Sequence[PlacedExit], baseline_accuracy: float | None = None) -> go.Figure:
    """Draw the accuracy of each exit alone by the place of the early exit (paper, Figure 2)."""
    figure = blank_figure("place of the early exit in the network", "accuracy of the exit alone")
    figure.update_xaxes(tickvals=list(FRACTIONS), ticktext=list(FRACTIONS.values()), range=[0.2, 0.8])
    if not exits:
        return figure
    exits = sorted(exits)
    places = [placed.place for placed in exits]
    names = [
        _add_exit(figure, places, [placed.final for placed in exits], "final exit", BLUE),
        _add_exit(figure, places, [placed.early for placed in exits], "early exit", ORANGE),
    ]
    if baseline_accuracy is not None:
        percent = 100 * baseline_accuracy
        figure.add_hline(percent, line={"color": GRAY.colour, "width": 1, "dash": GRAY.dash})
        names.append(Name("baseline, no early exit", places[-1], percent, GRAY.text))
    drawn = [
        min(100 * (y + side * bar), 100.0)
        for placed in exits
        for y, bar in (placed.early, placed.final)
        for side in (-1, 1)
    ]
    drawn += [] if baseline_accuracy is None else [100 * baseline_accuracy]
    figure.update_yaxes(range=padded(np.array(drawn), 0.08), ticksuffix=" %", title_standoff=STANDOFF)
    add_names(figure, names)
    return figure


def _add_exit(
    figure: go.Figure, places: list[float], values: list[tuple[float, float]], name: str, ink: Ink
) -> Name:
    percents, bars = (100 * np.array(values)).T
    figure.add_scatter(
        x=places,
        y=percents,
        error_y={
            "array": np.minimum(bars, 100 - percents),  # no accuracy is above 100 %
            "arrayminus": bars,
            "color": ink.colour,
            "thickness": 1.5,
            "width": 5,
        },
        mode="lines+markers",
        line={"color": ink.colour, "width": 2, "dash": ink.dash},
        marker={"color": ink.colour, "size": 8},
        hovertemplate="%{y:.2f} %<extra></extra>",
        name=name,
    )
    return Name(name, places[-1], float(percents[-1]), ink.text)
