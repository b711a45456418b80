"""What all figures share: colours by CSS variable, axes, room around the points, names beside lines."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from trecx.scores import FloatArray

EARLY = RIGHT = "var(--st-blue-color)"
WRONG = "var(--st-orange-color)"
BASELINE = "var(--st-gray-color)"
BETTER = "var(--st-green-background-color)"
TEXT = "var(--st-text-color)"
QUIET = "var(--st-gray-text-color)"
LINE = "var(--st-border-color)"
PAGE = "var(--st-background-color)"
CLEAR = "rgba(0,0,0,0)"
STANDOFF = 12  # pixels between the labels of an axis and its title
ROOM_FOR_NAMES = 190  # pixels to the right of the axes
NAME_GAP = 0.055  # of the axis' height, between the names of two lines
NEAR = 0.35  # of the axis' width: names closer than this can run into each other
LONGEST_LABEL = 24  # characters


class Ink(NamedTuple):
    """How a line is drawn: its colour, the colour of text about it, its dash."""

    colour: str
    text: str
    dash: str = "solid"


BLUE = Ink(EARLY, EARLY)
ORANGE = Ink(WRONG, WRONG, "5px,3px")
GREEN = Ink("var(--st-green-color)", "var(--st-green-text-color)", "9px,3px,2px,3px")
YELLOW = Ink("var(--st-yellow-color)", "var(--st-yellow-text-color)", "2px,3px")
VIOLET = Ink("var(--st-violet-color)", "var(--st-violet-text-color)", "12px,4px")
GRAY = Ink(BASELINE, QUIET, "dash")


def cross(ink: Ink) -> dict[str, object]:
    """Return the marker of a design with one exit, ×."""
    line = {"color": ink.colour, "width": 2.5}
    return {"color": ink.colour, "size": 11, "symbol": "x-thin", "line": line}


class Name(NamedTuple):
    """A text to write to the right of a point; x as the axis counts (log10 on a log axis)."""

    text: str
    x: float
    y: float
    colour: str


def blank_figure(x_title: str, y_title: str) -> go.Figure:
    """Return a figure without traces: transparent, quiet axes with these titles."""
    axis = {
        "gridcolor": LINE,
        "zeroline": False,
        "tickfont": {"color": QUIET, "size": 12},
        "fixedrange": True,
    }
    title = {"font": {"color": QUIET, "size": 12}}
    return go.Figure(
        layout={
            "template": go.layout.Template(),  # the default one would bring its own colours
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "showlegend": False,
            "font": {"family": "inherit", "color": TEXT},
            "margin": {"l": 76, "r": 16, "t": 8, "b": 44},
            "hoverlabel": {"font": {"family": "inherit"}},
            "xaxis": axis | {"title": title | {"text": x_title}, "showgrid": False},
            "yaxis": axis | {"title": title | {"text": y_title}},
        }
    )


def shortened(label: str, longest: int = LONGEST_LABEL) -> str:
    """Return a label that fits beside a mark, or where there is room for another number of characters.

    >>> shortened("a name that somebody thought about at length")
    'a name that somebody th…'
    """
    return label if len(label) <= longest else f"{label[: longest - 1]}…"


def padded(values: FloatArray, share: float) -> list[float]:
    """Return the range of `values` with this share of it as room on both sides."""
    low, high = float(values.min()), float(values.max())
    room = share * (high - low) or share * abs(high) or 1.0
    return [low - room, high + room]


def add_names(figure: go.Figure, names: Sequence[Name]) -> None:
    """Write each name beside its point, moved down where it would run into another; ranges must be set.

    The names of points near the right edge stand in one column beyond it.
    """
    left, right = figure.layout.xaxis.range
    low, high = figure.layout.yaxis.range
    edge = right - NEAR * (right - left)
    names = [name._replace(x=right) if name.x > edge else name for name in names]
    placed: list[Name] = []
    for name in sorted(names, key=lambda name: -name.y):
        gap = NAME_GAP * (high - low) * (1 + name.text.count("<br>"))
        near = [other.y for other in placed if abs(other.x - name.x) < NEAR * (right - left)]
        height = min([name.y, *(y - gap for y in near)])
        placed.append(name._replace(y=height))
    for name in placed:
        figure.add_annotation(
            x=name.x,
            y=name.y,
            text=name.text,
            font={"color": name.colour, "size": 12},
            bgcolor=PAGE,  # readable where another line runs below it
            borderpad=1,
            showarrow=False,
            align="left" if "<br>" in name.text else None,
            xanchor="left",
            yanchor="middle",
            xshift=8,
        )
    figure.update_layout(margin={"r": ROOM_FOR_NAMES})
