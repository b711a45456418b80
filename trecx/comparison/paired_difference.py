"""The difference in accuracy between two designs at equal FLOPs, on the same samples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.comparison.bootstrap import Blocks, replicate_means
from trecx.scores import ExitScores, FloatArray
from trecx.threshold.benefit_curve import BenefitCurve, benefit_curve, reached_confidence
from trecx.threshold.exit_table import ExitTable

N_BUDGETS = 101
TAILS = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class PairedDifference:
    """Accuracy of the first minus that of the second at equal FLOPs, with 95 % bootstrap intervals.

    Attributes:
        flops: expected FLOPs per sample, evenly spaced, of shape (101,).
        gain: accuracy of the first minus that of the second there, −1..1, of shape (101,).
        low: lower end of the interval, for each FLOPs value separately, of shape (101,).
        high: upper end, of shape (101,).
        mean: mean gain over these FLOPs, and the lower and upper end of its interval.
        n_samples: number of samples that both were scored on.
    """

    flops: FloatArray
    gain: FloatArray
    low: FloatArray
    high: FloatArray
    mean: tuple[float, float, float]
    n_samples: int

    def sure(self) -> list[tuple[float, float, int]]:
        """Return where the interval excludes 0: first and last FLOPs; +1: the first is better; −1."""
        sign = np.where(self.low > 0, 1, np.where(self.high < 0, -1, 0))
        starts = np.flatnonzero(np.diff(sign, prepend=2))  # the first value always starts a piece
        ends = np.append(starts[1:], len(sign)) - 1
        pieces = zip(starts.tolist(), ends.tolist(), strict=True)
        return [
            (float(self.flops[start]), float(self.flops[end]), int(sign[start]))
            for start, end in pieces
            if sign[start]
        ]


def paired_difference(
    ones: Sequence[ExitScores],
    others: Sequence[ExitScores],
    class_weights: FloatArray | None = None,
    seed: int = 0,
) -> PairedDifference:
    """Return the accuracy difference between two designs at equal FLOPs, paired by sample.

    Each bootstrap replicate draws samples for both designs together and computes both curves again, since the
    cost of a threshold is uncertain too. Between its steps, a curve is interpolated linearly. A design with
    one exit has no curve: its accuracy is used at all FLOPs.

    Args:
        ones: scores of the first, one per seed; the mean over seeds is used, and seeds are not resampled.
        others: scores of the second on the same samples.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: 1.
        seed: of the bootstrap.

    Raises:
        ValueError: the two were not scored on the same samples.
    """
    labels = ones[0].labels
    if any(not np.array_equal(scores.labels, labels) for scores in (*ones, *others)):
        raise ValueError("ones and others must be scores of the same samples, got different labels")
    random = np.random.default_rng(seed)
    weights = np.ones(len(labels)) if class_weights is None else class_weights[labels]
    blocks = Blocks.of(weights, random)
    networks = [_network(scores, class_weights) for scores in (*ones, *others)]
    sums = np.concatenate([network.answers(blocks) for network in networks], axis=1)
    means = replicate_means(sums, blocks.total_weights, random)
    flops = _budgets(networks)
    shares = np.array([1 / len(ones)] * len(ones) + [-1 / len(others)] * len(others))
    ends = np.cumsum([2 * len(network.thresholds) for network in networks])[:-1]
    parts = zip(networks, np.split(means, ends, axis=1), strict=True)
    drawn = np.tensordot(shares, [network.redrawn(part, flops) for network, part in parts], 1)
    gain = shares @ [network.accuracy_at(flops) for network in networks]
    off = (drawn[1:] - drawn[0]).round(12)  # rounding errors would make equal values differ
    low, high = np.quantile(off, TAILS, axis=0)
    mean = gain.mean() + np.array([0.0, *np.quantile(off.mean(axis=1), TAILS)])
    return PairedDifference(flops, gain, gain + low, gain + high, tuple(mean.tolist()), len(labels))


@dataclass(frozen=True, eq=False)
class _Network:
    """Predictions and curve of one network, and the thresholds at which replicates compute its curve."""

    reached: npt.NDArray[np.float32]
    correct: npt.NDArray[np.bool_]
    curve: BenefitCurve
    thresholds: FloatArray

    def answers(self, blocks: Blocks) -> FloatArray:
        """Return the sums of each block: correct predictions, then FLOPs, each at every threshold.

        At ρ = 0 all samples stop at the first exit; a sample continues if ρ exceeds its largest confidence.
        """
        correct, n = self.correct.astype(np.int64), len(self.thresholds)
        start = np.zeros(len(correct), np.int64)
        right = blocks.sums(correct[:, 0], start, 1).repeat(n, axis=1)
        spent = blocks.sums(start + self.curve.exit_flops[0], start, 1).repeat(n, axis=1)
        for exit_, more in enumerate(np.diff(self.curve.exit_flops)):
            bins = np.searchsorted(self.thresholds, self.reached[:, exit_], side="right")
            gained = correct[:, exit_ + 1] - correct[:, exit_]
            right += blocks.sums(gained, bins, n + 1)[:, :n].cumsum(axis=1)
            spent += more * blocks.sums(start + 1, bins, n + 1)[:, :n].cumsum(axis=1)
        return np.concatenate([right, spent], axis=1)

    def redrawn(self, means: FloatArray, flops: FloatArray) -> FloatArray:
        """Return the accuracy at these FLOPs in each replicate, from means of `answers`."""
        right, spent = np.split(means, 2, axis=1)
        redrawn: FloatArray = np.array([np.interp(flops, *each) for each in zip(spent, right, strict=True)])
        return redrawn

    def accuracy_at(self, flops: FloatArray) -> FloatArray:
        """Return the accuracy at these FLOPs; outside its ends a curve is constant."""
        accuracy: FloatArray = np.interp(flops, self.curve.flops[::-1], self.curve.accuracy[::-1])
        return accuracy


def _network(scores: ExitScores, class_weights: FloatArray | None) -> _Network:
    exact = class_weights is None
    curve = benefit_curve(scores) if exact else ExitTable.of(scores).curve(class_weights)
    return _Network(reached_confidence(scores), scores.correct, curve, _spread_thresholds(curve))


def _spread_thresholds(curve: BenefitCurve) -> FloatArray:
    """Return increasing thresholds, about evenly spaced in FLOPs, including both ends."""
    flops = curve.flops[::-1]
    steps = np.searchsorted(flops, np.linspace(flops[0], flops[-1], N_BUDGETS))
    thresholds: FloatArray = curve.thresholds[::-1][np.unique(steps.clip(max=len(flops) - 1))]
    return thresholds


def _budgets(networks: Sequence[_Network]) -> FloatArray:
    """Return FLOPs from the most expensive first exit to the most expensive final exit."""
    exits = [network.curve.exit_flops for network in networks]
    with_curve = [flops for flops in exits if len(flops) > 1] or exits
    first, last = (max(int(flops[exit_]) for flops in with_curve) for exit_ in (0, -1))
    return np.linspace(first, last, N_BUDGETS)
