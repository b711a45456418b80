"""Runs whose losses are known."""

import numpy as np

from trecx.scores import ExitScores
from trecx.threshold.joint_counts import JointCounts

GRID = np.arange(100) / 100


def scores(n_samples, seed=0, n_classes=3, names=()):
    """Two exits; the less confident the early exit is, the more often it is wrong."""
    random = np.random.default_rng(seed)
    labels = random.integers(n_classes, size=n_samples)
    confidence = random.uniform(0, 1, n_samples).round(2)
    early = random.uniform(size=n_samples) < 0.7 + 0.3 * confidence
    final = random.uniform(size=n_samples) < 0.95
    right = np.column_stack([early, final])
    return ExitScores(
        labels=labels,
        exit_flops=[100, 300],
        predictions=np.where(right, labels[:, None], (labels[:, None] + 1) % n_classes),
        confidence=np.column_stack([confidence, np.full(n_samples, 0.99)]),
        class_names=[f"class {k}" for k in range(n_classes)],
        sample_names=names,
    )


def population():
    """Of each step of confidence 10,000 samples; the early exit loses 6 % of those at 0, none at 1."""
    lost = np.round(10_000 * 0.06 * (1 - GRID)).astype(np.int64)
    steps = np.repeat(np.arange(1, len(GRID) + 1), 2)
    early = np.tile([False, True], len(GRID))
    return JointCounts(
        thresholds=GRID,
        steps=steps[:, None],
        classes=np.zeros(len(steps), np.int64),
        correct=np.column_stack([early, np.full(len(steps), True)]),
        baseline_correct=None,
        counts=np.column_stack([lost, 10_000 - lost]).ravel(),
        exit_flops=np.array([100, 300]),
        class_names=["one"],
    )


def drawn(joint, n_samples, random):
    """A draw of samples from a population."""
    return joint.with_counts(random.multinomial(n_samples, joint.counts / joint.counts.sum()))
