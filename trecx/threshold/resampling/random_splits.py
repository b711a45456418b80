"""What would have happened over many random splits, had ρ been chosen on one half of the samples."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.datasets.halves import split_in_halves
from trecx.device.operating_conditions import UNKNOWN_CONDITIONS, OperatingConditions
from trecx.progress import Progress, silent
from trecx.scores import ExitScores, FloatArray
from trecx.scores.names import NumberedNames
from trecx.threshold.guarantee.losses import LossKind
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import BoolArray, JointCounts
from trecx.threshold.limits import Limits
from trecx.threshold.resampling.wish import Wish

N_SPLITS = 200
MANY = 100_000  # samples; with more, to hash all names and to count again for each split takes minutes
SPLITS_OF_MANY = 50
Halves = Iterator[tuple[JointCounts, JointCounts]]


@dataclass(frozen=True, eq=False)
class ChoiceOverSplits:
    """A way of choosing ρ on the calibration half, over all splits; each array is of shape (n_splits,).

    Attributes:
        thresholds: the ρ chosen; nan where there is none.
        loss: its mean loss on all samples, likewise.
        held_out_loss: its mean loss on the held-out half, likewise.
        flops: its expected FLOPs on the held-out half, likewise.
        limit: of the mean loss.
        reference_flops: what savings are told against.
    """

    thresholds: FloatArray
    loss: FloatArray
    held_out_loss: FloatArray
    flops: FloatArray
    limit: float
    reference_flops: float

    @property
    def n_none(self) -> int:
        """Number of splits without a ρ."""
        return int(np.isnan(self.thresholds).sum())

    @property
    def share_broken(self) -> float:
        """Share of all splits in which the loss on all samples is above the limit, 0..1."""
        return float(np.mean(self.loss > self.limit + 1e-12))

    @property
    def share_broken_held_out(self) -> float:
        """Share of all splits in which the loss measured on the held-out half is above the limit, 0..1."""
        return float(np.mean(self.held_out_loss > self.limit + 1e-12))

    @property
    def saving(self) -> FloatArray:
        """Share of the reference's FLOPs that is not spent on the held-out half, of shape (n_splits,)."""
        saving: FloatArray = 1 - self.flops / self.reference_flops
        return saving

    @property
    def mean_saving(self) -> float | None:
        """Mean saving over the splits that have a ρ; None if none has."""
        return None if self.n_none == len(self.thresholds) else float(np.nanmean(self.saving))


@dataclass(frozen=True, eq=False)
class RandomSplits:
    """The naive and the guaranteed choice of ρ over random splits into two halves.

    A choice *breaks the limit* if its loss on **all** samples is above it. All samples stand for the
    population here: the halves are drawn from them, so their loss is what a choice on one half has to keep,
    and it is known without error. The held-out half tells an engineer the loss without optimism, but with
    noise of its own: a ρ whose loss is just the limit exceeds it on every second held-out half, and even a
    guaranteed ρ exceeds it there more often than 1 − probability. A half is a large part of all samples, so
    breaks are rarer here than with calibration samples drawn from a far larger population.

    A guarantee is about samples that are drawn independently. Where speakers are kept together, halves differ
    more than that, and the guaranteed choice can break the limit more often than 1 − probability: this is
    what new speakers would bring.

    Attributes:
        naive: the best ρ whose loss measured on the calibration half is within the limits.
        guaranteed: the best ρ that is guaranteed on the calibration half.
        guarantee: what is to hold.
        loss: "lost", "drop" or "error" (1 − accuracy).
        against: what answers are compared with: "final" or "baseline"; empty for an error.
        limit: of the mean loss, 0..1.
        reference: what savings are told against: "baseline" or "final exit".
        n_samples: number of samples.
        kept_together: what is not split between the halves, such as "speaker"; empty: samples are split.
        method: how the halves were drawn, in words.
    """

    naive: ChoiceOverSplits
    guaranteed: ChoiceOverSplits
    guarantee: Guarantee
    loss: LossKind
    against: str
    limit: float
    reference: str
    n_samples: int
    kept_together: str
    method: str

    @property
    def n_splits(self) -> int:
        """Number of splits."""
        return len(self.naive.thresholds)


