"""How a ratio is measured: both sides in turn, several times, medians compared."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One ratio.

    Attributes:
        work: what is done.
        against: what else was measured in the same run, or the time that is aimed at.
        n: how many samples, steps or moves it is measured over.
        ours: median in milliseconds, unless `work` names a percentile.
        theirs: likewise.
        meaning: what the ratio means, and what was left out.
    """

    work: str
    against: str
    n: int
    ours: float
    theirs: float
    meaning: str

    @property
    def ratio(self) -> float:
        """How many times longer ours takes."""
        return self.ours / self.theirs


def repeats_for(n_samples: int) -> int:
    """Return how often to measure: less often where it takes seconds."""
    return 15 if n_samples <= 1_000_000 else 5


def median_ms(*works: Callable[[], object], repeats: int = 15) -> list[float]:
    """Return the median time of each work in milliseconds; they take turns, so that noise hits all alike."""
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
