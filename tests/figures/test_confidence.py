import numpy as np
import pytest

from trecx.confidence.calibration import reliability
from trecx.confidence.distribution import ExitConfidence, right_and_wrong
from trecx.figures import SplitViolin, light_colours, reliability_figure, split_violin_figure, with_colours

BAND = (0.65, 0.9)


def seen(seed=0, n=500):
    random = np.random.default_rng(seed)
    return ExitConfidence(random.beta(6, 2, n), random.random(n) < 0.8, np.ones(n))


def violin(run, exit_name, told=None):
    return SplitViolin(run, exit_name, *right_and_wrong(told or seen(), BAND))


def trace(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def texts(figure):
    return [note.text for note in figure.layout.annotations]


def test_violins_hold_the_densities_correct_above_wrong():
    one = violin("T-RECX", "exit 1")
    figure = split_violin_figure([one, violin("SDN", "exit 1", seen(1))], BAND)
    for name, spread, side in (("0 correct", one.right, -1), ("0 wrong", one.wrong, 1)):
        drawn = trace(figure, name)
        edge = np.asarray(drawn.y)[:101]
        assert np.asarray(drawn.x)[:101] == pytest.approx(spread.confidence)
        assert edge * side == pytest.approx(0.4 * spread.density / spread.density.max())
        assert trace(figure, f"{name}, median").x == (spread.median, spread.median)
    low, high = figure.layout.yaxis.range
    assert low > high  # the first is on top, so a negative side is above


def test_nothing_is_drawn_outside_the_band():
    figure = split_violin_figure([violin("T-RECX", "exit 1")], BAND, threshold=0.95)
    for drawn in figure.data:
        assert min(drawn.x) >= BAND[0]
        assert max(drawn.x) <= BAND[1]
    assert tuple(figure.layout.xaxis.range) == BAND
    assert not any("ρ" in text for text in texts(figure))


def test_counts_and_medians_stand_beside_and_an_empty_side_says_so():
    only_right = ExitConfidence(np.full(1200, 0.8), np.ones(1200, bool), np.ones(1200))
    figure = split_violin_figure([violin("T-RECX", "exit 1", only_right)], BAND)
    assert "<b>1,200</b> correct, median 0.800" in texts(figure)
    assert "no wrong predictions in this band" in texts(figure)
    assert len(figure.data) == 2


def test_every_violin_has_its_row_and_runs_are_kept_apart_by_a_line():
    rows = [violin("T-RECX", "exit 1"), violin("T-RECX", "final exit"), violin("SDN", "exit 1")]
    figure = split_violin_figure(rows, BAND, threshold=0.7)
    assert list(figure.layout.yaxis.ticktext) == [
        "T-RECX<br>exit 1",
        "T-RECX<br>final exit",
        "SDN<br>exit 1",
    ]
    assert [shape.y0 for shape in figure.layout.shapes if shape.y0 == shape.y1] == [1.5]
    assert "ρ 0.7" in texts(figure)


def test_the_reliability_diagram_holds_accuracy_intervals_and_mean_confidence():
    diagram = reliability(seen())
    figure = reliability_figure(diagram)
    bars, dashes = trace(figure, "accuracy"), trace(figure, "mean confidence")
    assert np.asarray(bars.x) == pytest.approx(diagram.low + diagram.width / 2)
    assert np.asarray(bars.y) == pytest.approx(100 * diagram.accuracy)
    assert np.asarray(bars.y) + bars.error_y.array == pytest.approx(100 * diagram.interval[:, 1])
    assert np.asarray(bars.y) - bars.error_y.arrayminus == pytest.approx(100 * diagram.interval[:, 0])
    assert np.asarray(dashes.y) == pytest.approx(100 * diagram.confidence)
    gaps = [trace(figure, f"{what}confident").x for what in ("over", "under")]
    assert sum(len(gap) for gap in gaps) == 3 * len(diagram.count)
    assert figure.layout.yaxis.ticksuffix == " %"
    assert figure.layout.xaxis.title.text == "confidence"


def test_without_numbers_they_have_their_axes_only():
    for figure in (reliability_figure(None), split_violin_figure([], BAND)):
        assert len(figure.data) == 0
        assert figure.layout.yaxis.title.text
        assert figure.layout.xaxis.title.text


def test_colours_are_the_themes():
    for figure in (
        reliability_figure(reliability(seen())),
        split_violin_figure([violin("a", "b")], BAND, 0.7),
    ):
        assert "#" not in figure.to_json()
        assert "var(" not in with_colours(figure, light_colours()).to_json()
