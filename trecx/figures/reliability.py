"""The reliability diagram: accuracy by confidence."""

import plotly.graph_objects as go

from trecx.confidence.calibration import Reliability
from trecx.figures.style import BASELINE, QUIET, RIGHT, STANDOFF, TEXT, WRONG, blank_figure


def reliability_figure(diagram: Reliability | None) -> go.Figure:
    """Draw accuracy by confidence, with its 95 % CI, and the mean confidence of each bin.

    A dash marks the mean confidence: the bar ends there if the exit is perfectly calibrated. The gap between
    the two is orange if the exit is overconfident.

    Args:
        diagram: of one exit; None: the figure has axes only.

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017, Figure 1.
    """
    figure = blank_figure("confidence", "accuracy")
    figure.update_xaxes(range=[0, 1], dtick=0.2, ticklabelstandoff=4)
    figure.update_yaxes(
        range=[0, 103], ticksuffix=" %", dtick=20, ticklabelstandoff=4, title_standoff=STANDOFF
    )
    figure.update_layout(margin={"r": 8}, bargap=0)
    if diagram is None:
        return figure
    figure.add_scatter(
        x=[0, 1],
        y=[0, 100],
        mode="lines",
        line={"color": BASELINE, "width": 1, "dash": "dash"},
        hoverinfo="skip",
        name="perfectly calibrated",
    )
    _add_bars(figure, diagram)
    _add_gaps(figure, diagram)
    return figure


def _add_bars(figure: go.Figure, diagram: Reliability) -> None:
    percent, centre = 100 * diagram.accuracy, diagram.low + diagram.width / 2
    figure.add_bar(
        x=centre,
        y=percent,
        width=0.9 * diagram.width,
        marker={"color": RIGHT, "opacity": 0.55},
        error_y={
            "array": 100 * diagram.interval[:, 1] - percent,
            "arrayminus": percent - 100 * diagram.interval[:, 0],
            "color": QUIET,
            "thickness": 1,
            "width": 2,
        },
        customdata=[
            [low, low + diagram.width, count, 100 * mean]
            for low, count, mean in zip(diagram.low, diagram.count, diagram.confidence, strict=True)
        ],
        hovertemplate="confidence %{customdata[0]:.3f} to %{customdata[1]:.3f}<br>"
        "%{customdata[2]:,.0f} samples<br>accuracy %{y:.1f} %<br>"
        "mean confidence %{customdata[3]:.1f} %<extra></extra>",
        name="accuracy",
    )


def _add_gaps(figure: go.Figure, diagram: Reliability) -> None:
    percent, confidence = 100 * diagram.accuracy, 100 * diagram.confidence
    centre = diagram.low + diagram.width / 2
    over = confidence > percent
    for name, bins, colour in (("overconfident", over, WRONG), ("underconfident", ~over, RIGHT)):
        ends = zip(centre[bins], percent[bins], confidence[bins], strict=True)
        points = [point for x, y, goal in ends for point in ((x, y), (x, goal), (None, None))]
        figure.add_scatter(
            x=[x for x, _ in points],
            y=[y for _, y in points],
            mode="lines",
            line={"color": colour, "width": 3},
            hoverinfo="skip",
            name=name,
        )
    figure.add_scatter(
        x=centre,
        y=confidence,
        mode="markers",
        marker={
            "symbol": "line-ew",
            "size": 9,
            "color": TEXT,
            "line": {"color": TEXT, "width": 2},
        },
        hoverinfo="skip",
        name="mean confidence",
    )
