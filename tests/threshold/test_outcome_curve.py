"""Outcomes as ρ moves, and where one sample leaves, against operating points and by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores, thresholds
from trecx.figures.overthinking import INKS, overthinking_figure
from trecx.threshold.benefit_curve import operating_point, reached_confidence
from trecx.threshold.exit_table import FIXED_EDGES, ExitTable
from trecx.threshold.outcome_curve import count_samples, counted_threshold, outcome_curve
from trecx.threshold.outcomes import DESTRUCTIVE, OUTCOME_LABELS, RESCUED, outcomes
from trecx.threshold.sample_exit import sample_exits


@given(exit_scores(), thresholds)
def test_the_curve_counts_as_an_operating_point_does(scores, threshold):
    curve = outcome_curve(ExitTable.of(scores))
    point = operating_point(scores, threshold)
    assert curve.counts[curve.step(threshold)].tolist() == point.outcome_counts.tolist()


@given(exit_scores(min_exits=2), thresholds, st.data())
def test_counts_by_class_answer_and_outcome_are_those_of_counting(scores, threshold, data):
    wanted = data.draw(st.sets(st.integers(0, 5)))
    label, prediction = data.draw(st.tuples(*[st.none() | st.integers(0, 2)] * 2))
    reached = np.column_stack([reached_confidence(scores), np.full(scores.n_samples, np.inf)])
    rows, leaves = np.arange(scores.n_samples), np.argmax(reached >= threshold, axis=1)
    chosen = np.isin(outcomes(scores.correct)[rows, leaves], list(wanted))
    chosen &= label is None or scores.labels == label
    chosen &= prediction is None or scores.predictions[rows, leaves] == prediction
    assert count_samples(ExitTable.of(scores), threshold, wanted, label, prediction) == chosen.sum()


@given(exit_scores(min_exits=2))
def test_rescue_pays_most_where_rescued_less_destructive_is_largest(scores):
    curve = outcome_curve(ExitTable.of(scores))
    low, high, gain = curve.rescue_peak
    tried = np.concatenate([curve.thresholds, [0.0, low, np.nextafter(low, 2)]])
    gains = {
        rho: curve.counts[curve.step(rho), RESCUED] - curve.counts[curve.step(rho), DESTRUCTIVE]
        for rho in tried.tolist()
    }
    assert gain == max(gains.values()) == gains[high]
    assert all(value < gain for rho, value in gains.items() if 0 < rho <= low)
    assert all(value == gain for rho, value in gains.items() if low < rho <= high)


def test_a_table_in_bins_counts_rho_as_the_next_edge(eight):
    exact = ExitTable.of(eight)
    assert counted_threshold(exact, 0.8123) == 0.8123
    binned = ExitTable(FIXED_EDGES, exact.start, exact.moves, exact.exit_flops, exact.class_names)
    assert counted_threshold(binned, 0.5) == 0.5
    assert counted_threshold(binned, 0.50001) == FIXED_EDGES[np.searchsorted(FIXED_EDGES, 0.50001)]
    assert counted_threshold(binned, np.inf) == np.inf


@given(exit_scores(), thresholds)
def test_a_sample_leaves_where_its_running_maximum_reaches_rho(scores, threshold):
    reached = np.column_stack([reached_confidence(scores), np.full(scores.n_samples, np.inf)])
    leaves = np.argmax(reached >= threshold, axis=1)
    for sample in range(scores.n_samples):
        ways = sample_exits(scores.confidence[sample], scores.correct[sample])
        here = [way for way in ways if way.holds_at(threshold)]
        assert [way.exit for way in here] == [leaves[sample]]
        assert here[0].outcome == outcomes(scores.correct)[sample, leaves[sample]]
        assert [way.above for way in ways[1:]] == [way.up_to for way in ways[:-1]]


@given(exit_scores(min_exits=2), thresholds)
def test_the_figure_holds_every_count(scores, threshold):
    curve = outcome_curve(ExitTable.of(scores))
    figure = overthinking_figure(curve, threshold)
    for outcome, trace in zip(INKS, figure.data, strict=False):
        assert trace.name == OUTCOME_LABELS[outcome]
        assert np.allclose(trace.y, np.sqrt(trace.customdata))
        for rho in (*curve.thresholds, 0.3):
            if rho <= 1:  # the step that a line of shape vh draws: the first point at or right of ρ
                drawn = trace.customdata[np.searchsorted(trace.x, rho)]
                assert drawn == curve.counts[curve.step(rho), outcome]
    marks = figure.data[-1]
    assert set(marks.x) == {min(threshold, 1.0)}
    assert list(marks.customdata) == curve.counts[curve.step(threshold), list(INKS)].tolist()
    assert figure.layout.xaxis.title.text == "threshold ρ"
    assert "samples" in figure.layout.yaxis.title.text
