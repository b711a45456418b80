"""What the page Compare draws: the figures hold the numbers."""

import numpy as np
import pytest

from tests.comparison.synthetic import scores_of
from trecx.comparison.paired_difference import paired_difference
from trecx.figures import CurveLine, comparison_figure, difference_figure
from trecx.figures.comparison import Region, line_inks, unseen
from trecx.figures.style import BLUE, ORANGE


def trace(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def rising(name, first=1e6, last=3e6, low=0.6, ink=BLUE, **more):
    return CurveLine(name, np.linspace(first, last, 5), np.linspace(low, low + 0.3, 5), None, ink, **more)


def test_hover_gives_the_threshold_of_one_run_and_the_range_over_seeds():
    thresholds = np.array([[0.5, 0.5], [0.6, 0.6], [0.7, 0.72], [0.9, np.inf], [np.inf, np.inf]])
    figure = comparison_figure([rising("a", thresholds=thresholds)])
    drawn = trace(figure, "a")
    assert list(drawn.customdata) == [
        "ρ 0.5000<br>",
        "ρ 0.6000<br>",
        "ρ 0.700 to 0.720<br>",
        "ρ 0.900 to above 1<br>",
        "no early exits<br>",
    ]
    assert "%{customdata}" in drawn.hovertemplate


def test_a_design_of_one_exit_is_a_cross_and_the_chosen_point_lies_on_the_line():
    cross = CurveLine("base", np.array([2e6]), np.array([0.8]), None, ORANGE)
    figure = comparison_figure([rising("a", chosen=(2e6, 0.75)), cross])
    drawn = trace(figure, "base")
    assert (drawn.x[0], drawn.y[0], drawn.marker.symbol) == (2.0, 80.0, "x-thin")
    point = trace(figure, "a, at this ρ")
    assert (point.x[0], point.y[0]) == (2.0, 75.0)
    assert {note.text for note in figure.layout.annotations} == {"a", "× base"}


def test_a_region_is_what_is_shown_and_names_stand_where_lines_leave_it():
    inside, outside = rising("in"), rising("out", first=5e6, last=9e6)
    region = Region((1.2e6, 2e6), (0.6, 0.8))
    figure = comparison_figure([inside, outside], region=region)
    (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert (left, right) == pytest.approx((1.2, 2.0), abs=0.1)
    assert (low, high) == pytest.approx((60, 80), abs=2)
    (name,) = figure.layout.annotations
    assert (name.text, name.y) == ("in", pytest.approx(75))
    assert unseen([inside, outside], region) == ["out"]


def test_a_log_axis_over_a_short_range_still_has_ticks():
    region = Region((3.1e6, 3.9e6), (0.6, 0.8))
    figure = comparison_figure([rising("a", first=3e6, last=4e6)], log_flops=True, region=region)
    values = np.array(figure.layout.xaxis.tickvals)
    assert len(values) >= 4
    assert (values > 3).all()
    assert (values < 4).all()


def test_many_lines_have_inks_of_their_own():
    inks = line_inks(18)
    assert len(inks) == 18
    assert len({(ink.colour, ink.dash) for ink in inks}) == 18
    assert line_inks(2) == inks[:2]


def test_names_of_two_lines_of_text_do_not_run_into_each_other():
    figure = comparison_figure([rising("a<br>published"), rising("b<br>published", low=0.601)])
    heights = sorted(note.y for note in figure.layout.annotations)
    low, high = figure.layout.yaxis.range
    assert heights[1] - heights[0] > 0.1 * (high - low)


def test_the_difference_and_its_interval_are_drawn_in_points():
    one, other = (scores_of(system, "digits", 0, 200) for system in ("trecx", "sdn"))
    found = paired_difference([one], [other])
    figure = difference_figure(found, "A", "B")
    drawn = trace(figure, "difference")
    assert drawn.x == pytest.approx(found.flops / 1e6)
    assert drawn.y == pytest.approx(100 * found.gain)
    assert drawn.customdata[:, 0] == pytest.approx(100 * found.low)
    band = trace(figure, "95 % CI")
    assert band.y == pytest.approx(100 * np.concatenate([found.high, found.low[::-1]]))
    assert {note.text for note in figure.layout.annotations} == {
        "↑ A is more accurate",
        "↓ B is more accurate",
    }
    assert "#" not in figure.to_json()


def test_two_designs_of_one_exit_differ_by_one_point_with_its_interval():
    scores = [scores_of("baseline", "digits", seed, 200) for seed in (0, 1)]
    found = paired_difference(scores[:1], scores[1:])
    figure = difference_figure(found)
    assert len(trace(figure, "difference").x) == 1
    assert trace(figure, "95 % CI").y == pytest.approx((100 * found.low[0], 100 * found.high[0]))


def test_without_a_difference_the_figure_has_its_axes_only():
    figure = difference_figure(None)
    assert len(figure.data) == 0
    assert figure.layout.yaxis.title.text == "accuracy difference (pt)"
