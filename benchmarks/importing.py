"""An import of a million samples of two exits, compared with pandas reading the same Parquet file."""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from benchmarks.measure import Row, median_ms
from trecx.importing import import_scores, open_scores_file
from trecx.importing.scores_writer import write_scores
from trecx.importing.stored_import import About, import_run
from trecx.scores import ExitScores
from trecx.store import Store

N_SAMPLES, N_CLASSES, REPEATS = 1_000_000, 10, 5
PEER = "pandas.read_parquet of the same file"
READ = "import pandas; pandas.read_parquet({file!r})"
IMPORT = (
    "from pathlib import Path; from trecx.importing import open_scores_file; "
    "from trecx.importing.stored_import import About, import_run; from trecx.store import Store; "
    "import_run(Store({store!r}), open_scores_file(Path({file!r})), About(task='made', system='two-exits'))"
)
# Not ru_maxrss, which includes the memory of the parent process.
PEAK = "; print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def rows() -> list[Row]:
    """Measure reading, checking, storing and memory, with confidences only and with full softmax scores."""
    return [row for full in (False, True) for row in _rows(full)]


def _rows(full: bool) -> list[Row]:
    kind = f"{N_CLASSES} scores per exit" if full else "prediction and confidence"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scores.parquet"
        write_scores(made_scores(full), file)
        ours, theirs = median_ms(lambda: import_scores(file), lambda: pd.read_parquet(file), repeats=REPEATS)
        whole = _import_ms(file)
        our_peak, their_peak = (_peak_mb(code, file) for code in (IMPORT, READ))
        size = file.stat().st_size / 1e6
    about = f"2 exits, {kind}, {size:.0f} MB"
    stored = "as above, and one row per sample, score and outcome in SQLite, which takes most of the time"
    return [
        Row("read and check scores", PEER, N_SAMPLES, ours, theirs, about),
        Row("import: read, check and store", PEER, N_SAMPLES, whole, theirs, stored),
        Row(
            "import, peak memory in MB",
            PEER,
            N_SAMPLES,
            our_peak,
            their_peak,
            f"{about}; each in its own process",
        ),
    ]


def made_scores(full: bool) -> ExitScores:
    """Return synthetic scores of two exits; `full`: the scores of every class."""
    random = np.random.default_rng(0)
    labels = random.integers(0, N_CLASSES, N_SAMPLES)
    if full:
        odds = random.random((N_SAMPLES, 2, N_CLASSES), np.float32) ** 8
        return ExitScores(labels, np.array([1_000, 2_000]), odds / odds.sum(axis=2, keepdims=True))
    confidence = (1 - random.random((N_SAMPLES, 2)) ** 3 * 0.5).astype(np.float32)
    predictions = random.integers(0, N_CLASSES, (N_SAMPLES, 2))
    return ExitScores(labels, np.array([1_000, 2_000]), predictions=predictions, confidence=confidence)


def _import_ms(file: Path) -> float:
    """Return the time of one import with a warm file cache."""
    with tempfile.TemporaryDirectory() as folder:
        store, began = Store(str(Path(folder) / "scores.sqlite")), perf_counter()
        import_run(store, open_scores_file(file), About(task="made", system="two-exits"))
        return 1000 * (perf_counter() - began)


def _peak_mb(code: str, file: Path) -> float:
    with tempfile.TemporaryDirectory() as folder:
        code = code.format(file=str(file), store=str(Path(folder) / "scores.sqlite")) + PEAK
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024
