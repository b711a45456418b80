import numpy as np
import pytest

from tests.comparison.synthetic import scores_of
from trecx.confidence.calibration import reliability
from trecx.confidence.distribution import exit_confidence
from trecx.confidence.temperature import fit_temperatures, halves, with_temperatures
from trecx.confidence.temperature_scaling import scale
from trecx.errors import ScoresError
from trecx.scores import ExitScores
from trecx.threshold.benefit_curve import benefit_curve


def two_classes(n_exits=2):
    random = np.random.default_rng(0)
    one = (random.random((2000, 1)) + random.normal(0, 0.05, (2000, n_exits))).clip(0.01, 0.99)
    probabilities = np.stack([one, 1 - one], axis=2)
    labels = (random.random(2000) > one[:, -1]).astype(int)
    return ExitScores(labels, 1000 * np.arange(1, n_exits + 1), probabilities)


def test_it_is_fitted_on_one_half_and_everything_shown_is_of_the_other():
    scores = scores_of("sdn", "kws", 0, 1001)
    found = scale(scores)
    fitted, shown = halves(scores.labels)
    assert found.temperatures == fit_temperatures(scores, fitted)
    assert (found.n_fitted, found.n_shown) == (501, 500)
    for temperatures, side, way in (([1.0] * 3, 0, found.before), (found.temperatures, 1, found.after)):
        half = with_temperatures(scores, temperatures, shown)
        assert way.curve.accuracy.tolist() == benefit_curve(half).accuracy.tolist()
        for exit_ in range(3):
            error = reliability(exit_confidence(half, exit_)).expected_error
            assert found.errors[exit_][side] == pytest.approx(error)


def test_with_two_classes_and_one_early_exit_it_says_that_nothing_can_be_reordered():
    found = scale(two_classes())
    assert not found.reorders
    assert found.before.flops == found.after.flops
    assert found.after.more[0] == 0
    assert scale(two_classes(3)).reorders
    assert scale(scores_of("trecx", "kws", 0, 200)).reorders


def test_an_exit_whose_answers_are_all_right_is_named():
    probabilities = np.tile(np.array([[0.9, 0.1], [0.6, 0.4]], np.float32), (50, 1, 1))
    labels = np.zeros(50, int)
    assert scale(ExitScores(labels, [1, 2], probabilities)).at_limit == [0, 1]
    assert scale(two_classes()).at_limit == []


def test_a_class_mix_weighs_what_is_shown_and_still_counts_every_sample():
    scores = scores_of("trecx", "kws", 0, 1001)
    weights = np.linspace(0, 2, scores.n_classes)
    found = scale(scores, class_weights=weights)
    assert found.temperatures == scale(scores).temperatures
    assert found.before.curve.exit_counts[0].sum() == pytest.approx(found.n_shown)
    of_classes = weights[scores.labels[halves(scores.labels)[1]]]
    right = scores.correct[halves(scores.labels)[1], -1]
    assert found.before.curve.accuracy[0] == pytest.approx(of_classes @ right / of_classes.sum())


def test_too_few_samples_are_told():
    scores = scores_of("trecx", "kws", 0, 12)  # one a class
    one = ExitScores(scores.labels[:1], scores.exit_flops, scores.probabilities[:1])
    with pytest.raises(ScoresError, match="too few samples"):
        scale(one)
    absent = np.zeros(12)
    absent[scores.labels[halves(scores.labels)[0][0]]] = 12.0
    with pytest.raises(ScoresError, match="too few samples"):
        scale(scores, class_weights=absent)


def test_a_trace_is_told(eight):
    with pytest.raises(ScoresError, match="only the largest probability is stored"):
        scale(eight)
