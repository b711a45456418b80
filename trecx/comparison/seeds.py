"""Runs that differ only in their training seed: grouping them, and their mean curve."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from trecx.scores import FloatArray
from trecx.store import Run
from trecx.threshold.benefit_curve import BenefitCurve

N_POINTS = 101
EACH_RUNS_OWN = ("seed", "deployment")  # entries of `training` that differ between runs of one design


class MeanCurve(NamedTuple):
    """The mean benefit curve of several seeds.

    Attributes:
        flops: expected FLOPs per sample, evenly spaced, increasing, of shape (101,).
        accuracy: mean total accuracy there, 0..1, of shape (101,).
        spread: standard deviation over seeds (ddof 1), of shape (101,); None for a single curve.
        thresholds: the lowest and the highest ρ of the seeds there, of shape (101, 2).
    """

    flops: FloatArray
    accuracy: FloatArray
    spread: FloatArray | None
    thresholds: FloatArray


def mean_curve(curves: Sequence[BenefitCurve]) -> MeanCurve:
    """Return the mean of curves with the same exits.

    The FLOPs are evenly spaced from the first exit to the final one. At each, a curve contributes its most
    expensive step that costs no more.
    """
    flops = np.linspace(curves[0].exit_flops[0], curves[0].exit_flops[-1], N_POINTS)
    steps = [np.searchsorted(curve.flops[::-1], flops, side="right") - 1 for curve in curves]
    accuracy = np.array([curve.accuracy[::-1][step] for curve, step in zip(curves, steps, strict=True)])
    thresholds = np.array([curve.thresholds[::-1][step] for curve, step in zip(curves, steps, strict=True)])
    spread = accuracy.std(axis=0, ddof=1) if len(curves) > 1 else None
    ends = np.column_stack([thresholds.min(axis=0), thresholds.max(axis=0)])
    return MeanCurve(flops, accuracy.mean(axis=0), spread, ends)


def seed_of(run: Run) -> int:
    """Return the training seed of a run; 0 if it is unknown."""
    seed: int = run.training.get("seed", 0)
    return seed


def newest_by_seed(runs: Iterable[Run]) -> list[Run]:
    """Return the newest run of each seed of one design, in the order of seeds."""
    newest = {seed_of(run): run for run in sorted(runs, key=lambda run: run.created_at)}
    return [newest[seed] for seed in sorted(newest)]


def seed_groups(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs in groups that differ only in their seed, one run per seed.

    An int8 run never shares a group with a float32 run.
    A run whose seed is unknown is a group of its own. Groups are in the order of their first runs.
    """
    groups: dict[object, list[Run]] = {}
    for run in runs:
        groups.setdefault(_design(run) if "seed" in run.training else run.run_id, []).append(run)
    return [newest_by_seed(group) for group in groups.values()]


def _design(run: Run) -> tuple[object, ...]:
    shaping = sorted((name, str(value)) for name, value in run.training.items() if name not in EACH_RUNS_OWN)
    return run.task, run.system, run.source, run.sample_set_id, run.exit_flops, *shaping
