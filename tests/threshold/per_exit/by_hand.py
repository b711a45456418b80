"""The decision with one threshold per exit, sample by sample, and every vector, one by one."""

from itertools import product

import numpy as np

from trecx.threshold.joint_counts import JointCounts

GRID = np.array([0.0, 0.25, 0.5, 0.75, 0.996])


def stops(scores, vector):
    """The exit at which each sample stops."""
    return [
        next((k for k, value in enumerate(row[:-1]) if float(value) >= vector[k]), len(row) - 1)
        for row in scores.confidence
    ]


def results(scores, vector, weights=None, costs=None):
    """Mean cost, correct and lost samples, and samples by exit, summed over single samples."""
    costs = scores.exit_flops if costs is None else costs
    cost = right = lost = 0.0
    counts = [0.0] * scores.n_exits
    for sample, taken in enumerate(stops(scores, vector)):
        weight = 1.0 if weights is None else float(weights[scores.labels[sample]])
        correct = scores.predictions[sample] == scores.labels[sample]
        cost += weight * float(costs[taken])
        right += weight * bool(correct[taken])
        lost += weight * bool(correct[-1] and not correct[taken])
        counts[taken] += weight
    return cost / scores.n_samples, right, lost, tuple(counts)


def every(scores, grid=GRID):
    """All vectors of the grid, the largest thresholds first."""
    return list(product([np.inf, *grid[::-1].tolist()], repeat=scores.n_exits - 1))


def joint(scores, grid=GRID, baseline_correct=None):
    return JointCounts.of(scores, grid, baseline_correct)


def front(points):
    """The (cost, value) that no other one beats, increasing, from (cost, value) pairs."""
    kept = []
    for cost, value in sorted(set(points), key=lambda point: (point[0], -point[1])):
        if not kept or value > kept[-1][1]:
            kept.append((cost, value))
    return kept
