"""Ten writers and twenty readers at one new store, all at once, each a process as fast as it can.

`python -m tests.faults.crowd` prints one JSON document; a minute of it, on SQLite and on PostgreSQL, is

    python -m tests.faults.crowd --seconds 60 --db "sqlite:///$(mktemp -d)/scores.sqlite"
    python -m tests.faults.crowd --seconds 60 --db postgresql+psycopg://ROLE@HOST/AN_EMPTY_DATABASE

Writers save runs, points and samples of one collection. Readers hold every run that they open against the
scores that it must have, and count what is derived from them.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tests.comparison.synthetic import save_synthetic, scores_of
from tests.faults.at_once import at_once
from tests.faults.killing import record_of
from trecx.errors import StoreError
from trecx.store import Run, SampleFilter, Store

N_WRITERS, N_READERS = 10, 20
SHELF = "shelf"
Facts = dict[str, Any]


def write(store: Store, number: int, until: float) -> Facts:
    """Save until the time is over; return what was acknowledged."""
    seeds, points, positions, slowest = [], [], [], 0.0
    for seed in range(number, sys.maxsize, N_WRITERS):
        began = time.monotonic()
        run = save_synthetic(store, "digits", "trecx", seed)
        seeds.append(seed)
        points.append(store.points.save(record_of(store, run, f"point {seed}")).record.name)
        _make_shelf(store)
        store.collections.add(SHELF, run.sample_set_id, [seed % run.n_samples])
        positions.append(seed % run.n_samples)
        slowest = max(slowest, time.monotonic() - began)
        if time.monotonic() > until:
            break
    kept = {"seeds": seeds, "points": points, "positions": sorted(set(positions))}
    return kept | {"slowest_s": slowest}


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

    def take_part(work: Callable[[Store, int, float], Facts], number: int) -> Facts:
        return work(Store(database), number, time.monotonic() + seconds)

    parts = [(write, k) for k in range(N_WRITERS)] + [(read, k) for k in range(N_READERS)]
    said = at_once([partial(take_part, *part) for part in parts])
    heard = zip(parts, said, strict=True)
    trouble = [
        f"{work.__name__} {k}: {facts!r}" for (work, k), facts in heard if isinstance(facts, Exception)
    ]
    wrote, looked = (
        [facts for facts in some if not isinstance(facts, Exception)]
        for some in (said[:N_WRITERS], said[N_WRITERS:])
    )
    return {"write": wrote, "read": looked, "trouble": trouble, "kept": _kept(Store(database))}


def summary(heard: Facts) -> Facts:
    """Return how much was done, and how long the slowest took."""
    return {
        "trouble": heard["trouble"],
        "saved": len(heard["kept"]["seeds"]),
        "lost": sum(len(each["seeds"]) for each in heard["write"]) - len(heard["kept"]["seeds"]),
        "half": sum(len(each["half"]) for each in heard["read"]) + len(heard["kept"]["half"]),
        "looks": sum(each["looks"] for each in heard["read"]),
        **{
            f"slowest {name} (s)": round(max(each["slowest_s"] for each in heard[name]), 2)
            for name in ("write", "read")
        },
    }


def _kept(store: Store) -> Facts:
    runs = store.runs()
    return {
        "seeds": [run.training["seed"] for run in runs],
        "half": [run.run_id for run in runs if not is_whole(store, run)],
        "points": [point.record.name for point in store.points.all()],
        "positions": [sample.position for sample in store.collections.samples(SHELF)],
    }


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--db", required=True)
    given = asked.parse_args()
    print(json.dumps(summary(crowd(given.db, given.seconds)), indent=1))
