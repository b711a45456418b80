import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.comparison.synthetic import scores_of
from tests.threshold.strategies import exit_scores, part
from trecx.comparison.bootstrap import MAX_BLOCKS, Blocks, replicate_means
from trecx.comparison.paired_difference import PairedDifference, paired_difference
from trecx.scores import ExitScores
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_table import ExitTable


def between_steps(scores, flops, weights=None):
    """Accuracy on the line that joins the two steps around these FLOPs, one pair of steps after the other."""
    curve = benefit_curve(scores) if weights is None else ExitTable.of(scores).curve(weights)
    steps = sorted(zip(curve.flops, curve.accuracy, strict=True))
    if flops >= steps[-1][0]:
        return steps[-1][1]
    for (left, low), (right, high) in pairwise(steps):
        if left <= flops < right:
            return low + (high - low) * (flops - left) / (right - left)
    return steps[0][1]


@given(exit_scores(min_exits=2), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_gain_is_the_difference_of_the_two_curves_at_each_flops(scores, random):
    order = list(range(scores.n_exits))
    other = ExitScores(
        scores.labels,
        scores.exit_flops + 300,
        predictions=scores.predictions[:, order[::-1]],
        confidence=scores.confidence[:, order[::-1]],
        class_names=scores.class_names,
    )
    found = paired_difference([scores], [other])
    assert (found.flops[0], found.flops[-1]) == (other.exit_flops[0], other.exit_flops[-1])
    place = random.randrange(101)
    flops = found.flops[place]
    assert found.gain[place] == pytest.approx(between_steps(scores, flops) - between_steps(other, flops))


def resampled_interval(one, other, flops, n_replicates=400):
    """Draw the samples anew, and compute both curves from scratch each time."""
    random = np.random.default_rng(1)
    gains = []
    for _ in range(n_replicates):
        rows = random.integers(one.n_samples, size=one.n_samples)
        gains.append(between_steps(part(one, rows), flops) - between_steps(part(other, rows), flops))
    return np.quantile(gains, [0.025, 0.975])


def test_the_interval_is_that_of_curves_drawn_anew_from_resampled_samples():
    one, other = (scores_of(system, "digits", 1, 300) for system in ("trecx", "sdn"))
    found = paired_difference([one], [other])
    for place in (0, 30, 60, 100):
        low, high = resampled_interval(
            replace(one, probabilities=None), replace(other, probabilities=None), found.flops[place]
        )
        width = high - low
        assert found.low[place] == pytest.approx(low, abs=0.25 * width)
        assert found.high[place] == pytest.approx(high, abs=0.25 * width)


def test_blocks_of_many_samples_give_the_interval_of_the_samples_themselves():
    random = np.random.default_rng(0)
    values = random.normal(size=40_000)
    blocks = Blocks.of(np.ones(len(values)), random)
    sums = blocks.sums(values, np.zeros(len(values), np.int64), 1)
    assert sums.shape == (MAX_BLOCKS, 1)
    means = replicate_means(sums, blocks.total_weights, random)
    assert means[0, 0] == pytest.approx(values.mean(), abs=1e-6)
    assert means[1:].std() == pytest.approx(values.std() / np.sqrt(len(values)), rel=0.1)


def test_weights_count_and_samples_of_weight_0_take_no_part():
    random = np.random.default_rng(0)
    weights, values = np.array([2.0, 0.0, 1.0]), np.array([1.0, 100.0, 4.0])
    blocks = Blocks.of(weights, random)
    sums = blocks.sums(values, np.zeros(3, np.int64), 1)
    means = replicate_means(sums, blocks.total_weights, random)
    assert means[0, 0] == pytest.approx(2.0)
    assert set(np.unique(means.round(5))) <= {1.0, 2.0, 4.0}


def test_a_network_does_not_differ_from_itself():
    scores = scores_of("trecx", "digits", 0, 200)
    found = paired_difference([scores], [scores])
    assert not found.gain.any()
    assert np.abs([found.low, found.high]).max() < 1e-9
    assert found.sure() == []


def test_what_is_plainly_better_is_told_from_luck_and_the_other_way_round():
    good, bad = scores_of("trecx", "digits", 0, 2000), scores_of("trecx", "digits", 1, 2000)
    worse = np.where(np.arange(2000)[:, None] % 5 == 0, (bad.labels[:, None] + 1) % 10, bad.predictions)
    bad = ExitScores(bad.labels, bad.exit_flops, predictions=worse, confidence=bad.confidence)
    first, last = good.exit_flops
    assert paired_difference([good], [bad]).sure() == [(first, last, 1)]
    assert paired_difference([bad], [good]).sure() == [(first, last, -1)]
    assert paired_difference([good], [bad]).mean[1] > 0


def test_spans_are_told_where_the_interval_excludes_0():
    low = np.array([-1, 1, 1, -1, -3, -3, -1.0])
    found = PairedDifference(np.arange(7.0), low + 1, low, low + 2, (0, 0, 0), 9)
    assert found.sure() == [(1.0, 2.0, 1), (4.0, 5.0, -1)]


def test_the_mean_of_seeds_is_compared_as_one():
    one = [scores_of("trecx", "digits", seed, 200) for seed in (0, 1)]
    other = [scores_of("trecx", "digits", 2, 200)]
    both = paired_difference(one, other).gain
    alone = [paired_difference([scores], other).gain for scores in one]
    assert both == pytest.approx(np.mean(alone, axis=0))


def test_a_network_with_one_exit_counts_with_its_one_accuracy_at_all_flops():
    one, other = scores_of("trecx", "digits", 0, 200), scores_of("baseline", "digits", 0, 200)
    found = paired_difference([one], [other])
    assert (found.flops[0], found.flops[-1]) == tuple(one.exit_flops)
    expected = [between_steps(one, flops) - other.standalone_accuracy[0] for flops in found.flops]
    assert found.gain == pytest.approx(expected)
    assert len(set(paired_difference([other], [other]).flops)) == 1


def test_a_class_mix_weighs_the_gain():
    one, other = (scores_of(system, "digits", 0, 300) for system in ("trecx", "sdn"))
    weights = class_weights([9.0, 0, 0, 1, 1, 1, 1, 1, 1, 1], np.bincount(one.labels))
    found = paired_difference([one], [other], weights)
    flops = found.flops[5]
    expected = between_steps(one, flops, weights) - between_steps(other, flops, weights)
    assert found.gain[5] == pytest.approx(expected)
    assert found.low[5] < found.gain[5] < found.high[5]


def test_the_same_seed_gives_the_same_interval():
    one, other = (scores_of(system, "digits", 0, 100) for system in ("trecx", "sdn"))
    first, again = (paired_difference([one], [other]) for _ in range(2))
    assert first.low.tolist() == again.low.tolist()


def test_other_samples_are_a_programmers_error(eight):
    other = ExitScores(1 - eight.labels, [100], predictions=np.zeros((8, 1)), confidence=np.ones((8, 1)))
    with pytest.raises(ValueError, match="same samples"):
        paired_difference([eight], [other])


def test_ten_times_the_samples_do_not_take_ten_times_as_long():
    def seconds(n_samples):
        one, other = (
            replace(scores_of("trecx", "digits", seed, n_samples), probabilities=None) for seed in (0, 1)
        )
        begin = time.perf_counter()
        paired_difference([one], [other])
        return time.perf_counter() - begin

    assert seconds(50_000) < 5 * seconds(5_000)
