"""Blocks of samples, so that intermediate results are small and stay in the processor's cache."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

BLOCK = 1 << 18
Result = TypeVar("Result")


def blocks(n_samples: int) -> Iterator[slice]:
    """Yield slices that cover all samples, `BLOCK` at a time.

    >>> list(blocks(300_000))
    [slice(0, 262144, None), slice(262144, 300000, None)]
    """
    for first in range(0, n_samples, BLOCK):
        yield slice(first, min(first + BLOCK, n_samples))


def each_block(work: Callable[..., Result], n_samples: int, *more: Iterable[Any]) -> list[Result]:
    """Return the result of a function for each block, in order, computed on several cores.

    Args:
        work: called with the slice of a block and one element of each of `more`.
        n_samples: number of samples.
        more: one element per block.

    >>> each_block(lambda part, name: (name, part.start), 300_000, ["first", "second"])
    [('first', 0), ('second', 262144)]
    """
    return list(in_parallel(work, list(blocks(n_samples)), *more))


def in_parallel(work: Callable[..., Result], items: Iterable[Any], *more: Iterable[Any]) -> Iterable[Result]:
    """Return the result of a function for each item, in order, computed on several cores.

    >>> list(in_parallel(abs, [-1, 2]))
    [1, 2]
    """
    alone = isinstance(items, Sequence) and len(items) < 2
    return map(work, items, *more) if alone else _cores().map(work, items, *more)


@cache
def _cores() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), "blocks")


os.register_at_fork(after_in_child=_cores.cache_clear)  # threads are not copied
