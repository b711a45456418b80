import numpy as np
import pytest

from trecx.figures import light_colours, with_colours
from trecx.figures.by_class import (
    GAINS,
    LOSES,
    NOT_SIGNIFICANT,
    Panel,
    by_class_figure,
    kinds_of,
    largest_loss_first,
    signed,
)
from trecx.figures.confusion import confusion_change_figure, confusion_figure
from trecx.threshold.class_changes import paired_estimates
from trecx.threshold.class_results import Estimates, mean_estimates

NAMES = ["yes", "no", "left", "empty"]
LOST, GAINED, N = np.array([1, 0, 30, 0]), np.array([1, 40, 2, 0]), np.array([200, 300, 400, 0])
CONFUSION = np.array([[8, 2, 0], [1, 1, 3], [0, 0, 0]])


def panels():
    shares = mean_estimates(np.array([[100, 100], [30, 270], [400, 0], [0, 0]]), [1, 0])
    difference = Panel("accuracy change (pt)", "pt", 0.01, paired_estimates(LOST, GAINED, N))
    return difference, Panel("exit rate (%)", "%", 0.01, shares), Panel("FLOPs", "MFLOPs", 1e6, shares)


def by_class():
    difference, exit_rate, cost = panels()
    return by_class_figure(NAMES, difference, exit_rate, cost, largest_loss_first(difference.estimates))


def trace(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def test_classes_that_lose_most_stand_first_and_those_without_samples_nowhere():
    difference = panels()[0].estimates
    assert [NAMES[k] for k in largest_loss_first(difference)] == ["left", "yes", "no"]
    assert list(by_class().layout.yaxis.ticktext) == ["left", "yes", "no"]


def test_a_class_loses_or_gains_only_if_its_interval_excludes_0():
    assert kinds_of(panels()[0].estimates).tolist() == [NOT_SIGNIFICANT, GAINS, LOSES, NOT_SIGNIFICANT]
    touching = Estimates(*np.array([[-1.0, 1.0], [-2.0, 0.0], [0.0, 2.0]]))
    assert kinds_of(touching).tolist() == [NOT_SIGNIFICANT, NOT_SIGNIFICANT]


def test_losses_and_gains_are_marked_by_shape_and_number_as_well_as_by_colour():
    figure = by_class()
    loses, gains, unsure = (trace(figure, name) for name in ("loses", "gains", "not significant"))
    assert len({drawn.marker.color for drawn in (loses, gains, unsure)}) == 3
    symbols = [drawn.marker.symbol for drawn in (loses, gains, unsure)]
    assert all("95 % CI: " in drawn.hovertemplate for drawn in figure.data)
    assert symbols == ["triangle-down", "triangle-up", "circle-open"]
    assert loses.x.tolist() == pytest.approx([-7.0])
    assert gains.x.tolist() == pytest.approx([40 / 3])
    assert [note.text for note in figure.layout.annotations] == ["<b>−7.0</b>", "<b>+13.3</b>"]


def test_each_panel_holds_the_numbers_in_its_unit_with_their_intervals():
    figure, (difference, exit_rate, _) = by_class(), panels()
    shown = trace(figure, "exit rate (%)")
    assert shown.x.tolist() == [100.0, 50.0, 10.0]
    assert (shown.x - shown.error_x.arrayminus).tolist() == pytest.approx(
        100 * exit_rate.estimates.low[[2, 0, 1]]
    )
    assert (shown.x + shown.error_x.array).tolist() == pytest.approx(
        100 * exit_rate.estimates.high[[2, 0, 1]]
    )
    low, high = figure.layout.xaxis.range
    assert low < 100 * np.nanmin(difference.estimates.low)
    assert high > 100 * np.nanmax(difference.estimates.high)
    titles = [figure.layout[name].title.text for name in ("xaxis", "xaxis2", "xaxis3")]
    assert titles == ["accuracy change (pt)", "exit rate (%)", "FLOPs"]


def test_without_classes_there_are_titled_axes_only():
    figure = by_class_figure(NAMES, *panels(), np.array([], int))
    assert figure.layout.xaxis.title.text == "accuracy change (pt)"
    assert not any(len(drawn.x) for drawn in figure.data)
    empty = confusion_figure([], np.zeros((0, 0), int), np.array([], int))
    assert (empty.layout.xaxis.title.text, empty.layout.yaxis.title.text) == ("predicted class", "true class")


def cells(figure, name):
    drawn = trace(figure, name)
    return np.array(drawn.text).tolist(), np.array(drawn.z)


def test_a_confusion_holds_every_count_right_and_wrong_apart():
    figure = confusion_figure(NAMES[:3], CONFUSION, np.arange(3))
    assert cells(figure, "right")[0] == [["8", "", ""], ["", "1", ""], ["", "", ""]]
    assert cells(figure, "wrong")[0] == [["", "2", ""], ["1", "", "3"], ["", "", ""]]
    shade = cells(figure, "right")[1]
    assert shade.diagonal().tolist() == pytest.approx([0.8**0.5, 0.2**0.5, 0])
    assert np.isnan(shade[0, 1])


def test_a_confusion_in_percent_is_of_the_whole_class_whichever_classes_are_drawn():
    figure = confusion_figure(NAMES[:3], CONFUSION, np.array([1, 0]), as_percent=True)
    assert cells(figure, "right")[0] == [["20", ""], ["", "80"]]
    assert cells(figure, "wrong")[0] == [["", "20"], ["20", ""]]
    assert list(figure.layout.xaxis.ticktext) == list(figure.layout.yaxis.ticktext) == ["no", "yes"]
    assert trace(figure, "wrong").hovertext[1][0] == "yes predicted as no<br>2: 20.0% of yes"


def test_a_change_prints_its_sign_and_green_is_more_right_or_fewer_wrong():
    before = np.array([[6, 3, 1], [0, 2, 3], [0, 0, 0]])
    figure = confusion_change_figure(NAMES[:3], CONFUSION, before, np.arange(3))
    texts, shade = cells(figure, "change")
    assert texts == [["+2", "−1", "−1"], ["+1", "−1", ""], ["", "", ""]]
    assert np.sign(shade).tolist() == [[1, 1, 1], [-1, -1, 0], [0, 0, 0]]
    assert "green" in trace(figure, "change").colorscale[-1][1]
    assert np.abs(shade).max() <= 1
    points = confusion_change_figure(NAMES[:3], CONFUSION, before, np.arange(3), as_percent=True)
    assert cells(points, "change")[0][0] == ["+20.0", "−10.0", "−10.0"]
    assert trace(points, "change").hovertext[0][0] == "yes predicted as yes<br>+2: +20.0 pt of yes"


def test_a_small_change_stays_pale_even_where_it_is_the_largest():
    before = np.array([[399, 1], [0, 400]])
    figure = confusion_change_figure(["a", "b"], np.array([[400, 0], [0, 400]]), before, np.arange(2))
    assert cells(figure, "change")[1][0, 0] < 0.3


def test_a_number_that_rounds_to_nothing_has_no_sign():
    assert [signed(value) for value in (-0.04, 0.04, 0, -0.06)] == ["0.0", "0.0", "0.0", "−0.1"]


@pytest.mark.parametrize("figure", [by_class(), confusion_figure(NAMES[:3], CONFUSION, np.arange(3))])
def test_all_colours_are_those_of_the_theme(figure):
    assert "var(" not in with_colours(figure, light_colours()).to_json()
    assert "#" not in figure.to_json()
