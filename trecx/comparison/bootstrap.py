"""Uncertainty of means by resampling the samples (Efron's bootstrap)."""

from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray, IntArray

N_REPLICATES = 1000
MAX_BLOCKS = 2000
_AT_ONCE = 100


@dataclass(frozen=True, eq=False)
class Blocks:
    """Random groups of samples that are resampled together.

    Up to 2,000 samples form one block each; more are split into 2,000 random blocks of (nearly) equal size.
    The mean over independent blocks has the variance of the mean over their samples, so resampling blocks
    replaces resampling samples, at a cost that does not grow with their number.

    Attributes:
        weights: weight of each sample, of shape (n_samples,).
        block: block of each sample, of shape (n_samples,).
    """

    weights: FloatArray
    block: IntArray

    @classmethod
    def of(cls, weights: FloatArray, random: np.random.Generator) -> "Blocks":
        """Split samples of these weights into blocks; those of weight 0 do not change the block sizes."""
        counting = np.flatnonzero(weights)
        block = np.zeros(len(weights), np.int64)
        block[counting] = random.permutation(len(counting)) % min(len(counting), MAX_BLOCKS)
        return cls(weights, block)

    @property
    def total_weights(self) -> FloatArray:
        """Sum of each block's weights, of shape (n_blocks,)."""
        return np.bincount(self.block, self.weights).astype(np.float64)

    def sums(self, values: FloatArray | IntArray, bins: IntArray, n_bins: int) -> FloatArray:
        """Return the weighted sums of values by block and bin, of shape (n_blocks, n_bins).

        Args:
            values: one per sample, of shape (n_samples,).
            bins: bin of each sample, 0..n_bins - 1, of shape (n_samples,).
            n_bins: number of bins.
        """
        n_blocks = int(self.block.max()) + 1
        where = self.block * n_bins + bins
        sums = np.bincount(where, self.weights * values, n_blocks * n_bins).astype(np.float64)
        return sums.reshape(n_blocks, n_bins)


def replicate_means(sums: FloatArray, weights: FloatArray, random: np.random.Generator) -> FloatArray:
    """Return weighted means over the blocks, then over 1,000 bootstrap replicates.

    Each replicate draws as many blocks as there are, with replacement.

    Args:
        sums: weighted sums of each block's values, of shape (n_blocks, n_columns).
        weights: sum of each block's weights, above 0, of shape (n_blocks,).
        random: random number generator.

    Returns:
        Array of shape (1 + 1,000, n_columns).

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 6.
    """
    n_blocks = len(sums)
    times: list[FloatArray] = [np.ones((1, n_blocks))]
    offsets = n_blocks * np.arange(_AT_ONCE)[:, None]
    for _ in range(N_REPLICATES // _AT_ONCE):
        drawn = random.integers(n_blocks, size=(_AT_ONCE, n_blocks)) + offsets
        counts = np.bincount(drawn.ravel(), minlength=drawn.size)
        times.append(counts.reshape(drawn.shape).astype(np.float64))
    totals = np.concatenate(times) @ np.column_stack([weights, sums])
    means: FloatArray = totals[:, 1:] / totals[:, :1]
    return means
