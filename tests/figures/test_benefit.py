import math

import numpy as np
import pytest

from trecx.figures import (
    CostAxis,
    CurveLine,
    PlacedExit,
    Violin,
    benefit_curve_figure,
    comparison_figure,
    confidence_figure,
    flops_axis,
    light_colours,
    placement_figure,
    violin_figure,
    with_colours,
)
from trecx.figures.style import BLUE, ORANGE, Name, add_names, blank_figure
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.oracle import oracle
from trecx.threshold.resampling.accuracy_band import drawn_band


def trace(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def test_the_benefit_curve_shows_every_step_and_the_baseline(eight):
    curve = benefit_curve(eight)
    figure = benefit_curve_figure(curve, flops_axis(eight.exit_flops), (280.0, 0.75), marks=[("−1 %", 0.8)])
    drawn = trace(figure, "benefit curve")
    assert drawn.x.tolist() == (curve.flops / 1e6).tolist()
    assert drawn.y.tolist() == (100 * curve.accuracy).tolist()
    assert drawn.customdata.tolist() == [1.0, *curve.thresholds[1:].tolist()]
    cross = trace(figure, "baseline")
    assert (cross.x[0], cross.y[0], cross.marker.symbol) == (280e-6, 75.0, "x-thin")
    mark = trace(figure, "trade-off points")
    assert (mark.text, mark.x.tolist(), mark.y.tolist()) == (("−1 %",), [200e-6], [75.0])


def test_the_curve_can_be_drawn_against_energy(eight):
    curve = benefit_curve(eight)
    axis = CostAxis("energy per inference (µJ)", "µJ", 1.0, np.array([2.0, 10.0]))
    figure = benefit_curve_figure(curve, axis)
    early = curve.exit_rate
    assert trace(figure, "benefit curve").x.tolist() == pytest.approx((2 * early + 10 * (1 - early)).tolist())
    assert figure.layout.xaxis.title.text == "energy per inference (µJ)"


def test_named_points_are_marked_and_a_name_without_room_is_seen_under_the_pointer_only(eight):
    curve = benefit_curve(eight)
    named = [("right <b>", 0.9), ("too near", 0.9), ("at the left edge", 0.5)]
    figure = benefit_curve_figure(curve, flops_axis(eight.exit_flops), named=named)
    points, at = trace(figure, "named points"), curve.at([0.9, 0.9, 0.5])
    assert points.x.tolist() == (at.flops / 1e6).tolist()
    assert points.y.tolist() == (100 * at.accuracy).tolist()
    assert points.text == ("right &lt;b&gt;", "", "at the left edge")
    assert points.customdata == ("right &lt;b&gt;", "too near", "at the left edge")
    assert points.textposition == ("top left", "top left", "top right")


def test_the_oracle_is_drawn_and_lies_above_the_curve(eight):
    curve, bound = benefit_curve(eight), oracle(ExitTable.of(eight))
    drawn = trace(benefit_curve_figure(curve, flops_axis(eight.exit_flops), oracle=bound), "oracle")
    assert drawn.y.tolist() == [50.0, 87.5]
    assert drawn.x.tolist() == pytest.approx([100e-6, (5 * 100 + 3 * 300) / 8 * 1e-6])
    assert max(drawn.y) >= 100 * curve.accuracy.max()


def test_axes_have_titles_and_units_and_hold_all_points(eight):
    figure = benefit_curve_figure(benefit_curve(eight), flops_axis(eight.exit_flops), baseline=(500.0, 0.99))
    assert "millions" in figure.layout.xaxis.title.text
    assert figure.layout.yaxis.ticksuffix == " %"
    assert figure.layout.yaxis.title.text == "accuracy"
    (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert left < 100e-6
    assert right > 500e-6
    assert low < 50
    assert high > 99


def test_without_a_baseline_none_is_drawn(eight):
    figure = benefit_curve_figure(benefit_curve(eight), flops_axis(eight.exit_flops))
    assert [trace.name for trace in figure.data] == ["benefit curve"]
    assert not figure.layout.shapes


def test_confidence_bars_count_every_sample_right_above_wrong(eight):
    figure = confidence_figure(ExitTable.of(eight))
    right, wrong = trace(figure, "right"), trace(figure, "wrong")
    assert [figure.data[k].name for k in (0, 1)] == ["wrong", "right"]  # stacked in this order
    assert (right.customdata.sum(), wrong.customdata.sum()) == (4, 4)
    heights = np.asarray(right.y) + np.asarray(wrong.y)
    counts = np.asarray(right.customdata) + np.asarray(wrong.customdata)
    assert np.allclose(heights, np.sqrt(counts))


def test_colours_are_named_so_that_the_page_decides_them(eight):
    figures = (
        benefit_curve_figure(benefit_curve(eight), flops_axis(eight.exit_flops), (200.0, 0.8)),
        confidence_figure(ExitTable.of(eight)),
        comparison_figure(two_lines(), (2e6, 0.8)),
        placement_figure([PlacedExit(0.5, (0.7, 0.1), (0.9, 0.05))], 0.9),
        violin_figure([two_violins()[0]]),
    )
    for figure in figures:
        assert "#" not in figure.to_json()
        assert "var(--st-" in figure.to_json()


def two_lines():
    flops = np.linspace(1e6, 3e6, 5)
    rising = np.linspace(0.6, 0.98, 5)
    return [
        CurveLine("steady", flops, rising, None, BLUE),
        CurveLine("of seeds", flops, rising - 0.01, np.full(5, 0.05), ORANGE),
    ]


def two_violins():
    at = np.linspace(0.65, 0.9, 11)
    return [Violin(name, at, np.full(11, 4.0), 0.775, BLUE) for name in ("one", "other")]


def test_compared_curves_have_their_names_beside_them_and_a_band_that_ends_at_100_percent():
    figure = comparison_figure(two_lines(), baseline=(2e6, 0.8))
    assert trace(figure, "steady").x.tolist() == [1, 1.5, 2, 2.5, 3]
    assert trace(figure, "of seeds").y == pytest.approx(100 * (np.linspace(0.6, 0.98, 5) - 0.01))
    band = np.asarray(trace(figure, "of seeds, spread").y)
    assert (band.max(), band[0]) == (100, pytest.approx(64))
    assert {note.text for note in figure.layout.annotations} == {"steady", "of seeds", "× baseline"}
    assert "millions" in figure.layout.xaxis.title.text


def test_flops_by_logarithm_have_a_log_axis_with_plain_numbers_on_it():
    figure = comparison_figure(two_lines(), log_flops=True)
    assert figure.layout.xaxis.type == "log"
    assert "log scale" in figure.layout.xaxis.title.text
    assert "1.5" in figure.layout.xaxis.ticktext
    assert figure.layout.xaxis.range[1] > math.log10(3)


def test_names_that_would_run_into_each_other_move_apart():
    figure = blank_figure("x", "y")
    figure.update_xaxes(range=[0, 1])
    figure.update_yaxes(range=[0, 100])
    add_names(
        figure, [Name("b", 0.9, 50, "black"), Name("a", 0.9, 51, "black"), Name("far", 0.1, 50, "black")]
    )
    heights = {note.text: note.y for note in figure.layout.annotations}
    assert heights["a"] == 51
    assert heights["a"] - heights["b"] > 5
    assert heights["far"] == 50


def test_places_stand_in_order_with_error_bars_within_100_percent():
    exits = [PlacedExit(0.75, (0.9, 0.01), (0.99, 0.02)), PlacedExit(0.25, (0.5, 0.02), (0.8, 0.01))]
    figure = placement_figure(exits, 0.95)
    final = trace(figure, "final exit")
    assert (list(final.x), final.y.tolist()) == ([0.25, 0.75], [80.0, 99.0])
    assert final.error_y.array.tolist() == [1.0, 1.0]
    assert final.error_y.arrayminus.tolist() == [1.0, 2.0]
    assert {note.text for note in figure.layout.annotations} >= {"final exit", "early exit"}


def test_violins_have_equal_areas_and_a_median_within():
    figure = violin_figure(two_violins())
    assert list(figure.layout.xaxis.ticktext) == ["one", "other"]
    assert trace(figure, "one, median").y == (0.775, 0.775)
    assert np.asarray(trace(figure, "other").x).mean() == pytest.approx(1)


def test_without_numbers_a_figure_has_its_axes_only():
    for figure in (comparison_figure([]), placement_figure([]), violin_figure([])):
        assert len(figure.data) == 0
        assert figure.layout.yaxis.title.text


def test_colours_of_the_light_theme_stand_for_their_variables():
    colours = light_colours()
    assert colours["--st-blue-color"] == "#0072b2"
    assert colours["--st-green-background-color"] == "#eef8f5"
    text = with_colours(comparison_figure(two_lines(), (2e6, 0.8)), colours).to_json()
    assert "var(" not in text
    assert "inherit" not in text
    with pytest.raises(KeyError):
        with_colours(violin_figure(two_violins()), {})


def test_the_band_is_drawn_behind_the_curve_and_all_of_it_is_within_the_axes(eight):
    curve, axis = benefit_curve(eight), flops_axis(eight.exit_flops)
    band = drawn_band(ExitTable.of(eight), curve)
    figure, without = benefit_curve_figure(curve, axis, band=band), benefit_curve_figure(curve, axis)
    drawn = figure.data[0]
    assert (drawn.name, drawn.fill) == ("95 % band", "toself")
    cost = (curve.at(band.thresholds).flops / 1e6).tolist()
    assert drawn.x.tolist() == [*cost, *cost[::-1]]
    assert drawn.y.tolist() == (100 * np.concatenate([band.high, band.low[::-1]])).tolist()
    low, high = figure.layout.yaxis.range
    assert low < min(drawn.y)
    assert high > max(drawn.y)
    assert [trace.name for trace in without.data] == [trace.name for trace in figure.data[1:]]
