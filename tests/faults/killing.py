"""Work that is killed midway: `python -m tests.faults.killing WORK FOLDER` prints a JSON line per kill.

Each time a child is forked off a process that has everything loaded and did the work once, so that SIGKILL
hits the work and not the start of Python. The moments are random, one in each of 50 equal parts of the time
that the work took last and a little more.

`import`: all of `python -m trecx import`, a device profile included.
`score`: all of `python -m trecx score`, but that the model was loaded and run before the fork, which
TensorFlow's threads do not live through; the child takes what it answered.
`save`: operating points and collections, one after the other; the child tells of each when it is kept.
"""

import contextlib
import gc
import io
import json
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from tests.comparison.synthetic import save_synthetic
from tests.conftest import ROOT
from trecx.cli import main
from trecx.importing.scores_writer import write_scores
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import PointRecord, Rule
from trecx.scores import ExitScores
from trecx.store import Run, Store
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.run_context import RunContext

N_KILLS = 50
N_SAVED, N_COLLECTED = 4, 150  # points and collections in one go, samples in a collection
N_IMPORTED, N_CLASSES = 2_500, 100  # more than the 2 MB that SQLite holds in memory before it writes
SPREAD = 1.2  # of the time that the work took: the last kills come after its end

Told = Callable[[str], object]
Work = Callable[[str, Told], None]


@dataclass(frozen=True)
class Attempt:
    """What became of a child: its exit status (None: killed), and what it said is kept."""

    seconds: float
    status: int | None
    told: list[str]


@dataclass(frozen=True)
class State:
    """What is in a store: what SQLite finds broken, runs by system and whether all of each is there, …."""

    broken: list[object]
    runs: dict[str, bool]
    points: list[str]
    shelves: dict[str, int]
    profiles: list[str]


def attempt(work: Work, database: Path, kill_after: float | None = None) -> Attempt:
    """Do the work in a child and, if asked, kill it after some seconds."""
    reading, writing = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        os._exit(_status(work, database, lambda what: os.write(writing, f"{what}\n".encode())))
    os.close(writing)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)  # one that is done keeps its number until somebody waits for it
    _, ended = os.waitpid(child, 0)
    seconds = time.perf_counter() - began
    with os.fdopen(reading, encoding="utf-8") as told:
        status = os.WEXITSTATUS(ended) if os.WIFEXITED(ended) else None
        return Attempt(seconds, status, told.read().split())


def _status(work: Work, database: Path, told: Told) -> int:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            work(str(database), told)
        except SystemExit as end:
            return int(end.code or 0)
        except Exception:
            return 1
    return 0


def importing(folder: Path) -> tuple[Work, dict[str, ExitScores]]:
    """Return an import, and the scores that it brings by system."""
    random, file = np.random.default_rng(0), folder / "scores.npz"
    probabilities = random.dirichlet(np.full(N_CLASSES, 0.05), (N_IMPORTED, 2))
    scores = ExitScores(random.integers(0, N_CLASSES, N_IMPORTED), [100, 200], probabilities)
    write_scores(scores, file)
    words = ["import", str(file), "--task", "made", "--system", "mine", "--energy-uj", "5,6"]
    return _command([*words, "--profile", "board"]), {"mine": scores}


def scoring(folder: Path) -> tuple[Work, dict[str, ExitScores]]:
    """Return the scoring of a model that was trained here, and the scores that it gives by system."""
    from trecx.datasets.samples import open_samples
    from trecx.nn import scored_run

    path = ROOT / "artifacts" / "models" / "digits" / "trecx" / "model.keras"
    model = scored_run.load_model(path)
    scores = scored_run.score_model(model, open_samples("digits"))
    scored_run.load_model, scored_run.score_model = (lambda _: model), (lambda *_: scores)
    return _command(["score", str(path), "--task", "digits", "--system", "trecx"]), {"trecx": scores}


