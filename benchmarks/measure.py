"""Measurement of a ratio: both sides take turns, several times, and their medians are compared."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One ratio.

    Attributes:
        work: what is measured.
        against: the peer that was measured in the same run, or a target.
        n: number of samples, steps or moves.
        ours: median in milliseconds, unless `work` names another unit or a percentile.
        theirs: the same for the peer.
        meaning: notes on the comparison.
        course: ours after each step, if a picture shows it.
    """

    work: str
    against: str
    n: int
    ours: float
    theirs: float
    meaning: str
    course: tuple[float, ...] = ()

    @property
    def ratio(self) -> float:
        """Ours divided by theirs."""
        return self.ours / self.theirs


def repeats_for(n_samples: int) -> int:
    """Return the number of repeats: fewer for large n, which takes seconds."""
    return 15 if n_samples <= 1_000_000 else 5


def median_ms(*works: Callable[[], object], repeats: int = 15) -> list[float]:
    """Return the median time of each work in milliseconds; they take turns, so noise affects all."""
    times: list[list[float]] = [[] for _ in works]
    for work in works:
        work()  # warm
    for _ in range(repeats):
        for work, spent in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            spent.append(1000 * (time.perf_counter() - start))
    return [statistics.median(spent) for spent in times]


def memory_mb(process: int, what: str) -> float:
    """Return a process's memory in MB: `what` is VmRSS for now, VmHWM for the peak."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(what))) / 1024
