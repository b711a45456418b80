"""Histogram of the confidence before the final exit, split into correct and wrong."""

import numpy as np
import plotly.graph_objects as go

from trecx.figures.style import RIGHT, WRONG, blank_figure
from trecx.threshold.exit_table import ExitTable

N_BARS = 80


def confidence_figure(table: ExitTable) -> go.Figure:
    """Draw a histogram of the confidence before the final exit, correct above wrong.

    The confidence is the largest over the early exits, coloured by whether the last of them is correct; with
    one early exit, it is that exit's. The height scale is a square root, since most samples are near 1.
    """
    figure = blank_figure("", "")
    last_early = table.moves[table.moves[:, 1] == table.n_exits - 2]
    bar = np.minimum((table.edges[last_early[:, 0]] * N_BARS).astype(int), N_BARS - 1)
    right = last_early[:, 2] == last_early[:, 3]
    counts = [np.bincount(bar[side], last_early[side, 7], N_BARS) for side in (~right, right)]
    height = np.sqrt(sum(counts))
    centres = (np.arange(N_BARS) + 0.5) / N_BARS
    for name, colour, count in zip(("wrong", "right"), (WRONG, RIGHT), counts, strict=True):
        share = np.divide(count, sum(counts), out=np.zeros(N_BARS), where=sum(counts) > 0)
        figure.add_bar(x=centres, y=height * share, marker={"color": colour}, name=name, customdata=count)
    figure.update_layout(barmode="stack", bargap=0.08, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    figure.update_xaxes(range=[0, 1], visible=False)
    figure.update_yaxes(visible=False, range=[0, float(height.max(initial=1)) * 1.02])
    return figure
