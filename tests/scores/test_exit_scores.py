import numpy as np
import pytest

from trecx.errors import ScoresError
from trecx.importing.score_values import softmax_scores
from trecx.scores import ExitScores, sample_blocks
from trecx.scores.unchanging import frozen

GOOD = np.array([[[0.7, 0.3], [0.2, 0.8]], [[0.5, 0.5], [1.0, 0.0]]])


def made(**changes):
    return ExitScores(**{"labels": [0, 1], "exit_flops": [10, 20], "probabilities": GOOD} | changes)


def test_predictions_confidence_and_accuracy_follow_from_probabilities():
    scores = made()
    assert scores.predictions.tolist() == [[0, 1], [0, 0]]
    assert scores.confidence.tolist() == np.float32([[0.7, 0.8], [0.5, 1.0]]).tolist()
    assert scores.standalone_accuracy.tolist() == [0.5, 0]
    assert (scores.n_samples, scores.n_exits, scores.n_classes) == (2, 2, 2)
    assert (scores.class_names, scores.sample_names) == (("0", "1"), ("0", "1"))


def test_a_trace_needs_no_probabilities():
    trace = made(probabilities=None, predictions=[[0, 2], [1, 1]], confidence=[[0.5, 1], [0.9, 0.1]])
    assert trace.n_classes == 3
    assert trace.correct.tolist() == [[True, False], [True, True]]


def test_a_probability_a_hair_above_one_counts_as_one():
    scores = made(probabilities=[[[1.0005, 0.0], [1, 0]], [[1, 0], [1, 0]]])
    assert scores.confidence.max() == 1


def changed(value, where=(1, 1, 0)):
    values = GOOD.copy()
    values[where] = value
    return values


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"probabilities": changed(0.9)}, "sample 1 at exit 2 sum to 0.9000, not to 1"),
        ({"probabilities": changed(7.3)}, "sample 1 at exit 2 are not within 0..1.*logits"),
        ({"probabilities": changed(-0.3)}, "logits"),
        ({"probabilities": changed(np.nan)}, r"finite, got nan at index \[1, 1, 0\]"),
        ({"probabilities": changed(np.inf)}, "finite"),
        ({"probabilities": GOOD[0]}, "3 dimensions"),
        ({"probabilities": np.ones((2, 2, 1))}, "two or more classes"),
        ({"probabilities": np.empty((0, 2, 2)), "labels": []}, "at least one sample"),
        ({"probabilities": None}, "probabilities, or predictions and confidence"),
        ({"probabilities": [["a", "b"], ["c", "d"]]}, "array of numbers"),
        (
            {"probabilities": None, "predictions": [[0, 1]] * 2, "confidence": [[0.5]] * 2},
            "shape of predictions",
        ),
        ({"probabilities": None, "predictions": [[0, 1]] * 2, "confidence": [[0.5, 1.5]] * 2}, "0..1"),
        (
            {"probabilities": None, "predictions": [[0, 1.5]] * 2, "confidence": [[0.5, 1]] * 2},
            "whole numbers",
        ),
        ({"labels": [0, 2]}, "labels must be within 0..1 for 2 classes; sample 1 has 2"),
        ({"labels": [-1, 0]}, "sample 0 has -1"),
        ({"labels": [0, 1, 0]}, "3 labels, but scores of 2 samples"),
        ({"labels": [[0, 1]]}, "1 dimensions"),
        ({"labels": [0, 0.5]}, "whole numbers"),
        ({"exit_flops": [20, 20]}, "increase from exit to exit"),
        ({"exit_flops": [20, 10]}, "increase"),
        ({"exit_flops": [0, 10]}, "positive"),
        ({"exit_flops": [10]}, "one number per exit: 2 exits, got 1"),
        ({"class_names": ["a"]}, "1 class names, but scores of 2 classes"),
        ({"class_names": ["a", "a"]}, "'a' occurs 2 times"),
        ({"sample_names": ["a"]}, "1 sample names, but 2 samples"),
        ({"sample_names": ["a", "a"]}, "distinct"),
    ],
)
def test_what_no_classifier_gives_is_refused_by_name(changes, words):
    with pytest.raises(ScoresError, match=words):
        made(**changes)


def test_the_rows_of_an_int8_softmax_sum_to_one_but_for_half_a_step_per_class():
    rows = np.array([[[255, 0, 0], [128, 64, 63]], [[0, 129, 128], [86, 86, 85]]], np.float32) / 256
    scores = ExitScores(labels=[0, 1], exit_flops=[1, 2], probabilities=rows)
    assert np.array_equal(scores.probabilities, rows)
    rows[1, 1, 2] = 90 / 256
    with pytest.raises(ScoresError, match="not to 1"):
        ExitScores(labels=[0, 1], exit_flops=[1, 2], probabilities=rows)


def test_trusted_scores_are_taken_as_they_are():
    checked = made()
    fields = {name: getattr(checked, name) for name in vars(checked)}
    trusted = ExitScores.trusted(**fields)
    assert all(getattr(trusted, name) is value for name, value in fields.items())
    assert (trusted.n_samples, trusted.n_exits, trusted.n_classes) == (2, 2, 2)
    del fields["probabilities"]
    wrong = ExitScores.trusted(**fields | {"labels": np.array([7, 7])})
    assert wrong.probabilities is None and wrong.labels.tolist() == [7, 7]


def test_arrays_that_cannot_change_are_not_copied_and_all_others_are():
    given = {
        "labels": np.array([0, 1]),
        "predictions": np.array([[0, 1], [1, 1]], order="F"),
        "confidence": np.array([[0.5, 1], [0.7, 0.9]], np.float32, order="F"),
    }
    copied = ExitScores(exit_flops=[1, 2], **given)
    for array in given.values():
        frozen(array)
    kept = ExitScores(exit_flops=[1, 2], **given)
    for name, array in given.items():
        assert getattr(kept, name) is array
        assert not np.shares_memory(getattr(copied, name), array)
    view = frozen(np.zeros(4, np.int64)[:2])
    assert not np.shares_memory(ExitScores(exit_flops=[1, 2], **given | {"labels": view}).labels, view)
    above = frozen(np.full((2, 2), 1.0005, np.float32, order="F"))
    assert ExitScores(exit_flops=[1, 2], **given | {"confidence": above}).confidence.max() == 1


def test_a_wrong_row_is_named_whatever_block_it_is_in(monkeypatch):
    rows = np.tile(np.float32([0.7, 0.3]), (9, 2, 1))
    labels = np.zeros(9, np.int64)
    monkeypatch.setattr(sample_blocks, "BLOCK", 2)
    right = ExitScores(labels, [1, 2], rows)
    assert np.array_equal(right.confidence, rows.max(axis=2)) and not right.predictions.any()
    rows[5, 1] = rows[8, 0] = 0.5, 0.6
    with pytest.raises(ScoresError, match="sample 5 at exit 2 sum to 1.1000, not to 1 .1 such rows"):
        ExitScores(labels, [1, 2], rows)
    with pytest.raises(ScoresError, match="sample 5 at exit 2: probabilities sum to 1.1000, .* .2 such rows"):
        softmax_scores(rows, lambda sample, exit_: f"sample {sample} at exit {exit_ + 1}")
