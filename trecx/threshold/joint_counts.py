"""Counts of samples by all that a choice of thresholds depends on: how far each exit's confidence reaches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, FloatArray, IntArray
from trecx.scores.float32 import not_below
from trecx.scores.sample_blocks import blocks
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.int8_steps import STEPS

BoolArray = npt.NDArray[np.bool_]


def thousandths() -> FloatArray:
    """Return the candidates for ρ of a float32 softmax: 0, 0.001, …, 1, of shape (1001,)."""
    return np.arange(1001) / 1000


def int8_candidates() -> FloatArray:
    """Return the candidates for ρ of an int8 softmax: 0, 1/256, …, 255/256, of shape (256,)."""
    return np.arange(STEPS) / STEPS


def candidates(thresholds: FloatArray | None) -> FloatArray:
    """Return the candidates for ρ, increasing, of shape (n_candidates,).

    Args:
        thresholds: the ρ that differ on the device, decreasing from `inf`; None: every ρ does.
    """
    return thousandths() if thresholds is None else thresholds[np.isfinite(thresholds)][::-1]


@dataclass(frozen=True, eq=False)
class JointCounts:
    """Counts of samples that are alike in everything that a choice of thresholds depends on.

    An `ExitTable` has counts for one ρ only; here the exits of a sample stay together. That is what one
    threshold per exit, another draw of the samples and paired comparisons need.

    Attributes:
        thresholds: candidates for ρ, 0..1, increasing, of shape (n_candidates,).
        steps: how many candidates each early exit's confidence reaches, 0..n_candidates, of shape
            (n_rows, n_exits - 1): a sample stops at an exit with candidate j if its step there is above j.
        classes: true class, of shape (n_rows,).
        correct: whether each exit is correct, of shape (n_rows, n_exits).
        baseline_correct: whether the baseline is correct, of shape (n_rows,); None without a baseline.
        counts: samples of each row, of shape (n_rows,).
        exit_flops: exit FLOPs, of shape (n_exits,).
        class_names: one name per class.
    """

    thresholds: FloatArray
    steps: IntArray
    classes: IntArray
    correct: BoolArray
    baseline_correct: BoolArray | None
    counts: IntArray
    exit_flops: IntArray
    class_names: Sequence[str]

    @classmethod
    def of(
        cls, scores: ExitScores, thresholds: FloatArray, baseline_correct: BoolArray | None = None
    ) -> "JointCounts":
        """Count the samples of `scores`.

        Args:
            scores: names and scores of all classes are not needed.
            thresholds: candidates for ρ, 0..1, increasing, of shape (n_candidates,).
            baseline_correct: whether the baseline is correct for each sample, of shape (n_samples,).
        """
        n_early, reached = scores.n_exits - 1, not_below(thresholds)
        columns: list[tuple[npt.NDArray[Any], int]] = [(scores.labels, scores.n_classes)]
        for exit_ in range(n_early):
            steps = np.empty(scores.n_samples, np.int64)
            for part in blocks(scores.n_samples):
                steps[part] = np.searchsorted(reached, scores.confidence[part, exit_], side="right")
            columns.append((steps, len(thresholds) + 1))
        columns += [(scores.predictions[:, k] == scores.labels, 2) for k in range(scores.n_exits)]
        if baseline_correct is not None:
            columns.append((baseline_correct, 2))
        first, counts = alike(columns)
        classes, *rest = (column[first].astype(np.int64) for column, _ in columns)
        right = np.array(rest[n_early : n_early + scores.n_exits], np.bool_).T
        return cls(
            thresholds,
            np.array(rest[:n_early], np.int64).reshape(n_early, len(first)).T,
            classes,
            right,
            None if baseline_correct is None else rest[-1].astype(np.bool_),
            counts,
            scores.exit_flops,
            scores.class_names,
        )

    def with_counts(self, counts: IntArray) -> "JointCounts":
        """Return the same rows with other counts, of shape (n_rows,), such as another draw of the samples."""
        return replace(self, counts=counts)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.counts.sum())

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        return len(self.exit_flops)

    @property
    def class_counts(self) -> IntArray:
        """Samples of each class, of shape (n_classes,)."""
        return self._by_class(self.counts)

    def reference_correct(self, against: str) -> BoolArray:
        """Return whether the "final" exit or the "baseline" is correct in each row, of shape (n_rows,).

        Raises:
            ValueError: the counts have no baseline.
        """
        if against == "final":
            return self.correct[:, -1]
        if self.baseline_correct is None:
            raise ValueError("against must be 'final' for counts without a baseline")
        return self.baseline_correct

    @cached_property
    def decreasing(self) -> FloatArray:
        """The candidates for ρ, decreasing, with `inf` first, of shape (n_candidates + 1,)."""
        return np.append(math.inf, self.thresholds[::-1])

    def by_candidate(self, values: npt.NDArray[np.bool_]) -> IntArray:
        """Return how many samples have a property of the exit at which they stop, by candidate and class.

        Args:
            values: whether a row has it if it stops at each exit, of shape (n_rows, n_exits).

        Returns:
            Counts for `inf`, then for each candidate from the largest on, of shape
            (n_candidates + 1, n_classes).
        """
        n_classes, n_steps = len(self.class_names), len(self.thresholds) + 1
        edges = np.zeros((n_steps + 1) * n_classes)
        for exit_, (first, end) in enumerate(zip(self._passed[:-1], self._passed[1:], strict=True)):
            counted = np.where(values[:, exit_], self.counts, 0)
            for step, sign in ((first, 1), (end, -1)):
                place = step * n_classes + self.classes
                edges += sign * np.bincount(place, counted, len(edges))
        sums = np.cumsum(edges.reshape(n_steps + 1, n_classes), axis=0)[:-1]
        return sums[::-1].round().astype(np.int64)

    def lost_and_gained(self, against: str) -> tuple[IntArray, IntArray]:
        """Return samples that only the reference, and that only the answer at ρ, gets right.

        Args:
            against: the reference: "final" or "baseline".

        Returns:
            Two arrays as of `by_candidate`, of shape (n_candidates + 1, n_classes).

        Raises:
            ValueError: the counts have no baseline.
        """
        reference = self.reference_correct(against)[:, None]
        return self.by_candidate(reference & ~self.correct), self.by_candidate(~reference & self.correct)

    def curve(self, class_weights: FloatArray | None = None) -> BenefitCurve:
        """Return the benefit curve at `inf` and at each candidate, with the samples that are lost.

        Args:
            class_weights: weight of one sample of each class (`class_mix.class_weights`); None: all 1.
        """
        weights = np.ones(len(self.class_names), np.int64) if class_weights is None else class_weights
        stops = [
            self.by_candidate(np.broadcast_to(np.arange(self.n_exits) == exit_, self.correct.shape)) @ weights
            for exit_ in range(self.n_exits)
        ]
        return BenefitCurve(
            self.decreasing,
            np.column_stack(stops),
            self.by_candidate(self.correct) @ weights,
            self.exit_flops,
            self.lost_and_gained("final")[0] @ weights,
        )

    @cached_property
    def _passed(self) -> list[IntArray]:
        """Candidates from which each row goes on to each exit, of shape (n_exits + 1,) of (n_rows,)."""
        reached = np.maximum.accumulate(self.steps, axis=1).T
        none = np.zeros(len(self.counts), np.int64)
        return [none, *reached, np.full_like(none, len(self.thresholds) + 1)]

    def _by_class(self, counts: IntArray) -> IntArray:
        found = np.zeros(len(self.class_names), np.int64)
        np.add.at(found, self.classes, counts)
        return found


def alike(columns: Sequence[tuple[npt.NDArray[Any], int]]) -> tuple[IntArray, IntArray]:
    """Return the first of the rows that are equal in all columns, and how many there are, for each such row.

    Args:
        columns: non-negative integers of shape (n_rows,), and a number that they are below.

    >>> alike([(np.array([2, 0, 2]), 3)])
    (array([1, 0]), array([1, 2]))
    """
    keys, size = np.zeros(len(columns[0][0]), np.int64), 1
    for column, below in columns:
        if size * below >= 2**63:
            distinct, keys = np.unique(keys, return_inverse=True)
            size = len(distinct)
        keys, size = keys * below + column.astype(np.int64), size * below
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    return first, counts
