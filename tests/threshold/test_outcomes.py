import numpy as np
from hypothesis import given

from tests.threshold.strategies import exit_scores, thresholds
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.outcomes import OUTCOMES, outcomes


def test_eight_samples_worked_by_hand(eight):
    # At 0.75 samples 0..3 leave early: right, right, right, wrong (final right); 4 is wrong at both exits,
    # 5 and 7 are right only at the end, 6 was right already.
    assert operating_point(eight, 0.75).overthinking == {
        "early_right": 3, "premature": 1, "hopeless": 1, "rescued": 2, "wasteful": 1, "destructive": 0
    }  # fmt: skip
    assert operating_point(eight, np.inf).overthinking == {
        "early_right": 0, "premature": 0, "hopeless": 1, "rescued": 3, "wasteful": 3, "destructive": 1
    }  # fmt: skip


def test_three_exits():
    yes, no = True, False
    correct = np.array([[no, yes, yes], [no, no, yes], [yes, no, no], [no, no, no]])
    names = [[OUTCOMES[k] for k in row] for row in outcomes(correct)]
    assert names == [
        ["premature", "early_right", "wasteful"],
        ["premature", "premature", "rescued"],
        ["early_right", "destructive", "destructive"],
        ["hopeless", "hopeless", "hopeless"],
    ]


@given(exit_scores(), thresholds)
def test_the_six_outcomes_add_up_and_agree_with_accuracy(scores, threshold):
    point = operating_point(scores, threshold)
    counts = point.overthinking
    assert sum(counts.values()) == scores.n_samples
    right = counts["early_right"] + counts["rescued"] + counts["wasteful"]
    assert right == point.confusion.trace()


def test_a_single_exit_is_right_or_hopeless():
    assert [OUTCOMES[k] for k in outcomes(np.array([[True], [False]])).ravel()] == ["early_right", "hopeless"]
