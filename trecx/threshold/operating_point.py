"""One point of the benefit curve: ρ and everything that follows from ρ."""

from dataclasses import dataclass

from trecx.scores import FloatArray, IntArray
from trecx.threshold.intervals import effective_samples
from trecx.threshold.outcomes import OUTCOMES


@dataclass(frozen=True, eq=False)
class OperatingPoint:
    """One point of the benefit curve: ρ and everything that follows from ρ.

    Counts are whole numbers, or, under a class mix, sums of weights that add up to the number of samples all
    the same.

    Attributes:
        threshold: ρ.
        plateau: every ρ in (low, high] gives exactly this point.
        class_exits: samples by (true class, exit that they leave at), of shape (n_classes, n_exits).
        confusion: samples by (true class, predicted class), of shape (n_classes, n_classes).
        class_outcomes: samples by (true class, outcome of `outcomes.OUTCOMES`), of shape (n_classes, 6).
        exit_flops: operations spent by the time exit k has answered, of shape (n_exits,).
        class_weights: what one sample of each class counts, of shape (n_classes,); None: one.
    """

    threshold: float
    plateau: tuple[float, float]
    class_exits: IntArray | FloatArray
    confusion: IntArray | FloatArray
    class_outcomes: IntArray | FloatArray
    exit_flops: IntArray
    class_weights: FloatArray | None = None

    def weighted(self, class_weights: FloatArray) -> "OperatingPoint":
        """Return this point as it is where classes occur otherwise than in the test set.

        Args:
            class_weights: what one sample of each class counts (`class_mix.class_weights`).
        """
        counts = (self.class_exits, self.confusion, self.class_outcomes)
        exits, confusion, outcomes_ = (class_weights[:, None] * by_class for by_class in counts)
        return OperatingPoint(
            self.threshold, self.plateau, exits, confusion, outcomes_, self.exit_flops, class_weights
        )

    @property
    def exit_counts(self) -> IntArray | FloatArray:
        """Samples that leave at each exit, of shape (n_exits,)."""
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
        """How many unweighted samples would say as much: what intervals rest on."""
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
        """Fraction of samples that leave before the final exit, 0..1."""
        return float(self.exit_counts[:-1].sum() / self.n_samples)

    @property
    def flops(self) -> float:
        """Expected FLOPs per sample (mean of Eq. 3)."""
        return self.expected(self.exit_flops)

    def expected(self, exit_costs: IntArray | FloatArray) -> float:
        """Return the mean cost per sample, given what answering at each exit costs, of shape (n_exits,)."""
        return float(self.exit_counts @ exit_costs / self.n_samples)

    @property
    def overthinking(self) -> dict[str, float]:
        """Samples by outcome; the six counts add up to n_samples."""
        return dict(zip(OUTCOMES, self.outcome_counts.tolist(), strict=True))

    def flops_saving(self, baseline_flops: float) -> float:
        """Fraction of `baseline_flops` that is not spent; negative where early exit costs more."""
        return 1 - self.flops / baseline_flops
