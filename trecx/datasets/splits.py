"""Splits samples by hashes of their names, with the same result on every machine."""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.intp]


def hash_fractions(keys: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return a number in [0, 1) for each key: equal for equal keys, evenly distributed; of shape (n_keys,).

    >>> hash_fractions(["a", "b", "a"]).round(3).tolist()
    [0.791, 0.243, 0.791]
    """
    return np.array([_first_six_bytes(key) for key in keys], np.float64) / 2.0**48


def split_by_key(keys: Sequence[str], shares: Sequence[float]) -> list[Positions]:
    """Return the positions of each part of a split in which equal keys are in the same part.

    Hashes of the keys decide, as in the split of Speech Commands (Warden 2018). Here they decide only the
    order of the keys, which is then cut so that the parts come close to their shares.

    Args:
        keys: one per sample: what must not be in two parts, such as its speaker.
        shares: share of the samples of each part, 0..1, of sum 1; exact to half the samples of a key.
    """
    distinct, key_of_sample, sizes = np.unique(list(keys), return_inverse=True, return_counts=True)
    order = np.argsort(hash_fractions(distinct.tolist()), kind="stable")
    middles = np.cumsum(sizes[order]) - sizes[order] / 2  # of each key's samples, when they lie in that order
    part_of_key = np.empty(len(distinct), np.intp)
    part_of_key[order] = np.searchsorted(np.cumsum(shares)[:-1] * len(keys), middles, side="right")
    return [np.flatnonzero(part_of_key[key_of_sample] == part) for part in range(len(shares))]


def hold_back(names: Sequence[str], labels: npt.NDArray[np.int64], count: int) -> tuple[Positions, Positions]:
    """Return the positions of the samples that stay and of `count` held-back ones, classes in proportion.

    Args:
        names: one per sample; decide which samples of a class are held back.
        labels: true classes, (n_samples,); the share of a class changes by less than one sample.
        count: number of samples to hold back, 0..n_samples.
    """
    by_class = np.lexsort((hash_fractions(names), labels))
    _, first, size = np.unique(labels[by_class], return_index=True, return_counts=True)
    rank = np.arange(len(labels)) - np.repeat(first, size)
    quantile = (rank + 0.5) / np.repeat(size, size)  # of each sample within its class
    chosen = by_class[np.argsort(quantile, kind="stable")[:count]]
    return np.setdiff1d(np.arange(len(labels)), chosen), np.sort(chosen)


def _first_six_bytes(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big")
