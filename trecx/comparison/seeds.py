"""Runs that differ in nothing but the seed of their training: which they are, and their mean curve."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from trecx.scores import FloatArray
from trecx.store import Run
from trecx.threshold.benefit_curve import BenefitCurve

N_POINTS = 101


class MeanCurve(NamedTuple):
    """The mean of the benefit curves of several seeds.

    Attributes:
        flops: expected FLOPs per sample, evenly spaced, increasing, of shape (101,).
        accuracy: mean total accuracy there, 0..1, of shape (101,).
        spread: standard deviation over seeds (ddof 1), of shape (101,); None for a single curve.
        thresholds: the lowest and the highest ρ that the seeds have there, of shape (101, 2).
    """

    flops: FloatArray
    accuracy: FloatArray
    spread: FloatArray | None
    thresholds: FloatArray


def mean_curve(curves: Sequence[BenefitCurve]) -> MeanCurve:
    """Return the mean over curves of the same exits.

    The FLOPs are evenly spaced from the first exit to the final one. At each of them stands the exact curve's
    dearest step that costs no more; over several curves, the mean of those.
    """
    flops = np.linspace(curves[0].exit_flops[0], curves[0].exit_flops[-1], N_POINTS)
    steps = [np.searchsorted(curve.flops[::-1], flops, side="right") - 1 for curve in curves]
    accuracy = np.array([curve.accuracy[::-1][step] for curve, step in zip(curves, steps, strict=True)])
    thresholds = np.array([curve.thresholds[::-1][step] for curve, step in zip(curves, steps, strict=True)])
    spread = accuracy.std(axis=0, ddof=1) if len(curves) > 1 else None
    ends = np.column_stack([thresholds.min(axis=0), thresholds.max(axis=0)])
    return MeanCurve(flops, accuracy.mean(axis=0), spread, ends)


def seed_of(run: Run) -> int:
    """Return the seed that a run was trained with; 0 where it is unknown."""
    seed: int = run.training.get("seed", 0)
    return seed


def newest_by_seed(runs: Iterable[Run]) -> list[Run]:
    """Return, of runs of one design, the newest of each seed, in the order of seeds."""
    newest = {seed_of(run): run for run in sorted(runs, key=lambda run: run.created_at)}
    return [newest[seed] for seed in sorted(newest)]


def seed_groups(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs, those together that differ in nothing but their seed, one run a seed.

    A run whose seed is unknown stands alone. Groups stand where their first run stood.
    """
    groups: dict[object, list[Run]] = {}
    for run in runs:
        groups.setdefault(_design(run) if "seed" in run.training else run.run_id, []).append(run)
    return [newest_by_seed(group) for group in groups.values()]


def _design(run: Run) -> tuple[object, ...]:
    shaping = sorted((name, str(value)) for name, value in run.training.items() if name != "seed")
    return run.task, run.system, run.source, run.sample_set_id, run.exit_flops, *shaping
