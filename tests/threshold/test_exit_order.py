import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores
from trecx.scores import ExitScores, sample_blocks
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.exit_order import exit_order, largest_so_far


def trace(confidence, n_classes=2):
    confidence = np.array(confidence)
    zeros = np.zeros(confidence.shape, int)
    flops = np.arange(1, confidence.shape[1] + 1)
    names = [str(k) for k in range(n_classes)]
    return ExitScores(zeros[:, 0], flops, predictions=zeros, confidence=confidence, class_names=names)


@given(exit_scores(min_exits=2), st.sampled_from([1, 2, 3, 5]))
def test_the_curve_is_the_same_however_few_samples_are_taken_at_a_time(scores, block):
    whole = benefit_curve(scores)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_blocks, "BLOCK", block)
        pieces = benefit_curve(scores)
    for name in ("thresholds", "exit_counts", "correct"):
        assert np.array_equal(getattr(pieces, name), getattr(whole, name)), name


@given(exit_scores(min_exits=2))
def test_samples_stand_in_the_order_in_which_they_leave(scores):
    order = exit_order(scores)
    confidence = order.confidence(slice(None), np.arange(len(order.keys)))
    expected = np.maximum.accumulate(scores.confidence[:, :-1], axis=1)
    assert np.array_equal(confidence, np.sort(expected, axis=None)[::-1])
    assert order.final_correct == scores.correct[:, -1].sum()
    whole, gained = slice(0, len(order.keys)), np.empty(len(order.keys), np.int64)
    order.gained(whole, np.arange(len(order.keys)), 100, out=gained)
    gain = scores.correct[:, :-1].sum() - scores.correct[:, 1:].sum()
    assert order.gain(whole) == gain == gained[-1] - 100
    assert order.stopped(whole, 0).dtype == np.int32  # four bytes a sample, where there are millions


@pytest.mark.parametrize(
    ("confidence", "bits"),
    [
        ([[0.0, 1]], 32),  # one early exit: always 32
        ([[0.1, 0.5, 1]], 32),
        ([[0.1] * 9], 32),
        ([[0.0, 0.5, 1]], 64),  # from 0 to 1 with two early exits
    ],
)
def test_a_key_takes_32_bits_where_they_are_enough(confidence, bits):
    assert exit_order(trace(confidence)).keys.dtype.itemsize * 8 == bits


def test_minus_zero_is_zero():
    scores = trace([[-0.0, -0.0, 1], [0.0, 0.0, 1], [0.5, -0.0, 1]])
    assert not np.signbit(largest_so_far(scores.confidence)).any()
    curve = benefit_curve(scores)
    assert curve.thresholds.tolist() == [np.inf, 0.5, 0]
    assert curve.exit_counts.tolist() == [[0, 0, 3], [1, 0, 2], [3, 0, 0]]
