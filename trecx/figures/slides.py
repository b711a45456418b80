"""Pictures that people paste: one message each, large enough to be read from the last row."""

import textwrap
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from trecx.figures.benefit import CostAxis, benefit_curve_figure
from trecx.figures.by_class import signed
from trecx.figures.confusion import FEW, confusion_change_figure
from trecx.figures.style import BASELINE, CLEAR, EARLY, QUIET, TEXT, WRONG, blank_figure, shortened
from trecx.scores import FloatArray, IntArray
from trecx.threshold.benefit_curve import BenefitCurve

WIDTH, HEIGHT = 1600, 900  # pixels
TITLE, LARGE, SMALL = 38, 26, 22
TITLE_LENGTH, ABOUT_LENGTH, ABOUT_LINES = 72, 128, 3  # characters that a line has room for
TOP, THIRD_LINE = 200, 28  # pixels above the figure: with two lines, and for one more
MOST_CLASSES = 14
PANELS = ((0.0, 0.42), (0.56, 1.0))  # of the width
ROOM_ABOVE = 1.12  # of the highest bar: its number stands there


class Words(NamedTuple):
    """What a slide says: its message, and over what it holds."""

    title: str
    about: str


class Chosen(NamedTuple):
    """The chosen point on the benefit curve: its name, cost in the axis' unit, and accuracy, 0..1."""

    name: str
    cost: float
    accuracy: float


class Bars(NamedTuple):
    """What an inference costs without early exits, and here: the axis' title with its unit, both values."""

    title: str
    names: tuple[str, str]
    values: tuple[float, float]


def benefit_slide(
    words: Words, curve: BenefitCurve, axis: CostAxis, chosen: Chosen, baseline: tuple[float, float] | None
) -> go.Figure:
    """Draw the benefit curve with the chosen point.

    Args:
        words: what it says.
        curve: every step of it is drawn.
        axis: what it costs.
        chosen: on the curve, or, with one threshold per exit, beside it.
        baseline: cost and accuracy of the network without exits.
    """
    figure = benefit_curve_figure(curve, axis, baseline)
    x, y = chosen.cost, 100 * chosen.accuracy
    left, right = figure.layout.xaxis.range
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers+text",
        text=[f"  {chosen.name}: {y:.1f} %, {x:.3g} {axis.unit}  "],
        textposition=f"bottom {'right' if x < (left + right) / 2 else 'left'}",
        textfont={"color": TEXT},
        marker={"color": WRONG, "size": 26},
        cliponaxis=False,
        name="chosen point",
    )
    figure.update_traces(line_width=5, selector={"name": "benefit curve"})
    figure.update_traces(marker={"size": 24, "line": {"width": 5}}, selector={"name": "baseline"})
    return _as_slide(figure, words)


def savings_slide(words: Words, exit_shares: Sequence[float] | FloatArray, bars: Bars) -> go.Figure:
    """Draw where samples leave, and what that costs against the baseline.

    Args:
        words: what it says.
        exit_shares: share of the samples that leave at each exit, 0..1, of shape (n_exits,).
        bars: what it costs.
    """
    figure = blank_figure("", "share of samples (%)")
    percents = [100 * float(share) for share in exit_shares]
    last = len(percents) - 1
    names = [
        "final exit" if k == last else "early exit" if last == 1 else f"exit {k + 1}" for k in range(last + 1)
    ]
    colours = [WRONG if k == last else EARLY for k in range(last + 1)]
    shares = _bars(names, percents, [f"{percent:.1f} %" for percent in percents], colours)
    figure.add_bar(**shares, name="exits")
    change = signed(100 * (bars.values[1] / bars.values[0] - 1))
    texts = [_three_digits(bars.values[0]), f"{_three_digits(bars.values[1])} ({change} %)"]
    drawn = _bars(bars.names, bars.values, texts, [BASELINE, EARLY])
    figure.add_bar(**drawn, xaxis="x2", yaxis="y2", name="costs")
    across, upward = (axis.to_plotly_json() for axis in (figure.layout.xaxis, figure.layout.yaxis))
    figure.update_layout(
        xaxis2=across | {"domain": PANELS[1], "anchor": "y2"},
        yaxis2=upward | {"anchor": "x2", "title": upward["title"] | {"text": bars.title}},
        yaxis_range=[0, ROOM_ABOVE * max(percents)],
        yaxis2_range=[0, ROOM_ABOVE * max(bars.values)],
        xaxis_domain=PANELS[0],
    )
    figure.update_xaxes(type="category")
    return _as_slide(figure, words)


def confusion_slide(
    words: Words,
    class_names: Sequence[str],
    confusion: IntArray | FloatArray,
    reference: IntArray | FloatArray,
) -> go.Figure:
    """Draw what a confusion has more or less of than another; of many classes those that change most.

    Args:
        words: what it says.
        class_names: one name a class.
        confusion: samples by (true class, predicted class), of shape (n_classes, n_classes).
        reference: what it is compared with, over the same samples.
    """
    change = np.abs(confusion - reference)
    most = np.argsort(-(change.sum(axis=0) + change.sum(axis=1)), kind="stable")[:MOST_CLASSES]
    shown = [escape(shortened(name), quote=False) for name in class_names]
    figure = confusion_change_figure(shown, confusion, reference, np.sort(most))
    figure.update_traces(textfont_size=SMALL if len(most) > FEW else TITLE)
    return _as_slide(figure, words)


def _bars(
    names: Sequence[str], values: Sequence[float], texts: Sequence[str], colours: Sequence[str]
) -> dict[str, Any]:
    return {
        "x": [escape(name, quote=False) for name in names],
        "y": values,
        "text": texts,
        "textposition": "outside",
        "textfont": {"size": LARGE, "color": TEXT},
        "constraintext": "none",
        "marker": {"color": colours},
        "width": 0.6,
        "cliponaxis": False,
    }


def _three_digits(value: float) -> str:
    """Return a number with three digits, or all before its point.

    >>> _three_digits(4.5962), _three_digits(45.96), _three_digits(4596.2)
    ('4.60', '46.0', '4,596')
    """
    return f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f}"


def _as_slide(figure: go.Figure, words: Words) -> go.Figure:
    """Give a figure its title and the size of a slide, and enlarge what is written in it."""
    title = escape(textwrap.shorten(words.title, TITLE_LENGTH, placeholder="…"), quote=False)
    lines = textwrap.wrap(
        words.about, ABOUT_LENGTH, max_lines=ABOUT_LINES, placeholder=" …", break_on_hyphens=False
    )
    about = "<br>".join(escape(line, quote=False) for line in lines)
    figure.update_layout(
        width=WIDTH,
        height=HEIGHT,
        margin={"l": 190, "r": 70, "t": TOP + THIRD_LINE * (len(lines) == ABOUT_LINES), "b": 120},
        title={
            "text": f"<b>{title}</b>",
            "subtitle": {"text": about, "font": {"size": SMALL, "color": QUIET}},
            "x": 0.03,
            "y": 0.93,
            "yanchor": "top",
            "font": {"size": TITLE},
        },
        plot_bgcolor=CLEAR,
    )
    axis = {"tickfont_size": SMALL, "title_font_size": SMALL, "title_standoff": 20}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    figure.update_traces(textfont_size=LARGE, selector={"type": "scatter"})
    return figure
