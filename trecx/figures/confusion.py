"""Confusion matrices, and the difference between two of them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from trecx.figures.by_class import signed
from trecx.figures.style import GREEN, QUIET, RIGHT, STANDOFF, TEXT, WRONG, YELLOW, blank_figure
from trecx.scores import FloatArray, IntArray

PANEL = "var(--st-secondary-background-color)"
CELL_WIDTH = 0.1  # of the figure, at most
WHOLE_PERCENT = 10  # percents from here on need no decimals
DARKEST_CHANGE = 0.05  # of a class: the shade of larger changes is the same, so that shades compare across ρ
FEW, LARGE_TEXT, TEXT_SIZE = 4, 16, 12  # classes; pixels


class _Cells(NamedTuple):
    """The cells that are drawn: counts, and shares of their true class, both (n_drawn, n_drawn)."""

    names: list[str]
    counts: IntArray | FloatArray
    shares: FloatArray

    @classmethod
    def of(
        cls,
        class_names: Sequence[str],
        counts: IntArray | FloatArray,
        confusion: IntArray | FloatArray,
        classes: IntArray,
    ) -> "_Cells":
        samples = confusion.sum(axis=1, keepdims=True)
        shares = counts / np.where(samples > 0, samples, 1)
        drawn = np.ix_(classes, classes)
        return cls([class_names[class_] for class_ in classes], counts[drawn], shares[drawn])

    def texts(self, spell: Callable[[int, float], str]) -> list[list[str]]:
        """Return the text of each cell, `spell` of its count and share; empty if the count is 0."""
        rows = zip(self.counts.tolist(), self.shares.tolist(), strict=True)
        return [[spell(*cell) if cell[0] else "" for cell in zip(*row, strict=True)] for row in rows]

    def hover(self, spell: Callable[[int, float], str]) -> list[list[str]]:
        """Return the hover text of each cell."""
        rows = zip(self.names, self.counts.tolist(), self.shares.tolist(), strict=True)
        return [
            [
                f"{true} predicted as {predicted}<br>{spell(count, share)} of {true}"
                for predicted, count, share in zip(self.names, counts, shares, strict=True)
            ]
            for true, counts, shares in rows
        ]


def confusion_figure(
    class_names: Sequence[str], confusion: IntArray, classes: IntArray, as_percent: bool = False
) -> go.Figure:
    """Draw a confusion matrix, correct in blue and wrong in orange.

    The shade is the square root of the share of the true class. On the axes, columns and rows are numbered
    from 0 in the order of `classes`.

    Args:
        class_names: one name per class.
        confusion: samples by (true class, predicted class), of shape (n_classes, n_classes).
        classes: the classes to draw, from top to bottom and from left to right.
        as_percent: whether cells hold shares of their true class in %, instead of counts.
    """
    cells = _Cells.of(class_names, confusion, confusion, classes)
    texts = cells.texts(lambda count, share: _percent(100 * share) if as_percent else f"{count:,}")
    hover = cells.hover(lambda count, share: f"{count:,}: {share:.1%}")
    figure = _grid(cells.names)
    shade, diagonal = np.sqrt(cells.shares), np.eye(len(classes), dtype=bool)
    for name, colour, shown in (("right", RIGHT, diagonal), ("wrong", WRONG, ~diagonal)):
        _add_cells(figure, name, np.where(shown, shade, np.nan), [[0, PANEL], [1, colour]], texts, hover)
    return figure


def confusion_change_figure(
    class_names: Sequence[str],
    confusion: IntArray | FloatArray,
    reference: IntArray | FloatArray,
    classes: IntArray,
    as_percent: bool = False,
) -> go.Figure:
    """Draw the difference between two confusion matrices of the same samples.

    Green is better (more correct or fewer wrong predictions), yellow is worse, shaded by the square root of
    the share of the true class; correct cells are framed.

    Args:
        class_names: one name per class.
        confusion: samples by (true class, predicted class), of shape (n_classes, n_classes).
        reference: the matrix to subtract, of shape (n_classes, n_classes).
        classes: the classes to draw, from top to bottom and from left to right.
        as_percent: whether cells hold changes in pt of their true class, instead of counts.
    """
    cells = _Cells.of(class_names, confusion - reference, confusion, classes)
    texts = cells.texts(lambda count, share: signed(100 * share) if as_percent else signed(count, 0))
    hover = cells.hover(lambda count, share: f"{signed(count, 0)}: {signed(100 * share)} pt")
    figure = _grid(cells.names)
    better = np.where(np.eye(len(classes), dtype=bool), 1, -1) * np.sign(cells.counts)
    shade = better * np.sqrt(np.abs(cells.shares) / DARKEST_CHANGE).clip(max=1)
    colours = [[0, YELLOW.colour], [0.5, PANEL], [1, GREEN.colour]]
    _add_cells(figure, "change", shade, colours, texts, hover)
    for k in range(len(classes)):
        corners = {"x0": k - 0.5, "x1": k + 0.5, "y0": k - 0.5, "y1": k + 0.5}
        figure.add_shape(type="rect", line={"color": QUIET, "width": 1}, **corners)
    return figure


def _grid(names: Sequence[str]) -> go.Figure:
    """Return a figure with axes for every pair of names, without cells."""
    figure = blank_figure("predicted class", "true class")
    ticks = {
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "showgrid": False,
        "ticks": "",
        "tickfont": {"color": TEXT, "size": TEXT_SIZE},
        "ticklabelstandoff": 4,
        "title_standoff": STANDOFF,
        "automargin": True,
    }
    width = min(1.0, (len(names) + 2) * CELL_WIDTH)
    figure.update_xaxes(
        **ticks, range=[-0.5, len(names) - 0.5], domain=[0, width], autotickangles=[0, -40, -90]
    )
    figure.update_yaxes(**ticks, range=[len(names) - 0.5, -0.5])
    return figure


def _add_cells(
    figure: go.Figure,
    name: str,
    shade: FloatArray,
    colours: list[list[object]],
    texts: list[list[str]],
    hover: list[list[str]],
) -> None:
    """Draw the cells whose shade is not nan; shades are within −1..1, or 0..1 for two colours."""
    shown = ~np.isnan(shade)
    figure.add_heatmap(
        z=shade,
        zmin=-1 if len(colours) > 2 else 0,
        zmax=1,
        colorscale=colours,
        showscale=False,
        xgap=1,
        ygap=1,
        text=np.where(shown, np.array(texts, dtype=object).reshape(shade.shape), ""),
        texttemplate="%{text}",
        textfont={"size": LARGE_TEXT if len(texts) <= FEW else TEXT_SIZE},
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
        name=name,
    )


def _percent(percent: float) -> str:
    return f"{percent:.0f}" if percent >= WHOLE_PERCENT else f"{percent:.1f}"
