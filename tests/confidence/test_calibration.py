import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from tests.threshold.strategies import exit_scores
from trecx.confidence.calibration import reliability
from trecx.confidence.distribution import ExitConfidence, exit_confidence
from trecx.confidence.separation import separation
from trecx.store import Store


def told(confidence, correct, weights=None):
    weights = np.ones(len(confidence)) if weights is None else np.array(weights, float)
    return ExitConfidence(np.array(confidence, float), np.array(correct, bool), weights)


answers = st.lists(
    st.tuples(st.sampled_from([0.0, 0.3, 0.5, 0.7, 0.71, 0.99, 1.0]), st.booleans(), st.integers(1, 4)),
    min_size=1,
    max_size=20,
)


@given(answers, st.integers(1, 20))
def test_the_expected_calibration_error_is_what_a_loop_over_bins_gives(answers, n_bins):
    seen = told(*zip(*[(confidence, right) for confidence, right, _ in answers], strict=True))
    diagram, expected = reliability(seen, n_bins), 0.0
    for bin_ in range(n_bins):
        inside = [
            (confidence, right)
            for confidence, right, _ in answers
            if min(int(confidence * n_bins), n_bins - 1) == bin_
        ]
        if inside:
            mean_confidence, accuracy = np.mean(inside, axis=0)
            expected += len(inside) / len(answers) * abs(accuracy - mean_confidence)
    assert diagram.expected_error == pytest.approx(expected)
    assert diagram.count.sum() == len(answers)
    assert diagram.mean_accuracy == pytest.approx(seen.correct.mean())
    assert diagram.mean_confidence == pytest.approx(seen.confidence.mean())


@given(answers)
def test_a_weight_of_k_counts_as_k_samples(answers):
    weighted = told(*zip(*answers, strict=True))
    repeated = told(*zip(*[(c, right) for c, right, times in answers for _ in range(times)], strict=True))
    one, other = reliability(weighted), reliability(repeated)
    assert one.expected_error == pytest.approx(other.expected_error)
    assert one.count == pytest.approx(other.count)
    if separation(weighted):
        assert separation(weighted).auroc == pytest.approx(separation(repeated).auroc)


def test_an_honest_exit_has_no_calibration_error_and_its_bars_lie_in_their_intervals():
    seen = told([0.7] * 10 + [1.0] * 4, [True] * 7 + [False] * 3 + [True] * 4)
    diagram = reliability(seen)
    assert diagram.expected_error == pytest.approx(0)
    assert diagram.low == pytest.approx([10 / 15, 14 / 15])
    assert (diagram.interval[:, 0] <= diagram.accuracy).all()
    assert (diagram.accuracy <= diagram.interval[:, 1]).all()


@given(exit_scores())
def test_auroc_is_scikit_learns_ties_included(scores):
    for exit_ in range(scores.n_exits):
        seen = exit_confidence(scores, exit_)
        found = separation(seen)
        if seen.correct.all() or not seen.correct.any():
            assert found is None
        else:
            assert found.auroc == pytest.approx(roc_auc_score(seen.correct, seen.confidence))
            assert 0 <= found.low <= found.auroc <= found.high <= 1


@given(answers)
def test_weighted_auroc_is_scikit_learns(answers):
    seen = told(*zip(*answers, strict=True))
    if found := separation(seen):
        expected = roc_auc_score(seen.correct, seen.confidence, sample_weight=seen.weights)
        assert found.auroc == pytest.approx(expected)


def test_where_every_answer_is_right_or_every_one_wrong_nothing_can_be_told_apart():
    assert separation(told([0.5, 0.9], [True, True])) is None
    assert separation(told([0.5, 0.9], [False, False])) is None


def test_sides_that_are_apart_altogether_have_an_interval_that_narrows_with_more_samples():
    few, many = (separation(told([0.9] * n + [0.5] * n, [True] * n + [False] * n)) for n in (5, 500))
    assert few.auroc == many.auroc == 1
    assert 0.5 < few.low < many.low < 1
    one = separation(told([0.9] * 50 + [0.5], [True] * 50 + [False]))
    assert one.low < few.low


@pytest.mark.parametrize(("n_right", "n_wrong"), [(400, 6), (400, 40), (1000, 300)])
def test_the_interval_holds_the_true_value_as_often_as_it_says(n_right, n_wrong):
    random = np.random.default_rng(0)

    def drawn(right, wrong):
        confidence = np.concatenate([random.beta(12, 0.7, right), random.beta(4, 2, wrong)])
        return separation(told(confidence, [True] * right + [False] * wrong))

    truth = drawn(100_000, 100_000).auroc
    found = [drawn(n_right, n_wrong) for _ in range(200)]
    assert sum(one.low <= truth <= one.high for one in found) >= 0.92 * len(found)


def test_the_interval_is_delongs_where_both_sides_are_many(shipped):
    store = Store()
    seen = exit_confidence(store.load_scores(store.find_run("kws/trecx")), 0)
    right, wrong = seen.confidence[seen.correct], seen.confidence[~seen.correct]
    won = (right[:, None] > wrong).astype(float) + 0.5 * (right[:, None] == wrong)
    error = np.sqrt(won.mean(axis=1).var(ddof=1) / len(right) + won.mean(axis=0).var(ddof=1) / len(wrong))
    found = separation(seen)
    assert found.auroc == pytest.approx(won.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.01)
