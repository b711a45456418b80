"""Random splits: what the naive and the guaranteed choice on one half would have led to."""

import math

import numpy as np
import pytest
from scipy import stats

from tests.threshold.resampling.synthetic import GRID, scores
from trecx.datasets.halves import split_in_halves
from trecx.errors import BudgetError
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits
from trecx.threshold.resampling import random_splits as module
from trecx.threshold.resampling.random_splits import drawn_halves, random_splits

LOST, P90 = Limits(max_lost=0.03), Guarantee(0.9)


def of(run, limits=LOST, guarantee=P90, n_splits=30, **setting):
    return random_splits(run, run.sample_names, GRID, None, limits, guarantee, n_splits=n_splits, **setting)


def by_hand(run, seed, limit, level):
    """ρ, loss on all samples, loss and FLOPs on the held-out half, of the naive and the guaranteed choice."""
    half = split_in_halves(run.sample_names, run.labels, seed).calibration
    confidence = run.confidence[:, 0].astype(np.float64)
    early, final = run.correct.T

    def loss(rho, members):
        return int(np.sum(members & (confidence >= rho) & final & ~early))

    down = GRID[::-1]
    lost = [loss(rho, half) for rho in down]
    naive = max((k for k, count in enumerate(lost) if count <= limit * half.sum()), default=None)
    passed = [stats.binom.cdf(count, half.sum(), limit) <= level for count in lost]
    sure = (passed.index(False) if False in passed else len(passed)) - 1
    for step in (naive, None if sure < 0 else sure):
        if step is None:
            yield None
            continue
        while step and not np.any(half & (confidence < down[step - 1]) & (confidence >= down[step])):
            step -= 1  # the highest ρ with the same exits on this half
        exits = confidence >= down[step]
        flops = np.where(exits, 100, 300)[~half].mean()
        everywhere = loss(down[step], np.full(len(half), True)) / len(half)
        yield everywhere, loss(down[step], ~half) / np.sum(~half), flops


def test_each_split_has_what_a_choice_by_hand_leads_to():
    run = scores(700)
    found = of(run)
    for k in range(30):
        naive, sure = by_hand(run, k + 1, 0.03, 0.1)
        for choice, expected in ((found.naive, naive), (found.guaranteed, sure)):
            got = (choice.loss[k], choice.held_out_loss[k], choice.flops[k])
            assert got == pytest.approx(expected or (math.nan,) * 3, nan_ok=True)
    assert found.naive.share_broken == np.mean(
        [next(by_hand(run, k, 0.03, 0.1))[0] > 0.03 for k in range(1, 31)]
    )
    assert found.naive.share_broken > 0.2
    assert found.guaranteed.share_broken < found.naive.share_broken
    assert found.guaranteed.share_broken <= found.guaranteed.share_broken_held_out
    assert found.guaranteed.mean_saving < found.naive.mean_saving


def test_the_same_seeds_give_the_same_numbers_and_progress_is_told():
    run, told = scores(300), []
    once, again = of(run), of(run, progress=lambda what, done, total: told.append((done, total)))
    assert np.array_equal(once.naive.thresholds, again.naive.thresholds, equal_nan=True)
    assert np.array_equal(once.guaranteed.flops, again.guaranteed.flops, equal_nan=True)
    assert told == [(done, 30) for done in range(31)]
    assert len(set(once.naive.thresholds.tolist())) > 5


def test_a_wish_that_cannot_be_guaranteed_has_no_threshold_and_breaks_nothing():
    found = of(scores(300), Limits(max_lost=0.001)).guaranteed
    assert (found.n_none, found.share_broken, found.mean_saving) == (30, 0.0, None)


def test_savings_are_told_against_the_baseline_or_the_final_exit():
    final, baseline = of(scores(300)), of(scores(300), baseline_flops=250.0)
    assert (final.reference, baseline.reference) == ("final exit", "baseline")
    assert final.naive.saving == pytest.approx(1 - final.naive.flops / 300)
    assert baseline.naive.saving == pytest.approx(1 - final.naive.flops / 250)


def test_speakers_are_kept_together_where_names_tell_them():
    run = scores(300, names=tuple(f"yes/s{k // 10:03}_nohash_{k % 10}.wav" for k in range(300)))
    assert (of(run, n_splits=2).kept_together, of(scores(300), n_splits=2).kept_together) == ("speaker", "")


def test_halves_of_counts_are_drawn_without_replacement_within_each_class():
    joint = JointCounts.of(scores(301), GRID)
    draws = set()
    for calibration, held_out in drawn_halves(joint, 20):
        assert (calibration.counts + held_out.counts).tolist() == joint.counts.tolist()
        assert held_out.counts.min() >= 0
        assert np.abs(calibration.class_counts - held_out.class_counts).max() <= 1
        draws.add(calibration.counts.tobytes())
    assert len(draws) == 20


@pytest.mark.parametrize(
    ("limits", "guarantee", "shares"),
    [
        (LOST, P90, None),
        (Limits(min_accuracy=0.9), P90, None),
        (Limits(max_lost=0.06), Guarantee(0.9, each_class=True), None),
        (LOST, P90, np.array([3, 1, 1])),
    ],
)
def test_many_samples_are_drawn_by_their_counts_with_the_same_distribution(
    limits, guarantee, shares, monkeypatch
):
    run = scores(1200, seed=3)
    named = of(run, limits, guarantee, 150, class_shares=shares)
    monkeypatch.setattr(module, "MANY", 1000)
    monkeypatch.setattr(module, "SPLITS_OF_MANY", 150)
    drawn = of(run, limits, guarantee, 200, class_shares=shares)
    assert (named.method, drawn.method) == (
        "halves by a hash of seed and name",
        "halves drawn at random within each class",
    )
    assert drawn.n_splits == 150
    for one, other in ((named.naive, drawn.naive), (named.guaranteed, drawn.guaranteed)):
        rhos = [choice.thresholds[~np.isnan(choice.thresholds)] for choice in (one, other)]
        assert stats.ks_2samp(*rhos).pvalue > 1e-3
        losses = [choice.held_out_loss[~np.isnan(choice.thresholds)] for choice in (one, other)]
        assert stats.ks_2samp(*losses).pvalue > 1e-3
        assert abs(one.share_broken - other.share_broken) < 0.2


def test_a_class_without_samples_in_a_half_cannot_have_a_limit():
    run = scores(200)
    run.labels[run.labels == 2] = 1
    with pytest.raises(BudgetError, match="class 2"):
        of(run, guarantee=Guarantee(0.9, each_class=True))
