"""Bets gain nothing on average if the mean loss is at the limit: enumerated over all outcomes."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from tests.threshold.guarantee.populations import keeps_its_promise, loss_of, mixed, tied, violations
from trecx.threshold.class_mix import class_weights
from trecx.threshold.guarantee.betting import betting_p_values, log_capital


def outcomes(class_counts, worse_shares, better_shares):
    """Every outcome of samples of fixed class counts, and its probability: worse and better by class."""
    of_a_class = []
    for n, worse, better in zip(class_counts, worse_shares, better_shares, strict=True):
        pairs = [(lost, gained) for lost in range(n + 1) for gained in range(n + 1 - lost)]
        chances = [
            stats.multinomial.pmf([lost, gained, n - lost - gained], n, [worse, better, 1 - worse - better])
            for lost, gained in pairs
        ]
        of_a_class.append(list(zip(pairs, chances, strict=True)))
    every = list(product(*of_a_class))
    counts = np.array([[pair for pair, _ in outcome] for outcome in every])
    return counts[:, :, 0], counts[:, :, 1], np.array([np.prod([c for _, c in outcome]) for outcome in every])


CASES = {
    "one class, nothing gained": ((9,), (1.0,), (0.2,), (0.0,)),
    "one class": ((8,), (1.0,), (0.3,), (0.15,)),
    "classes that differ": ((5, 4), (0.8, 0.2), (0.1, 0.9), (0.0, 0.05)),
    "a rare class that is frequent in the field": ((6, 2), (0.3, 0.7), (0.05, 0.5), (0.02, 0.1)),
    "a class that the field does not have": ((4, 4), (1.0, 0.0), (0.25, 0.9), (0.05, 0.0)),
}


@pytest.mark.parametrize("level", [0.1, 0.05, 0.01])
@pytest.mark.parametrize("case", CASES)
def test_the_expected_capital_is_at_most_1_if_the_loss_is_at_the_limit(case, level):
    counts, mix, worse_shares, better_shares = (np.array(part) for part in CASES[case])
    weights = class_weights(mix, counts)
    limit = float(counts * weights @ (worse_shares - better_shares) / counts.sum())
    worse, better, chances = outcomes(counts, worse_shares, better_shares)
    assert chances.sum() == pytest.approx(1)
    capital = np.exp(log_capital(worse, better, counts, weights, limit, level))
    assert chances @ capital <= 1 + 1e-12
    if len(counts) == 1:
        assert chances @ capital == pytest.approx(1), "independent draws of one class: a fair game"
    p_values = betting_p_values(worse, better, counts, weights, limit, level)
    for at in (0.2, 0.1, 0.05, 0.01):
        assert chances[p_values <= at].sum() <= at


def test_the_order_of_the_candidates_and_the_size_of_the_samples_do_not_break_the_numbers():
    counts = np.array([400_000, 100_000])
    p_values = betting_p_values(
        np.array([[0, 0], [400_000, 100_000], [1000, 1000]]),
        np.array([[0, 0], [0, 0], [500, 900]]),
        counts,
        class_weights([0.5, 0.5], counts),
        0.01,
        0.05,
    )
    assert p_values[0] < 1e-100 and p_values[1] == 1 and p_values[2] < 0.05


def test_no_loss_is_above_a_limit_of_the_largest_weight():
    counts = np.array([10, 10])
    lost = np.array([[10, 10]])
    assert betting_p_values(lost, 0 * lost, counts, class_weights([1, 1], counts), 1.0, 0.05) == [0]


@pytest.mark.parametrize("loss", [{"max_lost": 0.05}, {"max_drop": 0.05, "against": "final"}])
def test_a_class_mix_of_the_field_costs_power_and_not_the_promise(loss):
    """The same samples and limit: fewer candidates pass by bets than by the exact test, never more."""
    joint = tied(4).with_counts(tied(4).counts // 4)
    exact, bets = loss_of(joint, loss), loss_of(joint, loss, joint.class_counts / joint.n_samples)
    assert np.allclose(mixed(joint, joint.class_counts), 1)
    assert (exact.p_values(0.95) <= 0.05).sum() >= (bets.p_values(0.95) <= 0.05).sum() > 1


def test_weights_that_are_forgotten_break_the_promise():
    """The losses of a class that is frequent in the field and rare among the samples count for more."""
    population, mix = tied(2), (0.02, 0.96, 0.02)
    population = population.with_counts(np.where(population.classes == 1, 1, population.counts))
    limits = {"max_lost": 1.0}
    true = loss_of(population, limits, mix).measured
    plain = loss_of(population, limits).measured
    worse_than_plain = np.flatnonzero(true > 1.1 * plain)
    limit = {"max_lost": true[worse_than_plain[len(worse_than_plain) // 2]] * (1 - 1e-6)}
    assert keeps_its_promise(violations(population, limit, true, 2000, 100, mix), 100)
    assert not keeps_its_promise(violations(population, limit, true, 2000, 100), 100)
