"""Imports: a million samples compared with pandas, ten million compared with a target of time and memory."""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from benchmarks.made import made_scores
from benchmarks.measure import Row, median_ms
from trecx.importing import import_scores, open_scores_file
from trecx.importing.scores_writer import write_scores
from trecx.importing.stored_import import About, import_run
from trecx.scores import ExitScores
from trecx.scores.names import PackedNames
from trecx.store import Store

N_SAMPLES, N_LARGE, N_CLASSES, REPEATS = 1_000_000, 10_000_000, 10, 5
AIM_S, AIM_MB = 45.0, 2048.0
READ, READ_WRITE = "pandas reading the same Parquet file", "pandas reading and writing the same Parquet file"
PANDAS = "import sys, pandas; pandas.read_parquet(sys.argv[1]).to_parquet(sys.argv[2])"
IMPORT = (
    "import runpy, sys; sys.argv[1:] = ['import', sys.argv[1], '--db', sys.argv[2], '--task', 'made', "
    "'--system', 'two-exits']\n"
    "try: runpy.run_module('trecx', run_name='__main__')\n"
    "except SystemExit as end: assert not end.code\n"
)
# Not ru_maxrss, which includes the memory of the parent process.
PEAK = "\nprint(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def rows() -> list[Row]:
    """Measure time and memory of imports, with confidences only and with full softmax scores."""
    compared = [row for full in (True, False) for row in _compared_rows(full)]
    return compared + [row for named in (False, True) for row in _large_rows(named)]


def _compared_rows(full: bool) -> list[Row]:
    kind = f"{N_CLASSES} scores per exit" if full else "prediction and confidence"
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "scores.parquet", Path(folder) / "pandas.parquet"
        write_scores(softmax_scores() if full else made_scores(N_SAMPLES), file)
        read, pandas_read, whole, pandas_both = median_ms(
            lambda: import_scores(file),
            lambda: pd.read_parquet(file),
            lambda: _import(file),
            lambda: pd.read_parquet(file).to_parquet(out),
            repeats=REPEATS,
        )
        (_, our_peak), (_, their_peak) = in_own_process(IMPORT, file), in_own_process(PANDAS, file)
        about = f"2 exits, {kind}, {file.stat().st_size / 1e6:.0f} MB"
    return [
        Row("read and check scores", READ, N_SAMPLES, read, pandas_read, about),
        Row(
            "import: read, check and store",
            READ_WRITE,
            N_SAMPLES,
            whole,
            pandas_both,
            f"{about}; a ratio of at most 4 meets the target",
        ),
        Row(
            "import, peak memory in MB",
            READ_WRITE,
            N_SAMPLES,
            our_peak,
            their_peak,
            f"{about}; each in its own process",
        ),
    ]


def _large_rows(named: bool) -> list[Row]:
    """Measure the command on a large file, in its own process."""
    scores = made_scores(N_LARGE)
    if named:
        scores = replace(scores, sample_names=long_names(N_LARGE))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scores.parquet"
        write_scores(scores, file)
        seconds, peak = in_own_process(IMPORT, file)
        about = f"2 exits, prediction and confidence, {file.stat().st_size / 1e6:.0f} MB, sample names " + (
            "as of files" if named else "are numbers"
        )
    return [
        Row("python -m trecx import, in s", f"target: {AIM_S:.0f} s", N_LARGE, seconds, AIM_S, about),
        Row("python -m trecx import, peak memory in MB", "target: 2 GiB", N_LARGE, peak, AIM_MB, about),
    ]


def softmax_scores(n_samples: int = N_SAMPLES) -> ExitScores:
    """Return synthetic scores of every class at two exits."""
    random = np.random.default_rng(0)
    labels = random.integers(0, N_CLASSES, n_samples)
    odds = random.random((n_samples, 2, N_CLASSES), np.float32) ** 8
    return ExitScores(labels, np.array([1_000, 2_000]), odds / odds.sum(axis=2, keepdims=True))


def long_names(n_samples: int) -> PackedNames:
    """Return names as of files in a folder, 18 bytes each."""
    return PackedNames.joined(
        PackedNames.of([f"clips/{k:08d}.wav" for k in range(first, min(first + 100_000, n_samples))])
        for first in range(0, n_samples, 100_000)
    )


def _import(file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(str(Path(folder) / "scores.sqlite"))
        import_run(store, open_scores_file(file), About(task="made", system="two-exits"))


def in_own_process(code: str, file: Path) -> tuple[float, float]:
    """Return seconds and peak memory in MB of a process, with a warm file cache."""
    with tempfile.TemporaryDirectory() as folder:
        command, began = [sys.executable, "-c", code + PEAK, str(file), f"{folder}/out"], perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return perf_counter() - began, int(done.stdout.split()[-1]) / 1024
