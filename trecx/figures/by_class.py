"""Results per class: accuracy change vs a reference, exit rate and cost, each with its 95 % CI."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from trecx.figures.style import EARLY, GRAY, GREEN, QUIET, TEXT, YELLOW, Ink, blank_figure, padded
from trecx.scores import IntArray
from trecx.threshold.class_results import Estimates

PANELS = ((0.0, 0.5), (0.56, 0.76), (0.82, 1.0))  # of the width
ROOM_FOR_NUMBERS = 0.15  # of what is drawn
LOSES, GAINS, NOT_SIGNIFICANT = range(3)
_KINDS: tuple[tuple[str, Ink, str], ...] = (
    ("loses", YELLOW, "triangle-down"),
    ("gains", GREEN, "triangle-up"),
    ("not significant", GRAY, "circle-open"),
)


class Panel(NamedTuple):
    """One number per class, as it is drawn: the axis title with its unit, and the size of one unit."""

    title: str
    unit: str
    scale: float
    estimates: Estimates


def kinds_of(difference: Estimates) -> IntArray:
    """Return whether each class loses or gains significantly, or neither: then its interval includes 0.

    A class without samples is not significant.

    Returns:
        Array of shape (n_classes,).
    """
    return np.where(difference.high < 0, LOSES, np.where(difference.low > 0, GAINS, NOT_SIGNIFICANT))


def largest_loss_first(difference: Estimates) -> IntArray:
    """Return the classes that have samples, largest loss first, of shape (n_seen,)."""
    order = np.argsort(difference.value, kind="stable")
    seen: IntArray = order[~np.isnan(difference.value[order])]
    return seen


def by_class_figure(
    class_names: Sequence[str], difference: Panel, exit_rate: Panel, cost: Panel, classes: IntArray
) -> go.Figure:
    """Draw one row per class with three numbers and their 95 % CI.

    Args:
        class_names: one name per class.
        difference: accuracy change vs the reference; a significant one is marked by shape and by colour.
        exit_rate: of each class.
        cost: mean per sample of each class.
        classes: the classes to draw, from top to bottom.
    """
    figure = blank_figure(difference.title, "")
    panels = (difference, exit_rate, cost)
    for k, panel in enumerate(panels):
        _add_axis(figure, k, panel.title)
        if len(classes):
            _set_range(figure, k, panel, classes)
    rows = np.arange(len(classes))
    figure.update_yaxes(
        tickvals=rows,
        ticktext=[class_names[class_] for class_ in classes],
        range=[len(classes) - 0.5, -0.5],
        tickfont={"color": TEXT, "size": 12},
        ticklabelstandoff=6,
        automargin=True,
    )
    kinds = kinds_of(difference.estimates)[classes]
    for kind, (name, ink, symbol) in enumerate(_KINDS):
        _add_dots(figure, 0, difference, classes, rows[kinds == kind], (name, ink.colour, symbol))
    _add_numbers(figure, difference, classes, kinds)
    for k, panel in enumerate(panels[1:], 1):
        _add_dots(figure, k, panel, classes, rows, (panel.title, EARLY, "circle"))
    figure.update_layout(margin={"r": 48})  # the last panel is narrower than its title
    figure.add_vline(0, line={"color": QUIET, "width": 1}, xref="x")
    return figure


def _add_axis(figure: go.Figure, k: int, title: str) -> None:
    """Give panel k the axis of a blank figure, with a grid."""
    axis = figure.layout.xaxis.to_plotly_json() | {"domain": PANELS[k], "anchor": "y", "showgrid": True}
    axis |= {
        "title": axis["title"] | {"text": title},
        "nticks": 10 if k == 0 else 4,
        "exponentformat": "none",
        "separatethousands": True,
    }
    figure.update_layout({f"xaxis{k + 1}" if k else "xaxis": axis})


def _set_range(figure: go.Figure, k: int, panel: Panel, classes: IntArray) -> None:
    ends = np.concatenate([part[classes] for part in panel.estimates]) / panel.scale
    if k == 0:
        ends = np.append(ends, 0.0)
    figure.update_layout(
        {f"xaxis{k + 1}" if k else "xaxis": {"range": padded(ends, ROOM_FOR_NUMBERS if k == 0 else 0.06)}}
    )


def _add_dots(
    figure: go.Figure,
    k: int,
    panel: Panel,
    classes: IntArray,
    rows: IntArray,
    look: tuple[str, str, str],
) -> None:
    name, colour, symbol = look
    value, low, high = (part[classes[rows]] / panel.scale for part in panel.estimates)
    figure.add_scatter(
        x=value,
        y=rows,
        xaxis=f"x{k + 1}" if k else "x",
        error_x={
            "array": high - value,
            "arrayminus": value - low,
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 9, "line": {"width": 1.5, "color": colour}},
        customdata=np.column_stack([low, high]),
        hovertemplate=f"%{{x:.4g}} {panel.unit}<br>95 % CI: %{{customdata[0]:.4g}} to %{{customdata[1]:.4g}}"
        "<extra></extra>",
        name=name,
    )


def _add_numbers(figure: go.Figure, panel: Panel, classes: IntArray, kinds: IntArray) -> None:
    """Print each significant change outside the end of its interval that is farther from 0."""
    for row, (class_, kind) in enumerate(zip(classes, kinds, strict=True)):
        if kind == NOT_SIGNIFICANT:
            continue
        value, low, high = (float(part[class_]) / panel.scale for part in panel.estimates)
        figure.add_annotation(
            x=low if kind == LOSES else high,
            y=row,
            text=f"<b>{signed(value)}</b>",
            showarrow=False,
            font={"color": _KINDS[kind][1].text, "size": 12},
            xanchor="right" if kind == LOSES else "left",
            xshift=-6 if kind == LOSES else 6,
        )


def signed(value: float, decimals: int = 1) -> str:
    """Return a number with its sign, minus as "−"; a number that rounds to 0 has no sign.

    >>> signed(-3.25), signed(0.04), signed(2)
    ('−3.2', '0.0', '+2.0')
    """
    text = f"{value:+.{decimals}f}"
    return text.replace("-", "−") if float(text) else text[1:]
