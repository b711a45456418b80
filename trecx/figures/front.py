"""The Pareto front of one threshold per exit, behind a benefit curve."""

import plotly.graph_objects as go

from trecx.figures.style import VIOLET
from trecx.scores import FloatArray


def add_front(figure: go.Figure, costs: FloatArray, percents: FloatArray, unit: str) -> None:
    """Draw a front behind everything else in a figure.

    Args:
        figure: of a benefit curve.
        costs: cost of each point in the unit of the axis, increasing, of shape (n_points,).
        percents: accuracy of each point in %, of shape (n_points,).
        unit: of the costs.
    """
    figure.add_scatter(
        x=costs,
        y=percents,
        mode="lines",
        line={"color": VIOLET.colour, "width": 1.5, "shape": "hv"},
        hovertemplate=f"one per exit<br>%{{x:.4g}} {unit}<br>%{{y:.2f}} %<extra></extra>",
        name="Pareto front",
    )
    figure.data = (figure.data[-1], *figure.data[:-1])
