"""How far means may be off, found by drawing the samples anew (Efron's bootstrap)."""

from dataclasses import dataclass

import numpy as np

from trecx.scores import FloatArray, IntArray

N_REPLICATES = 1000
MAX_BLOCKS = 2000
_AT_ONCE = 100


@dataclass(frozen=True, eq=False)
class Blocks:
    """Samples put together at random, to be drawn together.

    Up to 2,000 samples are a block each. More are dealt out to 2,000 blocks of (nearly) equal size: the mean
    of independent blocks varies as the mean of their samples does, so that drawing blocks does for drawing
    samples, and its cost does not grow with their number.

    Attributes:
        weights: what each sample counts, of shape (n_samples,).
        block: where each sample is, of shape (n_samples,).
    """

    weights: FloatArray
    block: IntArray

    @classmethod
    def of(cls, weights: FloatArray, random: np.random.Generator) -> "Blocks":
        """Deal out samples of these weights; one of weight 0 is in no block that others would miss."""
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
            values: one a sample, of shape (n_samples,).
            bins: where each belongs, 0..n_bins - 1, of shape (n_samples,).
            n_bins: number of bins.
        """
        n_blocks = int(self.block.max()) + 1
        where = self.block * n_bins + bins
        sums = np.bincount(where, self.weights * values, n_blocks * n_bins).astype(np.float64)
        return sums.reshape(n_blocks, n_bins)


def replicate_means(sums: FloatArray, weights: FloatArray, random: np.random.Generator) -> FloatArray:
    """Return weighted means over the blocks themselves, then over 1,000 sets of blocks drawn anew.

    Each set is drawn with replacement and has as many blocks as there are.

    Args:
        sums: weighted sums of each block's values, of shape (n_blocks, n_columns).
        weights: sum of each block's weights, above 0, of shape (n_blocks,).
        random: where chance comes from.

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
