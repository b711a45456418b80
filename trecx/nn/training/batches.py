"""Samples on their way into a network: read, augmented and turned into features while it computes."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.datasets.samples import SampleSet
from trecx.nn.features import features

Batch = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]
Augment = Callable[[Any, np.random.Generator], Any]
BATCHES_AHEAD = 8
COMPACT = ("kws",)  # tasks whose features take less room than their samples and more time: kept once made
MADE_AT_ONCE = 256  # samples


class Ahead:
    """Batches that a thread makes before they are asked for, in order.

    Args:
        make: gives the batch of a number, 0..n_batches - 1, whatever the order in which it is called.
        n_batches: how many there are.

    Attributes:
        waited_seconds: how long whoever took them had to wait: the network's two cores idled that long.
    """

    def __init__(self, make: Callable[[int], Batch], n_batches: int) -> None:
        self._make, self._n_batches = make, n_batches
        self.waited_seconds = 0.0

    def __iter__(self) -> Iterator[Batch]:
        """Yield every batch; what is still to be made when the caller leaves is not made."""
        numbers = iter(range(self._n_batches))
        pool = ThreadPoolExecutor(1, thread_name_prefix="batches")
        try:
            queue: deque[Future[Batch]] = deque()
            for number in numbers:
                queue.append(pool.submit(self._make, number))
                if len(queue) > BATCHES_AHEAD:
                    yield self._take(queue)
            while queue:
                yield self._take(queue)
        finally:
            pool.shutdown(cancel_futures=True)

    def _take(self, queue: "deque[Future[Batch]]") -> Batch:
        start = perf_counter()
        batch = queue.popleft().result()
        self.waited_seconds += perf_counter() - start
        return batch


@dataclass(frozen=True, eq=False)
class Inputs:
    """Samples as a network takes them.

    Attributes:
        samples: as they were recorded.
        augment: changes a batch of them at random; None: nothing does.
    """

    samples: SampleSet
    augment: Augment | None = None

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.samples.names)

    def batch(self, chosen: Any, seed: Sequence[int] = ()) -> Batch:
        """Return inputs and labels of a slice or an array of positions, augmented as the seed says."""
        labels = self.samples.labels[chosen]
        if self.augment:
            changed = self.augment(self.samples.raw[chosen], np.random.default_rng(seed))
            return features(self.samples.task, changed), labels
        if self.samples.task in COMPACT:
            return self._kept[chosen], labels
        return features(self.samples.task, self.samples.raw[chosen]), labels

    @cached_property
    def _kept(self) -> npt.NDArray[np.float32]:
        batches = self.samples.batches(MADE_AT_ONCE)
        return np.concatenate([features(self.samples.task, raw) for raw in batches])


@dataclass(frozen=True, eq=False)
class TrainingBatches:
    """Samples in a new order each epoch, every batch equally large.

    Everything follows from seed, epoch and number: a batch is the same whenever it is made.

    Attributes:
        inputs: to learn from.
        size: samples a batch, at most as many as there are.
        seed: of order and augmentation.
    """

    inputs: Inputs
    size: int
    seed: int

    def __len__(self) -> int:
        """Return the number of batches an epoch; samples that fill none wait for another epoch."""
        return len(self.inputs) // self.size

    def of_epoch(self, epoch: int) -> Ahead:
        """Return the batches of an epoch, from 0."""
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.inputs))

        def make(number: int) -> Batch:
            chosen = order[number * self.size : (number + 1) * self.size]
            return self.inputs.batch(chosen, (self.seed, epoch, number))

        return Ahead(make, len(self))


def in_order(inputs: Inputs, size: int) -> Ahead:
    """Return all samples as they are, `size` at a time, the last batch smaller."""
    n_batches = -(-len(inputs) // size)
    return Ahead(lambda number: inputs.batch(slice(number * size, (number + 1) * size)), n_batches)
