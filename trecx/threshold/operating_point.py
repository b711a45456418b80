"""An operating point: one ρ, and the results that follow from it."""

from dataclasses import dataclass

from trecx.scores import FloatArray, IntArray
from trecx.threshold.intervals import effective_samples
from trecx.threshold.outcomes import OUTCOMES


@dataclass(frozen=True, eq=False)
class OperatingPoint:
    """One ρ, and the results that follow from it.

    Counts are integers, or, under a class mix, sums of weights that also add up to the number of samples.

    Attributes:
        threshold: ρ.
        plateau: every ρ in (low, high] gives exactly this point.
        class_exits: samples by (true class, exit at which they stop), of shape (n_classes, n_exits).
        confusion: samples by (true class, predicted class), of shape (n_classes, n_classes).
        class_outcomes: samples by (true class, outcome of `outcomes.OUTCOMES`), of shape (n_classes, 6).
        exit_flops: exit FLOPs, of shape (n_exits,).
        class_weights: weight of one sample of each class, of shape (n_classes,); None: all 1.
    """

    threshold: float
    plateau: tuple[float, float]
    class_exits: IntArray | FloatArray
    confusion: IntArray | FloatArray
    class_outcomes: IntArray | FloatArray
    exit_flops: IntArray
    class_weights: FloatArray | None = None

    def weighted(self, class_weights: FloatArray) -> "OperatingPoint":
        """Return this point under a class mix.

        Args:
            class_weights: weight of one sample of each class (`class_mix.class_weights`).
        """
        counts = (self.class_exits, self.confusion, self.class_outcomes)
        exits, confusion, outcomes_ = (class_weights[:, None] * by_class for by_class in counts)
        return OperatingPoint(
            self.threshold, self.plateau, exits, confusion, outcomes_, self.exit_flops, class_weights
        )

    @property
    def exit_counts(self) -> IntArray | FloatArray:
        """Samples that stop at each exit, of shape (n_exits,)."""
        counts: IntArray | FloatArray = self.class_exits.sum(axis=0)
        return counts

    @property
    def outcome_counts(self) -> IntArray | FloatArray:
        """Samples by outcome (`outcomes.OUTCOMES`), of shape (6,)."""
        counts: IntArray | FloatArray = self.class_outcomes.sum(axis=0)
        return counts

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return round(float(self.class_exits.sum()))

    @property
    def effective_samples(self) -> float:
        """The effective sample size, which confidence intervals are computed from."""
        if self.class_weights is None:
            return self.n_samples
        present = self.class_weights > 0
        weights = self.class_weights[present]
        return effective_samples(weights, self.class_exits.sum(axis=1)[present] / weights)

    @property
    def accuracy(self) -> float:
        """Total accuracy (Eq. 2), 0..1."""
        return float(self.confusion.trace() / self.n_samples)

    @property
    def exit_rate(self) -> float:
        """Share of samples that stop before the final exit, 0..1."""
        return float(self.exit_counts[:-1].sum() / self.n_samples)

    @property
    def flops(self) -> float:
        """Expected FLOPs per sample (mean of Eq. 3)."""
        return self.expected(self.exit_flops)

    def expected(self, exit_costs: IntArray | FloatArray) -> float:
        """Return the mean cost per sample, given the cost of stopping at each exit, of shape (n_exits,)."""
        return float(self.exit_counts @ exit_costs / self.n_samples)

    @property
    def overthinking(self) -> dict[str, float]:
        """Samples by outcome; the six counts add up to n_samples."""
        return dict(zip(OUTCOMES, self.outcome_counts.tolist(), strict=True))

    def flops_saving(self, baseline_flops: float) -> float:
        """Share of `baseline_flops` that is not spent; negative if early exits cost more."""
        return 1 - self.flops / baseline_flops
