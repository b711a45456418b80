"""The reliability diagram: how often an exit is right where it is so and so confident."""

import plotly.graph_objects as go

from trecx.confidence.calibration import Reliability
from trecx.figures.style import BASELINE, QUIET, RIGHT, STANDOFF, TEXT, WRONG, blank_figure


def reliability_figure(diagram: Reliability | None) -> go.Figure:
    """Draw accuracy by confidence, with 95 % intervals, beside what an honest confidence promises.

    A dash marks the mean confidence of each bin: what its bar would reach if confidence were the chance of
    being right. The way between the two is orange where the exit promises too much.

    Args:
        diagram: of one exit; None gives axes only.

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
        name="honest",
    )
    _add_bars(figure, diagram)
    _add_promises(figure, diagram)
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
        hovertemplate="confidence %{customdata[0]:.3f} to %{customdata[1]:.3f}: %{customdata[2]:,.0f}<br>"
        "right %{y:.1f} %, mean confidence %{customdata[3]:.1f} %<extra></extra>",
        name="accuracy",
    )


def _add_promises(figure: go.Figure, diagram: Reliability) -> None:
    percent, promised = 100 * diagram.accuracy, 100 * diagram.confidence
    centre = diagram.low + diagram.width / 2
    over = promised > percent
    for name, bins, colour in (("promised too much", over, WRONG), ("promised too little", ~over, RIGHT)):
        ends = zip(centre[bins], percent[bins], promised[bins], strict=True)
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
        y=promised,
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
