"""The Pareto front behind a benefit curve: its points, its place."""

import numpy as np

from trecx.figures.front import add_front
from trecx.figures.style import blank_figure


def test_the_front_is_drawn_behind_everything_else_at_its_own_points():
    figure = blank_figure("cost", "accuracy")
    figure.add_scatter(x=[1, 2], y=[80, 90], name="benefit curve")
    figure.add_scatter(x=[1, 2], y=[85, 95], name="oracle")
    add_front(figure, np.array([1.0, 1.5]), np.array([81.0, 91.0]), "MFLOPs")
    assert [trace.name for trace in figure.data] == ["Pareto front", "benefit curve", "oracle"]
    assert list(figure.data[0].x) == [1.0, 1.5]
    assert list(figure.data[0].y) == [81.0, 91.0]
    assert "MFLOPs" in figure.data[0].hovertemplate
    assert figure.data[0].line.shape == "hv"  # between two points, the cheaper one is the best
