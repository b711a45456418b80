import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores, part, thresholds
from trecx.errors import ClassMixError
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.class_mix import class_mix_presets, class_weights, parse_class_mix
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.oracle import oracle

NAMES = ("yes", "no", "silence", "unknown")
COUNTS = np.array([30, 10, 40, 20])


def duplicated(scores, times):
    """Every sample of class c `times[c]` times over."""
    return part(scores, np.repeat(np.arange(scores.n_samples), np.array(times)[scores.labels]))


@st.composite
def scores_and_times(draw):
    """Samples, and how many times over those of each class are there in the field."""
    scores = draw(exit_scores())
    times = draw(st.lists(st.integers(0, 4), min_size=3, max_size=3))
    assume(any(np.array(times)[scores.labels]))
    return scores, times


def weights_of(scores, times):
    counts = ExitTable.of(scores).class_counts
    return class_weights(np.array(times) * counts, counts)


@given(scores_and_times(), thresholds)
def test_a_mix_of_whole_ratios_equals_duplicated_samples(scored, threshold):
    scores, times = scored
    copies = duplicated(scores, times)
    expected = operating_point(copies, threshold)
    for point in (operating_point(scores, threshold), ExitTable.of(scores).operating_point(threshold)):
        ours = point.weighted(weights_of(scores, times))
        assert ours.n_samples == scores.n_samples
        assert ours.accuracy == pytest.approx(expected.accuracy)
        assert ours.exit_rate == pytest.approx(expected.exit_rate)
        assert ours.flops == pytest.approx(expected.flops)
        scale = scores.n_samples / copies.n_samples
        for name in ("exit_counts", "outcome_counts", "confusion"):
            assert getattr(ours, name) == pytest.approx(getattr(expected, name) * scale), name


@given(scores_and_times(), thresholds)
def test_the_weighted_curve_is_the_curve_of_duplicated_samples(scored, threshold):
    scores, times = scored
    ours = ExitTable.of(scores).curve(weights_of(scores, times))
    expected = ExitTable.of(duplicated(scores, times)).curve()
    for name in ("accuracy", "exit_rate", "flops"):
        assert getattr(ours.at([threshold]), name) == pytest.approx(getattr(expected.at([threshold]), name))
    step = int(np.flatnonzero(ours.thresholds >= threshold)[-1])
    same = int(np.flatnonzero(expected.thresholds >= threshold)[-1])
    assert ours.plateau(step) == expected.plateau(same)  # where nobody who counts moves, nothing changes


@given(scores_and_times())
def test_the_weighted_oracle_is_the_oracle_of_duplicated_samples(scored):
    scores, times = scored
    ours = oracle(ExitTable.of(scores), weights_of(scores, times))
    expected = oracle(ExitTable.of(duplicated(scores, times)))
    assert ours.accuracy == pytest.approx(expected.accuracy)
    assert ours.flops == pytest.approx(expected.flops)


@given(exit_scores(), thresholds)
def test_as_tested_changes_nothing_and_is_worth_all_samples(scores, threshold):
    counts = ExitTable.of(scores).class_counts
    point = operating_point(scores, threshold)
    same = point.weighted(class_weights(counts, counts))
    assert same.accuracy == pytest.approx(point.accuracy)
    assert same.effective_samples == pytest.approx(point.effective_samples) == scores.n_samples


def test_an_uneven_mix_by_hand(eight):
    """Half of the samples are class 0; three times as often as class 1, they weigh 1.5 and 0.5."""
    point = ExitTable.of(eight).operating_point(0.75)
    ours = point.weighted(class_weights([3, 1], np.array([4, 4])))
    assert ours.exit_counts.tolist() == [6, 2]
    assert ours.accuracy == (1.5 * 3 + 0.5 * 3) / 8
    assert ours.flops == (6 * 100 + 2 * 300) / 8
    assert ours.effective_samples == pytest.approx(8**2 / (4 * 1.5**2 + 4 * 0.5**2))


def test_weights_by_hand():
    assert class_weights([0.1, 0.1, 0.4, 0.4], COUNTS).tolist() == pytest.approx([1 / 3, 1, 1, 2])
    assert class_weights([1, 0, 0, 0], COUNTS).tolist() == pytest.approx([100 / 30, 0, 0, 0])
    assert class_weights([1, 1, 0], np.array([5, 5, 0])).tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("mix", "message"),
    [
        ([0, 0, 0, 0], "all shares of the class mix are 0"),
        ([1, -1, 1, 1], "0 or more"),
        ([1, np.nan, 1, 1], "0 or more"),
        ([1, np.inf, 1, 1], "0 or more"),
        ([1, 1, 1], "one number per class: 4 classes, got 3"),
    ],
)
def test_a_mix_that_says_nothing_is_refused(mix, message):
    with pytest.raises(ClassMixError, match=message):
        class_weights(mix, COUNTS)


def test_a_class_that_was_not_tested_cannot_occur():
    with pytest.raises(ClassMixError, match="no sample of class number 2"):
        class_weights([1, 1], np.array([5, 0]))


def test_presets_by_hand():
    presets = class_mix_presets(NAMES, COUNTS)
    assert list(presets) == ["as tested", "even", "95 % silence and unknown"]
    assert presets["as tested"].tolist() == pytest.approx([0.3, 0.1, 0.4, 0.2])
    assert presets["even"].tolist() == [0.25] * 4
    quiet = presets["95 % silence and unknown"]
    assert quiet.tolist() == pytest.approx([0.0375, 0.0125, 0.95 * 2 / 3, 0.95 / 3])


@pytest.mark.parametrize(
    ("names", "counts"),
    [(("cat", "dog"), [3, 4]), (("silence", "unknown"), [3, 4]), (("yes", "silence", "unknown"), [3, 0, 0])],
)
def test_there_is_no_quiet_preset_where_it_would_mean_nothing(names, counts):
    assert "95 % silence and unknown" not in class_mix_presets(names, np.array(counts))


def test_even_leaves_out_what_was_not_tested():
    assert class_mix_presets(("a", "b", "c"), np.array([3, 0, 9]))["even"].tolist() == [0.5, 0, 0.5]


def test_shares_by_name_leave_the_rest_as_tested():
    assert parse_class_mix("even", NAMES, COUNTS).tolist() == [0.25] * 4
    mix = parse_class_mix("silence=0.5, no=0.1", NAMES, COUNTS)
    assert mix.tolist() == pytest.approx([0.4 * 30 / 50, 0.1, 0.5, 0.4 * 20 / 50])
    assert parse_class_mix("silence=1", NAMES, COUNTS).tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("odd", "one of as tested, even"),
        ("yes=often", "one of as tested, even"),
        ("maybe=0.5", "no class 'maybe'"),
        ("yes=0.7,no=0.7", "add up to 1"),
        ("yes=-0.1", "within 0..1"),
        ("yes=nan", "within 0..1"),
        ("yes=0.1,no=0.1,silence=0.1,unknown=0.1", "add up to 0.4"),
    ],
)
def test_a_text_that_is_no_mix_is_refused(text, message):
    with pytest.raises(ClassMixError, match=message):
        parse_class_mix(text, NAMES, COUNTS)
