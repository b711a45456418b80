"""Good vectors of thresholds for more early exits than every vector can be tried for: a local search."""

from collections.abc import Iterator

import numpy as np

from trecx.progress import Progress, silent
from trecx.scores import FloatArray, IntArray
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.per_exit.levels import Levels
from trecx.threshold.per_exit.nondominated import Nondominated
from trecx.threshold.per_exit.vectors import Vectors
from trecx.threshold.per_exit.weights import in_samples, row_weights

MOST_EXPANDED = 6_000  # vectors
WORK = 40_000_000  # vectors times rows; a run with many different samples gets fewer vectors
FEWEST_EXPANDED = 300


def searched_vectors(
    joint: JointCounts,
    exit_costs: IntArray | FloatArray,
    class_weights: FloatArray | None = None,
    by_lost: bool = False,
    progress: Progress = silent,
) -> Iterator[Vectors]:
    """Yield vectors of thresholds that a local search finds; it may miss the best ones.

    It starts with the vectors that have the same threshold at all exits. A vector is expanded: for each exit,
    all thresholds are tried there while those of the other exits stay. Of all vectors that were tried, those
    that no other one beats in cost and correct samples are expanded next, until all of them are, or
    `MOST_EXPANDED` are.

    Args:
        joint: samples of a network with early exits.
        exit_costs: cost of stopping at each exit, of shape (n_exits,).
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: all 1.
        by_lost: search for few lost samples instead of many correct ones.
        progress: called after each vector.

    Source: Pareto local search: Paquete, Chiarandini and Stützle, "Pareto local optimum sets in the
    biobjective traveling salesman problem", Metaheuristics for Multiobjective Optimisation (2004).
    """
    most = int(np.clip(WORK // len(joint.counts), FEWEST_EXPANDED, MOST_EXPANDED))
    lines = _Lines(joint, class_weights)
    front = Nondominated(exit_costs, class_weights is not None, by_lost)
    waiting = list(dict.fromkeys(lines.nearest(threshold) for threshold in joint.decreasing))
    expanded: set[tuple[int, ...]] = set()
    while waiting and len(expanded) < most:
        for vector in waiting[: most - len(expanded)]:
            expanded.add(vector)
            for part in lines.through(vector):
                front.add(part)
                yield part
            progress("search for thresholds", len(expanded), most)
        waiting = [vector for vector in lines.levels_of(front.thresholds) if vector not in expanded]
    progress("search for thresholds", most, most)


class _Lines:
    """All vectors that differ from one in the threshold of one exit, counted at once."""

    def __init__(self, joint: JointCounts, class_weights: FloatArray | None) -> None:
        self.joint = joint
        self.weights, self.unit = row_weights(joint, class_weights)
        self.exits = [Levels.of(joint, exit_) for exit_ in range(joint.n_exits - 1)]
        self.lost = joint.correct[:, -1:] & ~joint.correct

    def nearest(self, threshold: float) -> tuple[int, ...]:
        """Return the levels of the vector with one threshold at all exits."""
        return tuple(int(np.searchsorted(exit_.thresholds, threshold)) for exit_ in self.exits)

    def levels_of(self, thresholds: FloatArray) -> list[tuple[int, ...]]:
        """Return the levels of vectors, of shape (n_vectors, n_early), from the cheapest on."""
        columns = [
            np.searchsorted(exit_.thresholds, column)
            for exit_, column in zip(self.exits, thresholds.T, strict=True)
        ]
        return list(map(tuple, np.column_stack(columns).tolist()))

    def through(self, vector: tuple[int, ...]) -> Iterator[Vectors]:
        """Yield, for each exit, all vectors with another threshold there, the largest threshold first."""
        stops = [exit_.ranks > level for exit_, level in zip(self.exits, vector, strict=True)]
        later = [np.full(len(self.weights), len(self.exits))]
        for exit_ in range(len(self.exits) - 1, 0, -1):
            later.append(np.where(stops[exit_], exit_, later[-1]))
        arriving = np.arange(len(self.weights))
        fixed = np.zeros(self.joint.n_exits + 2, np.int64)
        for exit_, going_on in enumerate(reversed(later)):
            yield self._line(vector, exit_, arriving, going_on[arriving], fixed)
            stopping = arriving[stops[exit_][arriving]]
            fixed = fixed + self._totals(stopping, exit_)
            arriving = arriving[~stops[exit_][arriving]]

    def _totals(self, rows: IntArray, exit_: int) -> IntArray:
        """Return counts by exit, correct and lost samples of rows that stop at an exit."""
        weights = self.weights[rows]
        found = np.zeros(self.joint.n_exits + 2, np.int64)
        found[exit_] = weights.sum()
        found[-2:] = weights @ self.joint.correct[rows, exit_], weights @ self.lost[rows, exit_]
        return found

    def _line(
        self, vector: tuple[int, ...], exit_: int, rows: IntArray, going_on: IntArray, fixed: IntArray
    ) -> Vectors:
        """Return all vectors with another threshold at an exit.

        Args:
            vector: levels at all exits.
            exit_: the exit.
            rows: that arrive there, of shape (n_arriving,).
            going_on: the exit at which each of them stops otherwise, of shape (n_arriving,).
            fixed: counts by exit, correct and lost samples of all other rows, of shape (n_exits + 2,).
        """
        own, n_exits = self.exits[exit_], self.joint.n_exits
        ranks, weights, n_levels = own.ranks[rows], self.weights[rows], len(own.thresholds)
        passing = np.zeros((n_exits + 2, n_levels))
        passing[:n_exits] = np.bincount(going_on * n_levels + ranks, weights, n_exits * n_levels).reshape(
            n_exits, n_levels
        )
        passing[exit_] -= passing[:n_exits].sum(axis=0)
        for place, values in ((-2, self.joint.correct), (-1, self.lost)):
            change = values[rows, going_on].astype(np.int64) - values[rows, exit_]
            passing[place] = np.bincount(ranks, weights * change, n_levels)
        totals = (passing.cumsum(axis=1).round().astype(np.int64).T + fixed + self._totals(rows, exit_))[::-1]

        def thresholds_at(positions: IntArray) -> FloatArray:
            same = [each.thresholds[level] for each, level in zip(self.exits, vector, strict=True)]
            found = np.tile(same, (len(positions), 1))
            found[:, exit_] = own.thresholds[::-1][positions]
            return found

        counted = in_samples(totals, self.unit)
        columns = counted[:, :n_exits], counted[:, -2], counted[:, -1]
        return Vectors(thresholds_at, *columns, self.joint.exit_flops, self.joint.n_samples)
