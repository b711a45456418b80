"""Who pays: how accuracy within each class differs from a reference, beside its exit rate and its cost."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from trecx.figures.style import EARLY, GRAY, GREEN, QUIET, TEXT, YELLOW, Ink, blank_figure, padded
from trecx.scores import IntArray
from trecx.threshold.class_results import Estimates

PANELS = ((0.0, 0.5), (0.56, 0.76), (0.82, 1.0))  # of the width
ROOM_FOR_NUMBERS = 0.15  # of what is drawn
PAYS, GAINS, UNSURE = range(3)
_KINDS: tuple[tuple[str, Ink, str], ...] = (
    ("pays", YELLOW, "triangle-down"),
    ("gains", GREEN, "triangle-up"),
    ("could be chance", GRAY, "circle-open"),
)


class Panel(NamedTuple):
    """One number a class, as it is drawn: the axis' title with its unit, and how much makes one unit."""

    title: str
    unit: str
    scale: float
    estimates: Estimates


def kinds_of(difference: Estimates) -> IntArray:
    """Return of each class whether it pays, gains, or might do neither: its interval holds 0.

    A class without samples counts among the last.

    Returns:
        Array of shape (n_classes,).
    """
    return np.where(difference.high < 0, PAYS, np.where(difference.low > 0, GAINS, UNSURE))


def payers_first(difference: Estimates) -> IntArray:
    """Return the classes that were seen, those first that lose most, of shape (n_seen,)."""
    order = np.argsort(difference.value, kind="stable")
    seen: IntArray = order[~np.isnan(difference.value[order])]
    return seen


def by_class_figure(
    class_names: Sequence[str], difference: Panel, exit_rate: Panel, cost: Panel, classes: IntArray
) -> go.Figure:
    """Draw three numbers a class in one row each, with their 95 % intervals.

    Args:
        class_names: one name a class.
        difference: of accuracy, against the reference; marked and coloured only where the interval does not
            hold 0, and by shape as well as by colour.
        exit_rate: of each class.
        cost: mean per sample of each class.
        classes: which classes to draw, from the top down.
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
    """Give panel k its axis; all are as the blank figure's, with a grid to read heights across by."""
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
        hovertemplate=f"%{{x:.4g}} {panel.unit}<br>95 %: %{{customdata[0]:.4g}} to %{{customdata[1]:.4g}}"
        "<extra></extra>",
        name=name,
    )


def _add_numbers(figure: go.Figure, panel: Panel, classes: IntArray, kinds: IntArray) -> None:
    """Print how much each class pays or gains beyond the end of its interval that is farther from 0."""
    for row, (class_, kind) in enumerate(zip(classes, kinds, strict=True)):
        if kind == UNSURE:
            continue
        value, low, high = (float(part[class_]) / panel.scale for part in panel.estimates)
        figure.add_annotation(
            x=low if kind == PAYS else high,
            y=row,
            text=f"<b>{signed(value)}</b>",
            showarrow=False,
            font={"color": _KINDS[kind][1].text, "size": 12},
            xanchor="right" if kind == PAYS else "left",
            xshift=-6 if kind == PAYS else 6,
        )


def signed(value: float, decimals: int = 1) -> str:
    """Return a number with its sign, as a typographer writes it.

    >>> signed(-3.25), signed(0.04), signed(2)
    ('−3.2', '0.0', '+2.0')
    """
    text = f"{value:+.{decimals}f}"
    return text.replace("-", "−") if float(text) else text[1:]
