"""Accuracy by training epoch."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from trecx.comparison.training_history import LearningCurve
from trecx.figures.comparison import line_inks
from trecx.figures.style import STANDOFF, Name, add_names, blank_figure, padded


def learning_figure(curves: Sequence[LearningCurve]) -> go.Figure:
    """Draw the accuracy of the final exit by epoch, one line per training."""
    split = curves[0].split if curves else "test"
    figure = blank_figure("epoch", f"accuracy of the final exit, {split} samples")
    names = []
    for curve, ink in zip(curves, line_inks(len(curves)), strict=True):
        epochs, percents = np.arange(1, len(curve.measured) + 1), 100 * curve.measured
        figure.add_scatter(
            x=epochs,
            y=percents,
            mode="lines",
            line={"color": ink.colour, "width": 2, "dash": ink.dash},
            hovertemplate="epoch %{x}<br>%{y:.2f} %<extra></extra>",
            name=curve.system,
        )
        names.append(Name(f"{curve.system} {percents[-1]:.1f}", epochs[-1], percents[-1], ink.text))
    if curves:
        epochs = np.array([1, max(len(curve.measured) for curve in curves)])
        figure.update_xaxes(range=padded(epochs.astype(np.float64), 0.02))
        figure.update_yaxes(
            range=padded(100 * np.concatenate([curve.measured for curve in curves]), 0.05),
            ticksuffix=" %",
            title_standoff=STANDOFF,
        )
        add_names(figure, names)
    return figure