def random_splits(
    scores: ExitScores,
    names: Sequence[str],
    thresholds: FloatArray,
    baseline_correct: BoolArray | None,
    limits: Limits,
    guarantee: Guarantee,
    *,
    conditions: OperatingConditions = UNKNOWN_CONDITIONS,
    class_shares: FloatArray | None = None,
    baseline_flops: float | None = None,
    n_splits: int = N_SPLITS,
    progress: Progress = silent,
) -> RandomSplits:
    """Return what the naive and the guaranteed choice of ρ would have led to over random splits.

    The splits are those of `split_in_halves` with the seeds 1, 2, …. Of more than 100,000 samples, the halves
    are drawn from their counts instead, within each class: speakers are not kept together then, and there are
    50 splits at most.

    Args:
        scores: of all samples.
        names: one per sample, distinct.
        thresholds: candidates for ρ, 0..1, increasing, of shape (n_candidates,) (`candidates`).
        baseline_correct: whether the baseline is correct for each sample, of shape (n_samples,); None: there
            is no baseline.
        limits: exactly one of `max_lost`, `max_drop` and `min_accuracy`, and any limits on cost.
        guarantee: what is to hold.
        conditions: device, inference rate and battery; limits on energy, latency or battery need them.
        class_shares: how often each class occurs in the field, of shape (n_classes,); None: as tested.
        baseline_flops: FLOPs of the baseline, which savings are told against; None: those of the final exit.
        n_splits: number of splits, at least 1.
        progress: called with the number of splits done.

    Raises:
        BudgetError: the limits do not fit a guarantee, an input that one needs is unknown, or a half has no
            sample of a class in which the limit is to hold.
        ClassMixError: a half has no sample of a class that occurs in the field.
        ScoresError: a half has no samples.
    """
    joint, wish = JointCounts.of(scores, thresholds, baseline_correct), Wish(limits, conditions, class_shares)
    everywhere = wish.loss(joint, guarantee.each_class)
    if scores.n_samples > MANY:
        n_splits, kept_together = min(n_splits, SPLITS_OF_MANY), ""
        halves, method = drawn_halves(joint, n_splits), "halves drawn at random within each class"
    else:
        kept_together = split_in_halves(names, scores.labels, 1).kept_together
        halves = halves_by_name(scores, names, thresholds, baseline_correct, n_splits)
        method = "halves by a hash of seed and " + (kept_together or "name")
    rows = []
    for done, (calibration, held_out) in enumerate(halves):
        progress("random splits", done, n_splits)
        chosen = wish.thresholds(calibration, guarantee)
        rows.append(_outcomes(wish, guarantee, chosen, everywhere.measured, held_out))
    progress("random splits", n_splits, n_splits)
    reference = float(joint.exit_flops[-1]) if baseline_flops is None else baseline_flops
    naive, guaranteed = (
        ChoiceOverSplits(rho, loss, held_out_loss, flops, everywhere.limit, reference)
        for rho, loss, held_out_loss, flops in np.array(rows).transpose(1, 2, 0)
    )
    return RandomSplits(
        naive,
        guaranteed,
        guarantee,
        everywhere.kind,
        everywhere.against,
        everywhere.limit,
        "final exit" if baseline_flops is None else "baseline",
        scores.n_samples,
        kept_together,
        method,
    )


def halves_by_name(
    scores: ExitScores,
    names: Sequence[str],
    thresholds: FloatArray,
    baseline_correct: BoolArray | None,
    n_splits: int,
) -> Halves:
    """Yield the counts of the calibration half and of the held-out half with the seeds 1, 2, ….

    Args:
        scores: of all samples.
        names: one per sample, distinct.
        thresholds: candidates for ρ, of shape (n_candidates,).
        baseline_correct: whether the baseline is correct for each sample, of shape (n_samples,), or None.
        n_splits: number of splits.
    """
    bare = ExitScores.trusted(
        labels=scores.labels,
        exit_flops=scores.exit_flops,
        class_names=scores.class_names,
        sample_names=NumberedNames(scores.n_samples),
        predictions=scores.predictions,
        confidence=scores.confidence,
        probabilities=None,
    )

    def counted(members: npt.NDArray[np.bool_]) -> JointCounts:
        right = None if baseline_correct is None else baseline_correct[members]
        return JointCounts.of(bare.part(members), thresholds, right)

    for seed in range(1, n_splits + 1):
        calibration = split_in_halves(names, scores.labels, seed).calibration
        yield counted(calibration), counted(~calibration)


def drawn_halves(joint: JointCounts, n_splits: int) -> Halves:
    """Yield the counts of halves that are drawn without replacement within each class.

    Args:
        joint: all samples.
        n_splits: number of splits; the seed of the first is 1, of the second 2, and so on.
    """
    rows_of_class = [np.flatnonzero(joint.classes == class_) for class_ in np.unique(joint.classes)]
    for seed in range(1, n_splits + 1):
        random, counts = np.random.default_rng(seed), np.zeros_like(joint.counts)
        for rows in rows_of_class:
            of_class = joint.counts[rows]
            half = (int(of_class.sum()) + int(random.integers(2))) // 2
            counts[rows] = random.multivariate_hypergeometric(of_class, half, method="marginals")
        yield joint.with_counts(counts), joint.with_counts(joint.counts - counts)


def _outcomes(
    wish: Wish,
    guarantee: Guarantee,
    chosen: Sequence[float | None],
    loss: FloatArray,
    held_out: JointCounts,
) -> list[list[float]]:
    """Return ρ, loss on all samples, loss and FLOPs on the held-out half, for each choice.

    Args:
        wish: what is asked of ρ.
        guarantee: what is to hold.
        chosen: ρ, or None.
        loss: on all samples, at `inf` and at each candidate, of shape (n_candidates + 1,).
        held_out: the held-out half.
    """
    measured = wish.loss(held_out, guarantee.each_class).measured
    flops = held_out.curve(wish.weights(held_out)).flops
    found = []
    for threshold in chosen:
        if threshold is None:
            found.append([math.nan] * 4)
            continue
        step = int(np.flatnonzero(held_out.decreasing == threshold)[0])
        found.append([threshold, loss[step], measured[step], flops[step]])
    return found
