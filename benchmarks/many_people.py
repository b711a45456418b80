"""Twenty concurrent users of console and gallery for two minutes: errors, memory, time of a page change."""

import asyncio
import shutil
import tempfile
import threading
from collections.abc import Sequence

import numpy as np

from benchmarks.measure import Row, memory_mb
from tests.browser.people import Visit, visits
from tests.browser.session import served
from trecx.files.paths import ROOT
from trecx.store import Store

N_PEOPLE, SECONDS = 20, 120.0
ALONE_S = 30.0  # a single user, before the others
PAUSE_S = (2.0, 6.0)  # between the page changes of a user
HURRY_S = (0.2, 0.5)  # for the single user: more page changes in less time
RUNS = ("kws/trecx", "vww/trecx", "kws/sdn", "digits/trecx")
LIMIT_MB = 20.0  # per user, on the server


class Watch(threading.Thread):
    """Reads a process's resident memory in MB twice a second until it is stopped."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.seen: list[float] = []
        self._process, self._over = process, threading.Event()

    def run(self) -> None:
        """Read until stopped."""
        while not self._over.wait(0.5):
            self.seen.append(memory_mb(self._process, "VmRSS"))

    def stop(self) -> None:
        """Stop reading."""
        self._over.set()
        self.join()


def rows() -> list[Row]:
    """Measure one user, then twenty, on one server with a copy of the shipped store.

    Raises:
        RuntimeError: a user saw an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Store(str(shutil.copy(ROOT / "artifacts" / "scores.sqlite", folder)))
        runs = [store.find_run(name).run_id for name in RUNS]
        with served(store.name) as (address, process):
            _changes(asyncio.run(visits(address, runs, len(runs), 0, HURRY_S)))  # into the caches
            alone = _changes(asyncio.run(visits(address, runs, 1, ALONE_S, HURRY_S)))
            before, watch = memory_mb(process, "VmRSS"), Watch(process)
            watch.start()
            together = _changes(asyncio.run(visits(address, runs, N_PEOPLE, SECONDS, PAUSE_S)))
            watch.stop()
    return [*_time_rows(together, alone), *_memory_rows(before, watch.seen)]


def _changes(seen: Sequence[Visit]) -> list[float]:
    troubles = [trouble for visit in seen for trouble in visit.troubles]
    if troubles:
        raise RuntimeError(f"{len(troubles)} errors while {len(seen)} people were there: {troubles[:3]}")
    return [spent for visit in seen for spent in visit.changes]


def _time_rows(together: Sequence[float], alone: Sequence[float]) -> list[Row]:
    """Return rows for page changes: to the gallery, to a sample, back, and to the console."""
    about = f"with the browsers, on one machine; one user: {len(alone)} changes; pauses of {PAUSE_S[0]:.0f}"
    return [
        Row(
            f"page change, {N_PEOPLE} users at the same time, p{percent}",
            "one user",
            len(together),
            float(np.percentile(together, percent)),
            float(np.percentile(alone, percent)),
            f"{about} to {PAUSE_S[1]:.0f} s between",
        )
        for percent in (50, 95)
    ]


def _memory_rows(before: float, seen: Sequence[float]) -> list[Row]:
    half = len(seen) // 2
    first, second = max(seen[:half]), max(seen[half:])
    about = f"resident memory of the server: {before:.0f} MB before, {max(seen):.0f} at the peak"
    return [
        Row(
            "memory per user, in MB",
            f"limit: {LIMIT_MB:.0f} MB",
            N_PEOPLE,
            (max(seen) - before) / N_PEOPLE,
            LIMIT_MB,
            about,
        ),
        Row(
            "peak of the second minute, in MB",
            "peak of the first minute",
            N_PEOPLE,
            second,
            first,
            "a ratio near 1: memory does not grow",
        ),
    ]
