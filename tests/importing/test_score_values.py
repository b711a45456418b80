"""What numbers of a file are taken for, and what is advised where they are no softmax."""

import numpy as np
import pytest

from trecx.errors import ScoresError
from trecx.importing.plausibility import doubts
from trecx.importing.score_values import sigmoid_scores, softmax_scores, trace_confidence
from trecx.scores import ExitScores

RANDOM = np.random.default_rng(0)
LOGITS = RANDOM.normal(0, 3, (50, 2, 4))
SOFTMAX = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=2, keepdims=True)


def place(sample, exit_):
    return f"row {sample}, exit {exit_}"


def test_an_int8_softmax_keeps_its_bits_and_every_array_of_it_gives_the_same():
    levels = np.clip(np.rint(SOFTMAX * 256), 0, 255)
    as_float = softmax_scores((levels / 256).astype(np.float32), place)
    assert as_float.precision == "int8" and "scale 1/256, zero point −128" in as_float.remarks[0]
    for array, words in (
        (levels - 128, "int8 (−128..127) with scale 1/256, zero point −128"),
        (levels, "uint8 (0..255)"),
    ):
        for dtype in (np.int8 if array.min() < 0 else np.uint8, np.int64, np.float32):
            found = softmax_scores(array.astype(dtype), place)
            assert np.array_equal(found.values, as_float.values)
            assert found.precision == "int8" and words in found.remarks[0]


def test_sixteen_bits_are_converted_too():
    found = softmax_scores(np.rint(SOFTMAX * 32768).clip(0, 32767).astype(np.int16), place)
    assert np.abs(found.values - SOFTMAX).max() < 1 / 32768 and found.precision == "float32"


def test_a_softmax_computed_in_float16_is_accepted_and_one_that_is_off_as_much_in_float32_is_not():
    half = SOFTMAX.astype(np.float16)
    off = (half * np.float16(0.997)).astype(np.float32)
    assert np.abs(off.sum(axis=2) - 1).max() > 1e-3
    assert np.array_equal(softmax_scores(off, place).values, off)
    scores = ExitScores(np.zeros(50), [1, 2], off)
    assert scores.n_samples == 50
    with pytest.raises(ScoresError, match="rounded to few decimals"):
        softmax_scores(off + np.float32(1e-7), place)
    with pytest.raises(ScoresError, match="not to 1"):
        ExitScores(np.zeros(50), [1, 2], off + np.float32(1e-7))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (LOGITS, "probably logits; if they are, add --logits"),
        (np.rint(LOGITS * 8), "whole numbers as of an int8 or uint8 output, but no softmax.*× scale"),
        (
            np.where(np.arange(50)[:, None, None] == 7, [0.33, 0.33, 0.33, 0], SOFTMAX),
            "sum to 0.99, .*2 such rows.: probably rounded to few decimals; write at least four",
        ),
        (np.log(SOFTMAX), "logarithms of a softmax; add --logits"),
        (1 / (1 + np.exp(-LOGITS)), "one-vs-rest sigmoids.*prediction and confidence"),
        (
            np.rint(SOFTMAX * 255) / 255 + (np.arange(4) == 0) * 2 / 255,
            "8 bits divided by 255; divide by 256",
        ),
        (SOFTMAX * 0.9, "sum to 0.9000, not to 1; a class may be missing"),
        (np.round(SOFTMAX, 2) + (np.arange(4) == 0) * 0.01, "rounded to few decimals; write at least four"),
        (np.rint(SOFTMAX * 100) + (np.arange(4) == 0) * 2, "whole numbers|per cent, but rounded too much"),
        (
            np.where(np.arange(50)[:, None, None] == 7, 0.4, SOFTMAX),
            "row 7, exit 0: probabilities sum to 1.6000.*2 such rows",
        ),
        (
            np.where(np.arange(50)[:, None, None] == 7, -0.1, SOFTMAX),
            "row 7, exit 0: -0.1 is not within 0..1",
        ),
        (
            np.where(np.arange(50)[:, None, None] == 7, np.nan, SOFTMAX),
            "row 7, exit 0: nan is not a finite number",
        ),
        (
            np.where(np.arange(50)[:, None, None] == 7, 3, np.rint(SOFTMAX * 256)).clip(0, 255),
            r"uint8 .*this row sums to 12 of 256",
        ),
    ],
)
def test_what_is_no_softmax_is_told_for_what_it_looks_like(values, words):
    with pytest.raises(ScoresError, match=words):
        softmax_scores(values, place)


