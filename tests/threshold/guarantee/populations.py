"""Populations whose true losses are known, and draws of calibration samples from them."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from scipy import stats

from tests.conftest import SHIPPED
from trecx.store import Store
from trecx.store.run_context import joint_counts_of
from trecx.threshold.class_mix import class_weights
from trecx.threshold.guarantee.losses import Loss
from trecx.threshold.guarantee.selection import passing
from trecx.threshold.joint_counts import JointCounts, int8_candidates, thousandths
from trecx.threshold.limits import Limits

PROBABILITIES = (0.9, 0.95, 0.99)
CHANCE = 1e-4  # probability that a check of a valid procedure fails, for another seed

Procedure = Callable[[Loss, float], np.ndarray]


@cache
def published(system, grid):
    """The counts of a published kws run with its baseline, as a population."""
    store = Store(SHIPPED)
    run = store.find_run(f"kws/{system}", "published")
    return joint_counts_of(store, run, {1001: thousandths(), 256: int8_candidates()}[grid])


@cache
def tied(n_exits, seed=0):
    """Three classes and confidences of nine values; a later exit is correct more often, and a surer one."""
    random = np.random.default_rng(seed)
    n_rows, n_early = 400, n_exits - 1
    thresholds = np.arange(1, 9) / 8
    chances = np.linspace(0.8, 0.93, n_exits)
    steps = random.binomial(8, 0.75, (n_rows, n_early))
    surer = (steps - 6) * 0.04
    correct = random.random((n_rows, n_exits)) < chances + np.column_stack([surer, np.zeros(n_rows)])
    return JointCounts(
        thresholds,
        steps,
        random.integers(0, 3, n_rows),
        correct,
        random.random(n_rows) < 0.92,
        random.integers(1, 50, n_rows),
        np.arange(1, n_exits + 1) * 1000,
        ("a", "b", "c"),
    )


@cache
def balanced():
    """Every candidate has the same error and the same drop: what its samples lose, they gain.

    So each of 200 candidates has another chance to look better than it is.
    """
    n = 200
    steps = np.repeat(np.arange(n + 1), 2)[:, None]
    kinds = np.tile([0, 1], n + 1)
    correct = np.column_stack([kinds == 0, kinds == 1])
    ones = np.ones(len(steps), np.int64)
    return JointCounts(
        np.arange(n) / n, steps, 0 * ones, correct, correct[:, 1], ones, np.array([100, 300]), ("a",)
    )


def mixed(joint, mix):
    """The weights of a class mix for these samples; None: all 1."""
    return None if mix is None else class_weights(mix, joint.class_counts)


def loss_of(joint, limits, mix=None, each_class=False) -> Loss:
    return Loss.of(joint, Limits(**limits), mixed(joint, mix), each_class)


def at_the_edge(population, limit, mix=None, each_class=False):
    """The limits of a loss just below its true value at a middle candidate, and that value at each candidate.

    Args:
        population: whose losses are true.
        limit: the loss, as a limit of any value, such as `{"max_drop": 1, "against": "final"}`.
        mix: shares of the classes; None: the population's.
        each_class: whether the loss is that of the worst class.
    """
    true = loss_of(population, limit, mix, each_class).measured
    first = true[1]
    reached = max(first, 0.0) + 0.3 * (true.max() - max(first, 0.0))
    edge = true[1:][true[1:] >= reached][0] * (1 - 1e-6)
    name = next(iter(limit))
    return limit | {name: 1 - edge if name == "min_accuracy" else edge}, true


def draws(population, n_samples, n_draws, seed) -> Iterator[JointCounts]:
    """Yield calibration samples that are drawn from a population, with replacement."""
    random = np.random.default_rng(seed)
    for counts in random.multinomial(n_samples, population.counts / population.n_samples, n_draws):
        yield population.with_counts(counts)


def violations(
    population, limits, true, n_samples, n_draws, mix=None, each_class=False, procedure: Procedure = passing
):
    """How often, for each probability, a candidate passes whose true loss is above the limit.

    That is more than a guarantee is about: the one that is chosen is one of those that pass.
    """
    found = dict.fromkeys(PROBABILITIES, 0)
    for joint in draws(population, n_samples, n_draws, seed=n_samples):
        loss = loss_of(joint, limits, mix, each_class)
        breaks = true > loss.limit
        for probability in PROBABILITIES:
            found[probability] += bool((procedure(loss, probability) & breaks).any())
    return found


def most_violations(probability, n_draws):
    """How many violations a valid procedure has at most, but for a chance of 1 in 10,000."""
    return int(stats.binom.ppf(1 - CHANCE, n_draws, 1 - probability))


def keeps_its_promise(found, n_draws):
    return all(count <= most_violations(probability, n_draws) for probability, count in found.items())