def saving(folder: Path) -> tuple[Work, dict[str, ExitScores]]:
    """Return the keeping of points and collections, those aside that are there already."""

    def work(database: str, told: Told) -> None:
        store = Store(database)
        run = store.find_run("digits/baseline")
        points = {point.record.name for point in store.points.all()}
        shelves = {shelf.name for shelf in store.collections.all()}
        for number in range(N_SAVED):
            point, shelf = f"point-{number}", f"shelf-{number}"
            if point not in points:
                store.points.save(record_of(store, run, point))
            told(point)
            if shelf not in shelves:
                store.collections.create(shelf)
            store.collections.add(shelf, run.sample_set_id, range(N_COLLECTED))
            told(shelf)

    return work, {}


WORKS = {"import": importing, "score": scoring, "save": saving}


def _command(words: list[str]) -> Work:
    def work(database: str, told: Told) -> None:
        try:
            main([*words, "--db", database])
        except SystemExit as end:
            if not end.code:
                told("done")
            raise

    return work


def record_of(store: Store, run: Run, name: str) -> PointRecord:
    """Return a point of a run under a name."""
    context = RunContext(run.task, store.load_table(run), None)
    return replace(capture_point(run, None, context, Rule(0.8)), name=name)


def state_of(database: Path, expected: dict[str, ExitScores]) -> State:
    """Return what is in a store; `expected`: the scores that a run of each system has if it is whole."""
    store = Store(str(database))
    runs = store.runs()  # the first to open it, so that what was not finished is taken back by us
    with contextlib.closing(sqlite3.connect(database)) as connection:
        broken = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        broken += connection.execute("PRAGMA foreign_key_check").fetchall()
    return State(
        broken,
        {run.system: is_whole(store, run, expected[run.system]) for run in runs},
        [point.record.name for point in store.points.all()],
        {shelf.name: shelf.n_samples for shelf in store.collections.all()},
        [profile.name for profile in store.profiles.all()],
    )


def is_whole(store: Store, run: Run, scores: ExitScores) -> bool:
    """Whether samples, scores and counts of a run are all there, and no others."""
    loaded, table = store.load_scores(run), store.load_table(run)
    arrays = ("labels", "exit_flops", "probabilities", "predictions", "confidence")
    same = all(np.array_equal(getattr(loaded, name), getattr(scores, name)) for name in arrays)
    named = tuple(loaded.sample_names) == tuple(scores.sample_names)
    counted = np.array_equal(table.moves, ExitTable.of(scores).moves)
    return same and named and counted


def kill_often(name: str, folder: Path) -> None:
    """Kill the work again and again, in a store with something in it or in none, and look each time."""
    work, expected = WORKS[name](folder)
    before = folder / "before.sqlite"
    store = Store(str(before))
    run = save_synthetic(store, "digits", "baseline", 0)
    expected |= {"baseline": store.load_scores(run)}
    store.points.save(record_of(store, run, "old"))
    shutil.copy(before, folder / "once.sqlite")
    _status(work, folder / "once.sqlite", lambda _: None)  # what Python loads late is loaded now
    gc.freeze()  # else each child would copy what its collector looks at
    seconds, random = 0.0, np.random.default_rng(0)
    for part in [-1, *random.permutation(N_KILLS).tolist()]:
        database = folder / f"{part}.sqlite"
        old = name == "save" or part % 2 == 0
        if old:
            shutil.copy(before, database)
        killed = attempt(work, database, max(0.0, SPREAD * (part + random.random()) / N_KILLS * seconds))
        log = Path(f"{database}-wal")
        unfinished = log.stat().st_size if log.exists() else 0
        found = asdict(state_of(database, expected)) if database.exists() else None
        again = attempt(work, database)
        then = asdict(state_of(database, expected))
        seconds = again.seconds if not killed.told else seconds
        if part >= 0:
            facts = {"old": old, "unfinished": unfinished, "found": found, "then": then}
            print(json.dumps(facts | {"killed": asdict(killed), "again": asdict(again)}), flush=True)


if __name__ == "__main__":
    kill_often(sys.argv[1], Path(sys.argv[2]))
