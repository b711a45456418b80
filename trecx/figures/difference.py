"""The difference in accuracy between two designs at equal FLOPs, with its 95 % CI."""

import numpy as np
import plotly.graph_objects as go

from trecx.comparison.paired_difference import PairedDifference
from trecx.figures.style import BASELINE, BLUE, QUIET, STANDOFF, TEXT, blank_figure, padded

MIN_REACH = 0.2  # pt on either side of 0, so that a small difference looks small


def difference_figure(found: PairedDifference | None, one: str = "", other: str = "") -> go.Figure:
    """Draw the accuracy difference with its 95 % CI over FLOPs; above 0, `one` is more accurate.

    Args:
        found: the difference; None: the figure has axes only.
        one: name of the first design.
        other: name of the second design.
    """
    figure = blank_figure("expected FLOPs per inference (millions)", "accuracy difference (pt)")
    figure.update_yaxes(title_standoff=STANDOFF, zeroline=True, zerolinecolor=BASELINE, zerolinewidth=1.5)
    if found is None:
        return figure
    mflops = found.flops / 1e6
    low, gain, high = (100 * column for column in (found.low, found.gain, found.high))
    if mflops[0] == mflops[-1]:  # two designs with one exit each
        mflops, low, gain, high = (column[:1] for column in (mflops, low, gain, high))
    _add_interval(figure, mflops, low, high)
    figure.add_scatter(
        x=mflops,
        y=gain,
        customdata=np.column_stack([low, high]),
        mode="lines" if len(mflops) > 1 else "markers",
        line={"color": BLUE.colour, "width": 2},
        marker={"color": BLUE.colour, "size": 9},
        hovertemplate="%{x:.3f} MFLOPs<br>%{y:+.2f} pt"
        "<br>95 % CI %{customdata[0]:+.2f} to %{customdata[1]:+.2f}<extra></extra>",
        name="difference",
    )
    figure.update_xaxes(range=padded(mflops, 0.03))
    figure.update_yaxes(range=padded(np.array([*low, *high, -MIN_REACH, MIN_REACH]), 0.12), tickformat=".1f")
    for name, height, anchor in ((one, 1, "top"), (other, 0, "bottom")):
        figure.add_annotation(
            x=1,
            y=height,
            xref="paper",
            yref="paper",
            xanchor="right",
            yanchor=anchor,
            showarrow=False,
            text=f"{'↑' if height else '↓'} {name} is more accurate",
            font={"color": QUIET, "size": 12},
        )
    return figure


def _add_interval(figure: go.Figure, mflops: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    if len(mflops) == 1:
        figure.add_scatter(
            x=[mflops[0]] * 2,
            y=[low[0], high[0]],
            mode="lines",
            line={"color": TEXT, "width": 1.5},
            hoverinfo="skip",
            name="95 % CI",
        )
        return
    figure.add_scatter(
        x=np.concatenate([mflops, mflops[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        fill="toself",
        fillcolor=BLUE.colour,
        opacity=0.18,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        name="95 % CI",
    )
