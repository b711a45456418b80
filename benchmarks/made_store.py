"""A store with synthetic runs of any size."""

from pathlib import Path

from benchmarks.made import made_scores
from trecx.store import Provenance, Run, Store


def add_run(path: Path, n_samples: int, n_exits: int) -> Run:
    """Add a synthetic run with this many samples and exits to the store in an SQLite file; return it."""
    about = Provenance("kws", "trecx", "imported", "made", "test", "made", None, None, {})
    return Store(str(path)).save_run(about, made_scores(n_samples, n_exits))
