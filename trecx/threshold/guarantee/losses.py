"""The loss that a guarantee is about: its counts, its p-value at each candidate, and its bound."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from trecx.errors import BudgetError
from trecx.scores import FloatArray, IntArray
from trecx.threshold.guarantee.betting import betting_p_values
from trecx.threshold.guarantee.exact_tests import (
    binomial_bound,
    binomial_p_values,
    paired_bound,
    paired_p_value,
    smallest_accepted,
)
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.limits import Limits

LossKind = Literal["lost", "drop", "error"]
LOSS_OF: dict[str, LossKind] = {"max_lost": "lost", "max_drop": "drop", "min_accuracy": "error"}
EXACT, PAIRED, BETTING = "exact binomial test", "exact paired test", "betting test of the weighted loss"
EACH_CLASS = "in each class, all of which have to pass"


@dataclass(frozen=True, eq=False)
class Loss:
    """The loss at each candidate, and how it is tested.

    Attributes:
        kind: "lost", "drop" or "error" (1 − accuracy).
        limit: of the mean loss, 0..1.
        against: what answers are compared with: "final" or "baseline"; empty for an error.
        worse: samples with the loss 1, of shape (n_candidates, n_classes).
        better: samples with the loss −1, likewise; only a drop has them.
        class_counts: calibration samples of each class, of shape (n_classes,).
        class_weights: of a class mix, of shape (n_classes,); None: all 1.
        each_class: whether the limit holds in each class; the class mix does not matter then.
    """

    kind: LossKind
    limit: float
    against: str
    worse: IntArray
    better: IntArray
    class_counts: IntArray
    class_weights: FloatArray | None = None
    each_class: bool = False

    @classmethod
    def of(
        cls,
        joint: JointCounts,
        limits: Limits,
        class_weights: FloatArray | None = None,
        each_class: bool = False,
    ) -> "Loss":
        """Return the loss that the limit on accuracy or on lost samples is about.

        Args:
            joint: the calibration samples.
            limits: exactly one of `max_lost`, `max_drop` and `min_accuracy` is set.
            class_weights: weight of one sample of each class, of shape (n_classes,); None: all 1.
            each_class: whether the limit is to hold in each class.

        Raises:
            BudgetError: not exactly one of them is set, no baseline was scored, or a class has no samples.
        """
        name = guaranteed_limit(limits)
        counts = joint.class_counts
        if each_class and not counts.all():
            missing = joint.class_names[int(np.argmin(counts))]
            raise BudgetError(
                f"there is no calibration sample of class {missing!r}, so nothing can be guaranteed for it; "
                "use a guarantee over all classes, or score samples of every class"
            )
        if name == "max_drop" and limits.against == "baseline" and joint.baseline_correct is None:
            raise BudgetError(
                "no baseline was scored on the same samples; compare the drop with the final exit instead"
            )
        limit = limits.given[name]
        against: str = limits.against if name == "max_drop" else "final"
        if name == "min_accuracy":
            limit, against, worse = 1 - limit, "", joint.by_candidate(~joint.correct)
        else:
            worse, better = joint.lost_and_gained(against)
        if name != "max_drop":
            better = np.zeros_like(worse)
        kind: LossKind = LOSS_OF[name]
        return cls(kind, limit, against, worse, better, counts, class_weights, each_class)

    @property
    def method(self) -> str:
        """The test, in words."""
        if self.class_weights is not None and not self.each_class:
            return BETTING
        name = PAIRED if self.is_paired else EXACT
        return f"{name} {EACH_CLASS}" if self.each_class else name

    @property
    def is_paired(self) -> bool:
        """Whether the loss of a sample can be −1; the kind decides, so that the test is fixed beforehand."""
        return self.kind == "drop"

    @property
    def measured(self) -> FloatArray:
        """The mean loss of the samples at each candidate; if it is by class, of the class with the largest.

        Of shape (n_candidates,).
        """
        difference = self.worse - self.better
        if self.each_class:
            largest: FloatArray = np.max(difference / self.class_counts, axis=1)
            return largest
        weights = np.ones(len(self.class_counts)) if self.class_weights is None else self.class_weights
        mean: FloatArray = difference @ weights / (self.class_counts @ weights)
        return mean

    def p_values(self, probability: float) -> FloatArray:
        """Return the p-value of H: the loss is above the limit, of each candidate, of shape (n_candidates,).

        In each class: the largest p-value of all classes. As every class has to pass, each is tested at the
        full level (intersection–union test: Berger, Technometrics 24 (1982)); many classes need no further
        correction. After the first candidate that is not rejected, 1 stands for p-values of a paired test
        that are not needed.

        Args:
            probability: of the guarantee, 0..1.
        """
        level = 1 - probability
        if self.class_weights is not None and not self.each_class:
            return betting_p_values(
                self.worse, self.better, self.class_counts, self.class_weights, self.limit, level
            )
        worse, better, n = self._tested()
        if not self.is_paired:
            found: FloatArray = binomial_p_values(worse, n, self.limit).max(axis=1)
            return found
        return self._paired_p_values(worse, better, n, level)

    def bound(self, candidate: int, probability: float) -> float:
        """Return the smallest limit whose test at one candidate alone passes; if by class, of the worst.

        Args:
            candidate: its index.
            probability: of the guarantee, 0..1.
        """
        if self.class_weights is not None and not self.each_class:
            here = self._at(candidate)
            return smallest_accepted(
                lambda limit: float(replace(here, limit=limit).p_values(probability)[0]),
                float(here.measured[0]),
                probability,
            )
        worse, better, n = self._tested()
        bound: Callable[..., float] = paired_bound if self.is_paired else binomial_bound
        columns = (worse, better) if self.is_paired else (worse,)
        return max(
            bound(*(int(column[candidate, k]) for column in columns), int(n[k]), probability)
            for k in range(len(n))
        )

    def _at(self, candidate: int) -> "Loss":
        """Return the loss at one candidate alone."""
        here = slice(candidate, candidate + 1)
        return replace(self, worse=self.worse[here], better=self.better[here])

    def scaled(self, candidate: int, factor: float) -> "Loss":
        """Return the loss at one candidate for more samples with the same shares; losses are rounded up."""
        here = self._at(candidate)
        return replace(
            here,
            worse=np.ceil(here.worse * factor - 1e-9).astype(np.int64),
            better=np.floor(here.better * factor + 1e-9).astype(np.int64),
            class_counts=np.ceil(here.class_counts * factor - 1e-9).astype(np.int64),
        )

    def _tested(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return worse, better and all samples, by class or as one column."""
        if self.each_class:
            return self.worse, self.better, self.class_counts
        worse, better = (counts.sum(axis=1, keepdims=True) for counts in (self.worse, self.better))
        return worse, better, self.class_counts.sum(keepdims=True)

    def _paired_p_values(self, worse: IntArray, better: IntArray, n: IntArray, level: float) -> FloatArray:
        found = np.ones(len(worse))
        for candidate, rows in enumerate(zip(worse.tolist(), better.tolist(), strict=True)):
            p_value = 0.0
            for lost, gained, all_ in zip(*rows, n.tolist(), strict=True):
                p_value = max(p_value, paired_p_value(lost, gained, all_, self.limit))
                if p_value > level:
                    break
            found[candidate] = p_value
            if p_value > level and candidate:
                break
        return found


def guaranteed_limit(limits: Limits) -> str:
    """Return the name of the limit that a guarantee is about.

    Raises:
        BudgetError: not exactly one of `max_lost`, `max_drop` and `min_accuracy` is set.
    """
    names = [name for name in LOSS_OF if name in limits.given]
    if len(names) != 1:
        raise BudgetError(
            "a guarantee is about one limit: the most samples lost, the largest accuracy drop or the minimum "
            f"accuracy; set one of them, got {len(names)}"
        )
    return names[0]
