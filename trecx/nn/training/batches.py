"""Batches of input features, read and augmented in a thread while the network computes."""

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
COMPACT = ("kws",)  # tasks whose features are smaller than the samples and slow to compute: cached
MADE_AT_ONCE = 256  # samples


class Ahead:
    """Batches that a thread computes in advance, in order.

    Args:
        make: returns the batch with a number in 0..n_batches - 1, independent of the order of the calls.
        n_batches: number of batches.

    Attributes:
        waited_seconds: how long the training had to wait for batches.
    """

    def __init__(self, make: Callable[[int], Batch], n_batches: int) -> None:
        self._make, self._n_batches = make, n_batches
        self.waited_seconds = 0.0

    def __iter__(self) -> Iterator[Batch]:
        """Yield every batch; if the caller stops early, the remaining batches are not computed."""
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
    """Samples with their input features.

    Attributes:
        samples: the raw samples.
        augment: changes a batch of samples at random; None: no augmentation.
    """

    samples: SampleSet
    augment: Augment | None = None

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.samples.names)

    def batch(self, chosen: Any, seed: Sequence[int] = ()) -> Batch:
        """Return inputs and labels of a slice or an array of positions, augmented with the seed."""
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
    """Samples in a new order each epoch, in batches of equal size.

    A batch depends only on seed, epoch and number, so it is reproducible.

    Attributes:
        inputs: the training samples.
        size: samples per batch, at most the number of samples.
        seed: random seed of order and augmentation.
    """

    inputs: Inputs
    size: int
    seed: int

    def __len__(self) -> int:
        """Return the number of batches per epoch; samples that do not fill a batch are not used in it."""
        return len(self.inputs) // self.size

    def of_epoch(self, epoch: int) -> Ahead:
        """Return the batches of an epoch, from 0."""
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.inputs))

        def make(number: int) -> Batch:
            chosen = order[number * self.size : (number + 1) * self.size]
            return self.inputs.batch(chosen, (self.seed, epoch, number))

        return Ahead(make, len(self))


def in_order(inputs: Inputs, size: int) -> Ahead:
    """Return all samples in order, without augmentation; the last batch can be smaller."""
    n_batches = -(-len(inputs) // size)
    return Ahead(lambda number: inputs.batch(slice(number * size, (number + 1) * size)), n_batches)
