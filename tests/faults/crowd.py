"""Two writers and ten readers at one new store, all at once, each a process as fast as it can.

`python -m tests.faults.crowd FOLDER SECONDS` prints one JSON document; a minute of it is

    python -m tests.faults.crowd "$(mktemp -d)" 60

Writers save runs, points and samples of one collection. Readers hold every run that they open against the
scores that it must have, and count what is derived from them.
"""

import json
import multiprocessing
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.comparison.synthetic import save_synthetic, scores_of
from tests.faults.killing import record_of
from trecx.errors import StoreError
from trecx.store import Run, SampleFilter, Store

N_WRITERS, N_READERS = 2, 10
SHELF = "shelf"
FORKED = multiprocessing.get_context("fork")
Facts = dict[str, Any]


def write(store: Store, number: int, until: float) -> Facts:
    """Save until the time is over; return what was acknowledged."""
    seeds, points, positions = [], [], []
    for seed in range(number, sys.maxsize, N_WRITERS):
        run = save_synthetic(store, "digits", "trecx", seed)
        seeds.append(seed)
        points.append(store.points.keep(record_of(store, run, f"point {seed}")).record.name)
        _make_shelf(store)
        store.collections.add(SHELF, run.sample_set_id, [seed % run.n_samples])
        positions.append(seed % run.n_samples)
        if time.monotonic() > until:
            break
    return {"seeds": seeds, "points": points, "positions": sorted(set(positions))}


def _make_shelf(store: Store) -> None:
    if not store.collections.all():
        try:
            store.collections.create(SHELF)
        except StoreError as error:  # the other writer was quicker
            if "already" not in str(error):
                raise


def read(store: Store, number: int, until: float) -> Facts:
    """Look until the time is over; return how often, and which runs were not whole."""
    chance, looks, slowest, half = random.Random(number), 0, 0.0, []
    while time.monotonic() < until:
        began = time.monotonic()
        runs = store.runs()
        half += [run.run_id for run in chance.sample(runs, min(2, len(runs))) if not is_whole(store, run)]
        store.points.all()
        looks, slowest = looks + 1, max(slowest, time.monotonic() - began)
    return {"looks": looks, "slowest_s": slowest, "half": half}


def is_whole(store: Store, run: Run) -> bool:
    """Whether the scores, the counts and the gallery of a run are all there."""
    must, scores = scores_of("trecx", "digits", run.training["seed"], run.n_samples), store.load_scores(run)
    return (
        np.array_equal(must.probabilities, scores.probabilities)
        and store.load_table(run).n_samples == run.n_samples
        and store.gallery.count(run, SampleFilter(0.9)) == run.n_samples
    )


def crowd(database: str, seconds: float) -> Facts:
    """Let all of them at one store; return what each says, and what is in the store when they are gone."""
    said, gate = FORKED.SimpleQueue(), FORKED.Barrier(N_WRITERS + N_READERS)

    def take_part(work: Callable[[Store, int, float], Facts], number: int) -> None:
        gate.wait()
        try:
            said.put((work.__name__, work(Store(database), number, time.monotonic() + seconds)))
        except Exception as error:
            said.put(("trouble", {"who": f"{work.__name__} {number}", "error": repr(error)}))

    parts = [(write, k) for k in range(N_WRITERS)] + [(read, k) for k in range(N_READERS)]
    processes = [FORKED.Process(target=take_part, args=part) for part in parts]
    for process in processes:
        process.start()
    heard = [said.get() for _ in processes]
    for process in processes:
        process.join()
    found = {kind: [facts for what, facts in heard if what == kind] for kind in ("write", "read", "trouble")}
    return found | {"kept": _kept(Store(database))}


def _kept(store: Store) -> Facts:
    runs = store.runs()
    return {
        "seeds": [run.training["seed"] for run in runs],
        "half": [run.run_id for run in runs if not is_whole(store, run)],
        "points": [point.record.name for point in store.points.all()],
        "positions": [sample.position for sample in store.collections.samples(SHELF)],
    }


if __name__ == "__main__":
    print(json.dumps(crowd(str(Path(sys.argv[1]) / "scores.sqlite"), float(sys.argv[2]))))
