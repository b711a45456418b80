"""`python -m benchmarks.guarantee`: how often a naive and a guaranteed ρ break their limit; about a minute.

The 4,890 test clips of kws/trecx stand for the population. Calibration samples are drawn from them, ρ is
chosen on the draw, and its loss is looked up in the population. It prints the table and writes guarantee.md
to this folder.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trecx.scores import IntArray
from trecx.store import Store
from trecx.store.run_context import joint_counts_of
from trecx.threshold.guarantee.losses import Loss
from trecx.threshold.guarantee.selection import Guarantee, guaranteed_choice
from trecx.threshold.joint_counts import JointCounts, thousandths
from trecx.threshold.limits import Limits

N_DRAWS, N_SAMPLES = 1000, 2445
PROBABILITIES = (0.9, 0.95, 0.99)
WISHES = {
    "at most 1 pt below the final exit": Limits(max_drop=0.01, against="final"),
    "at most 1 % of samples lost": Limits(max_lost=0.01),
}
RESULTS = Path(__file__).with_suffix(".md")
HEAD = """# How often a chosen ρ breaks its limit

`python -m benchmarks.guarantee` wrote this table. The {population:,} test clips of the published kws/trecx
stand for the population. {n_draws:,} times, {n_samples:,} calibration samples are drawn from them, and ρ is
chosen on these, in steps of 0.001.

- broken: the share of draws whose ρ has a loss above the limit in the population. It varies by chance: a
  procedure that breaks its limit with a probability of 0.05 shows 0.037 to 0.064 in 95 % of such tables;
- MFLOPs: the mean cost, in the population, of the ρ that were chosen;
- half of the clips: broken, if the samples are drawn without replacement. They are then half of the
  population, and their losses are closer to its losses than those of independent draws.

| limit | choice | promised | broken | MFLOPs | half of the clips |
| --- | --- | ---: | ---: | ---: | ---: |
"""


@dataclass(frozen=True)
class Result:
    """What the ρ that were chosen on all draws do in the population.

    Attributes:
        wish: the limit, in words.
        probability: of the guarantee; None for the naive choice, the cheapest ρ that meets the limit on the
            draw.
        broken: share of draws whose ρ has a loss above the limit, 0..1.
        mflops: mean cost.
    """

    wish: str
    probability: float | None
    broken: float
    mflops: float


def main() -> None:
    """Draw, choose, print the table and write it."""
    population, random = kws(), np.random.default_rng(0)
    shares = population.counts / population.n_samples
    drawn = results(population, random.multinomial(N_SAMPLES, shares, N_DRAWS))
    halves = results(population, random.multivariate_hypergeometric(population.counts, N_SAMPLES, N_DRAWS))
    rows = [_row(*pair) for pair in zip(drawn, halves, strict=True)]
    head = HEAD.format(population=population.n_samples, n_draws=N_DRAWS, n_samples=N_SAMPLES)
    RESULTS.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    print("\n".join(rows))


def kws() -> JointCounts:
    """Return the counts of the published kws/trecx, with ρ in thousandths."""
    store = Store()
    return joint_counts_of(store, store.find_run("kws/trecx", "published"), thousandths())


def results(population: JointCounts, draws: IntArray) -> Iterator[Result]:
    """Yield the results of the naive choice and of each guarantee, for each wish.

    Args:
        population: its losses count as the true ones.
        draws: counts of the calibration samples, of shape (n_draws, n_rows).
    """
    for wish, limits in WISHES.items():
        chosen = np.array([_chosen(population.with_counts(counts), limits) for counts in draws])
        loss, curve = Loss.of(population, limits), population.curve()
        for probability, thresholds in zip((None, *PROBABILITIES), chosen.T, strict=True):
            at = len(curve.thresholds) - 1 - np.searchsorted(curve.thresholds[::-1], thresholds)
            broken = float(np.mean(loss.measured[at] > loss.limit + 1e-12))
            yield Result(wish, probability, broken, float(curve.flops[at].mean() / 1e6))


def _chosen(joint: JointCounts, limits: Limits) -> list[float]:
    """Return the naive ρ and the guaranteed ones; `inf` where nothing can be guaranteed."""
    choices = [guaranteed_choice(joint, limits, Guarantee(probability)) for probability in PROBABILITIES]
    points = [choices[0].naive.best, *(choice.best for choice in choices)]
    return [point.threshold if point else np.inf for point in points]


def _row(drawn: Result, halved: Result) -> str:
    if drawn.probability is None:
        choice, promised = "cheapest ρ that meets it on the draw", "–"
    else:
        choice, promised = f"guaranteed, {100 * drawn.probability:.0f} %", f"≤ {1 - drawn.probability:.2f}"
    numbers = f"{drawn.broken:.3f} | {drawn.mflops:.3f} | {halved.broken:.3f}"
    return f"| {drawn.wish} | {choice} | {promised} | {numbers} |"


if __name__ == "__main__":
    main()
