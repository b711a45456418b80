import numpy as np
import pytest
from hypothesis import given

from tests.threshold.strategies import exit_scores
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.oracle import oracle


def by_hand(scores):
    """Exit taken and whether it is right, one sample after the other."""
    taken = []
    for right in scores.correct:
        taken.append(next((k for k, is_right in enumerate(right) if is_right), 0))
    return np.array(taken), scores.correct.any(axis=1)


@given(exit_scores())
def test_the_oracle_leaves_at_the_first_exit_that_is_right_else_at_the_first(scores):
    taken, right = by_hand(scores)
    found = oracle(ExitTable.of(scores))
    assert found.exit_counts[-1].tolist() == np.bincount(taken, minlength=scores.n_exits).tolist()
    assert found.accuracy[-1] == right.mean()
    assert found.flops[-1] == pytest.approx(scores.exit_flops[taken].mean())


@given(exit_scores())
def test_no_point_of_the_curve_lies_above_the_oracles_line(scores):
    found, curve = oracle(ExitTable.of(scores)), benefit_curve(scores)
    assert (curve.accuracy <= np.interp(curve.flops, found.flops, found.accuracy) + 1e-12).all()
    assert (curve.flops >= found.flops[0]).all()


@given(exit_scores())
def test_no_router_of_any_kind_lies_above_the_oracles_line(scores):
    """Whatever it knows, a router takes some exit for each sample: try two hundred at random."""
    found = oracle(ExitTable.of(scores))
    taken = np.random.default_rng(0).integers(0, scores.n_exits, (200, scores.n_samples))
    accuracy = scores.correct[np.arange(scores.n_samples), taken].mean(axis=1)
    flops = scores.exit_flops[taken].mean(axis=1)
    assert (accuracy <= np.interp(flops, found.flops, found.accuracy) + 1e-12).all()


def test_eight_samples_by_hand(eight):
    """Early right about 0, 1, 2, 6; only final about 3, 5, 7; neither about 4."""
    found = oracle(ExitTable.of(eight))
    assert found.exit_counts.tolist() == [[8, 0], [5, 3]]
    assert found.accuracy.tolist() == [4 / 8, 7 / 8]
    assert found.flops.tolist() == [100, (5 * 100 + 3 * 300) / 8]
