"""Storing and opening a run of a million samples, compared with pandas and Parquet."""

import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.made import made_scores
from benchmarks.measure import Row, median_ms
from trecx.scores import ExitScores
from trecx.store import Provenance, Store

N_SAMPLES, REPEATS = 1_000_000, 3
WRITE = "pandas to_parquet of the same columns"
READ = "pandas read_parquet of the same columns"
ABOUT = Provenance("kws", "trecx", "imported", "made", "test", "made", None, None, {})


def rows() -> list[Row]:
    """Measure saving a run of two exits, loading all its scores, and loading only its counts."""
    scores = made_scores(N_SAMPLES)
    frame = frame_of(scores)
    with tempfile.TemporaryDirectory() as folder:
        store, file = Store(str(Path(folder) / "scores.sqlite")), Path(folder) / "scores.parquet"
        saved, written = median_ms(
            lambda: _save_anew(folder, scores), lambda: frame.to_parquet(file), repeats=REPEATS
        )
        run = store.save_run(ABOUT, scores)
        table, whole, read = median_ms(
            lambda: store.load_table(run),
            lambda: store.load_scores(run),
            lambda: pd.read_parquet(file),
            repeats=REPEATS,
        )
    stored = "one row per sample, score and outcome, with indexes, and the counts; Parquet: columns only"
    return [
        Row("store a run", WRITE, N_SAMPLES, saved, written, stored),
        Row("open a run as the dashboard does", READ, N_SAMPLES, table, read, "the counts only"),
        Row("load all scores of a run", READ, N_SAMPLES, whole, read, "one row at a time, and checked"),
    ]


def frame_of(scores: ExitScores) -> pd.DataFrame:
    """Return scores as a table with one row per sample."""
    columns = {"sample": list(scores.sample_names[:]), "label": scores.labels}
    for k in range(scores.n_exits):
        columns[f"exit{k + 1}_prediction"] = scores.predictions[:, k]
        columns[f"exit{k + 1}_confidence"] = scores.confidence[:, k]
    return pd.DataFrame(columns)


def _save_anew(folder: str, scores: ExitScores) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as anew:
        Store(str(Path(anew) / "scores.sqlite")).save_run(ABOUT, scores)
