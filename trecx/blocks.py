"""Samples some at a time: what is computed on the way stays small, and in the processor's cache."""

from collections.abc import Iterator

BLOCK = 1 << 17


def blocks(n_samples: int) -> Iterator[slice]:
    """Yield slices that cover all samples, `BLOCK` at a time.

    >>> list(blocks(200_000))
    [slice(0, 131072, None), slice(131072, 200000, None)]
    """
    for first in range(0, n_samples, BLOCK):
        yield slice(first, min(first + BLOCK, n_samples))
