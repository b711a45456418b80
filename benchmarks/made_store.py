"""A store with synthetic runs of any size: it has their counts, but not their samples."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks.made import made_scores
from trecx.store import Provenance, Run, Store
from trecx.store.derived import table_bytes
from trecx.threshold.exit_table import ExitTable

FEW = 240  # samples that a run is saved with before its counts are replaced


def add_run(path: Path, n_samples: int, n_exits: int) -> Run:
    """Add a synthetic run with this many samples and exits to the store in an SQLite file; return it."""
    store = Store(str(path))
    run = _save_few(store, n_samples, n_exits)
    content = table_bytes(ExitTable.of(made_scores(n_samples, n_exits)))
    with closing(sqlite3.connect(path)) as database, database:
        of_run = "run = (SELECT id FROM runs WHERE run_id = ?)"
        database.execute(f"UPDATE exit_tables SET content = ? WHERE {of_run}", (content, run.run_id))
        database.execute("UPDATE sample_sets SET n_samples = ? WHERE id = ?", (n_samples, run.sample_set_id))
    return store.find_run(run.run_id)


def _save_few(store: Store, n_samples: int, n_exits: int) -> Run:
    scores = made_scores(FEW, n_exits)
    few = replace(scores, sample_names=[f"{n_samples} {k}" for k in range(FEW)])  # a separate sample set
    return store.save_run(Provenance("kws", "trecx", "imported", "made", "test", "made", None, None, {}), few)
