import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from trecx.errors import ScoresError, UnknownNameError
from trecx.scores import ExitScores
from trecx.store import Store
from trecx.threshold.benefit_curve import benefit_curve, operating_point
from trecx.threshold.exit_criteria import CRITERIA, by_criterion, entropy_limit
from trecx.threshold.exit_table import ExitTable


def scores_of(rows, labels=None, flops=(100, 300)):
    rows = np.array(rows, np.float32)
    return ExitScores(np.zeros(len(rows), int) if labels is None else labels, list(flops), rows)


@st.composite
def softmax_scores(draw, n_classes=4):
    """Softmax scores with zeros, ties and certainty among them."""
    n_samples = draw(st.integers(1, 10))
    weights = st.sampled_from([0.0, 0.0, 1.0, 2.0, 5.0, 1000.0])
    raw = draw(nps.arrays(np.float64, (n_samples, 3, n_classes), elements=weights))
    raw[raw.sum(axis=2) == 0] = 1.0
    labels = draw(nps.arrays(np.int64, n_samples, elements=st.integers(0, n_classes - 1)))
    return scores_of(raw / raw.sum(axis=2, keepdims=True), labels, (100, 200, 300))


def by_hand(criterion, row):
    p = sorted(map(float, row), reverse=True)
    entropy = -sum(x * math.log(x) for x in p if x > 0)
    return {"largest": p[0], "margin": p[0] - p[1], "entropy": 1 - entropy / math.log(len(p))}[criterion]


@given(softmax_scores(), st.sampled_from(list(CRITERIA)))
def test_each_criterion_is_what_its_formula_says(scores, criterion):
    seen = by_criterion(scores, criterion)
    expected = np.apply_along_axis(lambda row: by_hand(criterion, row), 2, scores.probabilities)
    assert seen.confidence == pytest.approx(expected, abs=1e-6)
    assert seen.confidence.dtype == np.float32
    assert seen.confidence.min() >= 0
    assert seen.confidence.max() <= 1


@given(softmax_scores(), st.sampled_from(list(CRITERIA)))
def test_what_the_network_answers_does_not_depend_on_the_criterion(scores, criterion):
    seen = by_criterion(scores, criterion)
    assert np.array_equal(seen.predictions, scores.predictions)
    assert seen.probabilities is None
    assert (seen.class_names, seen.sample_names) == (scores.class_names, scores.sample_names)
    assert benefit_curve(seen).accuracy[0] == benefit_curve(scores).accuracy[0]


@given(softmax_scores(), st.sampled_from(list(CRITERIA)), st.floats(0, 1))
def test_table_and_point_agree_under_every_criterion(scores, criterion, threshold):
    seen = by_criterion(scores, criterion)
    point, of_table = operating_point(seen, threshold), ExitTable.of(seen).operating_point(threshold)
    assert np.array_equal(point.confusion, of_table.confusion)
    assert np.array_equal(point.class_exits, of_table.class_exits)


def test_the_largest_probability_is_the_papers_confidence():
    scores = scores_of([[[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]])
    assert np.array_equal(by_criterion(scores, "largest").confidence, scores.confidence)


@pytest.mark.parametrize("criterion", ["entropy", "margin"])
def test_no_idea_is_0_and_certainty_is_1(criterion):
    scores = scores_of([[[0.25] * 4, [0, 1, 0, 0]], [[0, 0, 0, 1], [0.25] * 4]])
    assert by_criterion(scores, criterion).confidence.tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("criterion", ["entropy", "margin"])
def test_rows_that_sum_to_a_little_more_or_less_than_1_stay_within_0_and_1(criterion):
    scores = scores_of([[[1.0009, 0.0, 0.0], [0.3336, 0.3336, 0.3336]]])
    confidence = by_criterion(scores, criterion).confidence
    assert confidence[0, 0] == 1
    assert 0 <= confidence[0, 1] < 0.001


@given(softmax_scores(), st.sampled_from(list(CRITERIA)), st.permutations(range(4)))
def test_samples_with_the_same_probabilities_in_another_order_tie(scores, criterion, order):
    other = ExitScores(scores.labels, scores.exit_flops, scores.probabilities[:, :, order])
    assert np.array_equal(
        by_criterion(scores, criterion).confidence, by_criterion(other, criterion).confidence
    )


@given(softmax_scores(), st.floats(0, 1, width=16))
def test_a_threshold_on_certainty_is_a_limit_on_entropy(scores, threshold):
    seen = by_criterion(scores, "entropy").confidence[:, 0]
    p = scores.probabilities[:, 0].astype(float)
    entropy = -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=1)
    clear = np.abs(entropy - entropy_limit(threshold, 4)) > 1e-6
    assert np.array_equal((seen >= threshold)[clear], (entropy <= entropy_limit(threshold, 4))[clear])


@given(softmax_scores(n_classes=2), st.sampled_from(["entropy", "margin"]))
def test_with_two_classes_every_criterion_orders_samples_alike(scores, criterion):
    ones = scores.confidence[:, 0].astype(float)
    others = by_criterion(scores, criterion).confidence[:, 0].astype(float)
    apart = ones[:, None] - ones > 1e-6  # closer ones may fall together in float32
    assert (others[:, None] > others)[apart].all()


def test_the_criteria_differ_with_three_classes():
    rows = [[0.5, 0.5, 0.0], [0.4, 0.3, 0.3]]  # one of two, or one a little ahead of all
    scores = scores_of([[row, row] for row in rows])
    entropy, margin = (by_criterion(scores, name).confidence[:, 0] for name in ("entropy", "margin"))
    assert entropy[0] > entropy[1]
    assert margin[0] < margin[1]


def test_a_trace_has_the_papers_criterion_only(eight):
    assert np.array_equal(by_criterion(eight, "largest").confidence, eight.confidence)
    for criterion in ("entropy", "margin"):
        with pytest.raises(ScoresError, match="only the largest probability is stored"):
            by_criterion(eight, criterion)


def test_an_unknown_criterion_is_told_with_the_known_ones(eight):
    with pytest.raises(UnknownNameError, match="largest, entropy, margin"):
        by_criterion(eight, "patience")


def test_the_shipped_scores_hold_all_probabilities(shipped):
    store = Store()
    scores = store.load_scores(store.find_run("kws/trecx"))
    curves = {name: benefit_curve(by_criterion(scores, name)) for name in CRITERIA}
    assert len({curve.accuracy.tobytes() for curve in curves.values()}) == 3
    assert len({curve.accuracy[0] for curve in curves.values()}) == 1