def test_a_softmax_is_applied_to_logits_only_when_asked_and_never_to_what_looks_quantised():
    found = softmax_scores(LOGITS, place, logits=True)
    assert np.abs(found.values - SOFTMAX).max() < 1e-6
    assert np.abs(softmax_scores(np.log(SOFTMAX), place, logits=True).values - SOFTMAX).max() < 1e-6
    for already in (
        SOFTMAX,
        np.rint(SOFTMAX * 256).clip(0, 255) / 256,
        np.rint(SOFTMAX * 256).clip(0, 255) - 128,
    ):
        with pytest.raises(ScoresError, match="a softmax already.*leave out --logits"):
            softmax_scores(already, place, logits=True)


def test_one_sigmoid_gives_two_classes():
    p = np.float32([[[0.7], [0.25]], [[0.4], [1.0]]])
    found = sigmoid_scores(p, place)
    assert np.array_equal(found.values[:, :, 1], p[:, :, 0])
    assert np.allclose(found.values.sum(axis=2), 1)
    logit = sigmoid_scores(np.log(np.float64([[[3.0]]])), place, logits=True)
    assert np.allclose(logit.values, [[[0.25, 0.75]]])
    eight_bits = sigmoid_scores(np.int8([[[65]], [[-128]]]), place)
    assert (
        eight_bits.values.tolist() == [[[63 / 256, 193 / 256]], [[1, 0]]] and eight_bits.precision == "int8"
    )
    with pytest.raises(ScoresError, match="row 0, exit 0: 3 is not within 0..1.*--logits"):
        sigmoid_scores(np.float32([[[3.0]]]), place)


def test_confidence_of_a_trace_in_its_forms():
    assert trace_confidence(np.float32([[1.00001, 0.3]]), 3, place).values.tolist()[0][1] == np.float32(0.3)
    assert trace_confidence(np.int8([[127, -100]]), 3, place).values.tolist() == [[255 / 256, 28 / 256]]
    assert trace_confidence(np.uint8([[255, 100]]), 3, place).precision == "int8"
    percent = trace_confidence(np.array([[91.0, 97.0], [55.0, 99.0]]), 3, place)
    assert np.allclose(percent.values, [[0.91, 0.97], [0.55, 0.99]]) and "per cent" in percent.remarks[0]
    for values in ([[2.3, 15.0]], [[91, 120]], [[0.4, -0.1]], [[30.0, 99.0]]):
        with pytest.raises(ScoresError, match="row 0, exit .*is not within 0..1; if it is int8"):
            trace_confidence(np.array(values), 3, place)


def scores_of(labels, predictions, n_classes):
    return ExitScores(
        labels,
        [1],
        predictions=np.array(predictions)[:, None],
        confidence=np.ones((len(labels), 1)),
        class_names=[str(k) for k in range(n_classes)],
    )


def test_scores_that_are_less_accurate_than_guessing_are_doubted_with_the_reading_that_would_fit():
    labels = np.arange(400) % 10
    assert doubts(scores_of(labels, labels, 10)) == ()
    chance = np.random.default_rng(0).integers(0, 10, 400)
    assert doubts(scores_of(labels, chance, 10)) == ()
    shifted = doubts(scores_of(labels, (labels + 1) % 10, 10))  # no reading of the labels would give these
    assert len(shifted) == 1
    assert "Exit 1 0.00 % of 400 samples right: less than guessing among 10 classes gives" in shifted[0]
    inner = 1 + np.arange(400) % 8
    for predictions, first in ((inner - 1, 1), (inner + 1, 0)):
        (_, advice) = doubts(scores_of(inner, predictions, 10))
        assert advice.startswith(
            f"If the labels counted classes from {first}, accuracy by exit would be 100.00 %"
        )
        assert advice.endswith(f"add --labels-from {first}.")
    assert doubts(scores_of([0, 0], [1, 1], 2)) == (
        "Labels and predictions have no class in common, so no prediction is right. Probably labels and "
        "scores count or "
        "order the classes differently, or samples and labels are in another order.",
    )
