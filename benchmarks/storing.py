"""Storing and opening runs of a million samples, compared with pandas and Parquet; and one point of five."""

import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.importing import in_own_process, softmax_scores
from benchmarks.made import made_scores
from benchmarks.measure import Row, median_ms
from trecx.scores import ExitScores
from trecx.store import Provenance, Store

N_SAMPLES, N_OF_POINT, REPEATS = 1_000_000, 5_000_000, 9
WRITE = "pandas to_parquet of the same columns"
READ = "pandas read_parquet of the same columns"
ABOUT = Provenance("kws", "trecx", "imported", "made", "test", "made", None, None, {})
POINT = (
    "import runpy, sys; sys.argv[1:] = ['point', 'kws/trecx', '--db', sys.argv[1], '--threshold', {at!r}]\n"
    "try: runpy.run_module('trecx', run_name='__main__')\n"
    "except SystemExit as end: assert not end.code\n"
)


def rows() -> list[Row]:
    """Measure saving runs of two exits, loading all their scores, loading their counts, and `point`."""
    kinds = {
        "2 exits, 10 scores per exit": softmax_scores(N_SAMPLES),
        "2 exits, prediction and confidence": made_scores(N_SAMPLES),
    }
    return [row for kind, scores in kinds.items() for row in _rows(kind, scores)] + _point_rows()


def _rows(kind: str, scores: ExitScores) -> list[Row]:
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
    aim = f"{kind}; a ratio of at most 2 meets the target" if scores.probabilities is not None else kind
    return [
        Row("store a run", WRITE, N_SAMPLES, saved, written, f"{kind}; identity, columns and counts"),
        Row("open a run as the dashboard does", READ, N_SAMPLES, table, read, f"{kind}; the counts only"),
        Row("load all scores of a run", READ, N_SAMPLES, whole, read, aim),
    ]


def _point_rows() -> list[Row]:
    """Measure the command at a ρ that is no edge of the counts, and at one that is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scores.sqlite"
        Store(str(file)).save_run(ABOUT, made_scores(N_OF_POINT))
        between, edge = (in_own_process(POINT.format(at=at), file) for at in ("0.7123", "0.75"))
    note = "2 exits; the whole command, exact at both"
    against = "the same at a ρ for which the counts suffice"
    return [
        Row("python -m trecx point, in s", against, N_OF_POINT, between[0], edge[0], note),
        Row("python -m trecx point, peak memory in MB", against, N_OF_POINT, between[1], edge[1], note),
    ]


def frame_of(scores: ExitScores) -> pd.DataFrame:
    """Return scores as a table with one row per sample."""
    columns = {"sample": list(scores.sample_names[:]), "label": scores.labels}
    for k in range(scores.n_exits):
        if scores.probabilities is not None:
            columns |= {f"exit{k + 1}_{c}": scores.probabilities[:, k, c] for c in range(scores.n_classes)}
        else:
            columns[f"exit{k + 1}_prediction"] = scores.predictions[:, k]
            columns[f"exit{k + 1}_confidence"] = scores.confidence[:, k]
    return pd.DataFrame(columns)


def _save_anew(folder: str, scores: ExitScores) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as anew:
        Store(str(Path(anew) / "scores.sqlite")).save_run(ABOUT, scores)
