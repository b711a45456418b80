import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trecx.confidence.calibration import reliability
from trecx.confidence.distribution import exit_confidence
from trecx.confidence.temperature import LIMITS, fit_temperature, fit_temperatures, halves, with_temperatures
from trecx.errors import ScoresError
from trecx.scores import ExitScores
from trecx.store import Store
from trecx.threshold.benefit_curve import benefit_curve


def softmax(logits):
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (odds / odds.sum(axis=-1, keepdims=True)).astype(np.float32)


def sampled(logits, random):
    """Labels that occur as often as softmax(logits) says."""
    return (softmax(logits).cumsum(axis=1) > random.random((len(logits), 1))).argmax(axis=1)


def loss(probabilities, labels, temperature):
    scaled = softmax(np.log(np.maximum(probabilities.astype(float), 1e-38)) / temperature).astype(float)
    return -np.log(np.maximum(scaled[np.arange(len(labels)), labels], 1e-300)).mean()


def made(n_samples, n_classes, n_exits=2, sharpness=3.0, seed=0):
    """Scores that are more confident than they should be."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(n_samples, n_exits, n_classes)) * 1.5
    labels = sampled(logits[:, -1], random)
    return ExitScores(labels, 1000 * np.arange(1, n_exits + 1), softmax(sharpness * logits))


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_a_known_temperature_is_found_again(temperature):
    random = np.random.default_rng(0)
    logits = random.normal(size=(40_000, 5)) * 2
    labels = sampled(logits, random)
    assert fit_temperature(softmax(logits * temperature), labels) == pytest.approx(temperature, rel=0.03)


@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(2, 30))
def test_no_other_temperature_gives_the_labels_more_probability(seed, n_classes, n_samples):
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.full(n_classes, 0.5), n_samples).astype(np.float32)
    labels = random.integers(0, n_classes, n_samples)
    best = loss(probabilities, labels, fit_temperature(probabilities, labels))
    grid = [loss(probabilities, labels, temperature) for temperature in np.geomspace(*LIMITS, 60)]
    assert best <= min(grid) + 1e-6


def test_where_every_answer_is_right_or_wrong_the_temperature_ends_at_its_limit():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2]], np.float32)
    assert fit_temperature(probabilities, np.array([0, 0])) == pytest.approx(LIMITS[0])
    assert fit_temperature(probabilities, np.array([1, 1])) == pytest.approx(LIMITS[1])
    assert fit_temperature(np.full((3, 4), 0.25, np.float32), np.array([0, 1, 2])) > 0


def test_a_probability_of_0_for_the_true_class_is_no_infinite_loss():
    probabilities = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert LIMITS[0] <= fit_temperature(probabilities, np.array([0, 1, 1])) <= LIMITS[1]


@given(st.lists(st.integers(0, 3), min_size=2, max_size=40), st.integers(0, 5))
def test_halves_share_no_sample_and_divide_every_class(labels, seed):
    labels = np.array(labels)
    one, other = halves(labels, seed)
    assert sorted([*one, *other]) == list(range(len(labels)))
    counts = [np.bincount(labels[rows], minlength=4) for rows in (one, other)]
    assert np.abs(counts[0] - counts[1]).max() <= 1
    assert np.array_equal(one, halves(labels, seed)[0])


def test_scaling_changes_confidence_and_no_answer():
    scores = made(500, 4)
    rows = np.arange(0, 500, 3)
    seen = with_temperatures(scores, [2.0, 1.0], rows)
    expected = softmax(np.log(scores.probabilities[rows, 0].astype(float)) / 2).max(axis=1)
    assert seen.confidence[:, 0] == pytest.approx(expected, abs=1e-6)
    assert np.array_equal(seen.confidence[:, 1], scores.confidence[rows, 1])
    assert np.array_equal(seen.predictions, scores.predictions[rows])
    assert np.array_equal(seen.labels, scores.labels[rows])


def test_with_two_classes_and_one_early_exit_the_curve_stays():
    scores = made(3000, 2, sharpness=1.5)
    fit, shown = halves(scores.labels)
    temperatures = fit_temperatures(scores, fit)
    assert temperatures[0] > 1.1
    before, after = (
        benefit_curve(with_temperatures(scores, each, shown)) for each in ([1.0, 1.0], temperatures)
    )
    assert np.array_equal(before.correct, after.correct)
    assert np.array_equal(before.exit_counts, after.exit_counts)
    assert not np.array_equal(before.thresholds, after.thresholds)


@given(st.integers(0, 1000), st.floats(0.1, 10))
def test_with_two_classes_no_sample_overtakes_another(seed, temperature):
    scores = made(40, 2, sharpness=12, seed=seed)  # so sharp that many confidences are 1 in float32
    before = scores.confidence[:, 0]
    after = with_temperatures(scores, [temperature, 1.0], np.arange(40)).confidence[:, 0]
    assert (after[:, None] >= after)[before[:, None] > before].all()


@pytest.mark.parametrize(("n_classes", "n_exits"), [(4, 2), (2, 3)])
def test_with_more_classes_or_more_early_exits_the_curve_can_change(n_classes, n_exits):
    scores = made(3000, n_classes, n_exits)
    rows = np.arange(3000)
    warm = [3.0] + [1.0] * (n_exits - 1)
    before, after = (benefit_curve(with_temperatures(scores, each, rows)) for each in ([1.0] * n_exits, warm))
    assert before.accuracy[0] == after.accuracy[0]
    grid = np.linspace(1000, 1000 * n_exits, 50)
    one, other = (np.interp(grid, curve.flops[::-1], curve.accuracy[::-1]) for curve in (before, after))
    assert np.abs(one - other).max() > 1e-3


def test_fitted_on_one_half_it_is_more_honest_on_the_other():
    scores = made(6000, 5)
    fit, shown = halves(scores.labels)
    temperatures = fit_temperatures(scores, fit)
    before, after = (
        reliability(exit_confidence(with_temperatures(scores, each, shown), 1)).expected_error
        for each in ([1.0, 1.0], temperatures)
    )
    assert after < before / 3


def test_a_trace_cannot_be_scaled(eight):
    with pytest.raises(ScoresError, match="only the largest probability is stored"):
        fit_temperatures(eight, np.arange(8))
    with pytest.raises(ScoresError, match="only the largest probability is stored"):
        with_temperatures(eight, [1.0, 1.0], np.arange(8))


def test_published_keyword_spotting_is_a_little_too_sure(shipped):
    store = Store()
    scores = store.load_scores(store.find_run("kws/trecx"))
    fit, _ = halves(scores.labels)
    assert fit_temperatures(scores, fit) == pytest.approx([1.13, 1.18], abs=0.005)
