"""Writes scores to a file that `import_scores` reads back bit for bit."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trecx.errors import OutputError
from trecx.files.atomic_file import whole_file
from trecx.files.spreadsheet import safe, safe_json
from trecx.importing.metadata import KEYS
from trecx.importing.parquet_table import ATTRIBUTES
from trecx.progress import Progress, silent
from trecx.scores import ExitScores

FLOAT32_EXACT = "%.9g"  # nine digits distinguish any two float32
_ROWS_AT_ONCE = 50_000
Costs = Sequence[float]


def write_scores(
    scores: ExitScores,
    path: Path,
    progress: Progress = silent,
    energy_uj: Costs = (),
    latency_ms: Costs = (),
) -> None:
    """Write scores as .npz, .csv or .parquet, completely or not at all.

    Args:
        scores: the scores of all classes, or, of a trace, predictions and confidence.
        path: the file; its suffix selects the format.
        progress: called while writing.
        energy_uj: cumulative µJ per exit, if they are to be written too.
        latency_ms: cumulative ms per exit, if they are to be written too.

    Raises:
        OutputError: the format is unknown, the file cannot be written, or a name would be lost in it.
    """
    writers = {".npz": _write_npz, ".csv": _write_csv, ".parquet": _write_parquet}
    suffix = path.suffix.lower()
    if suffix not in writers:
        raise OutputError(
            f"scores are written as {', '.join(writers)}, not as {path.name}; choose another suffix"
        )
    about: dict[str, list[Any]] = {"exit_flops": scores.exit_flops.tolist()}
    about |= {"energy_uj": list(energy_uj)} if len(energy_uj) else {}
    about |= {"latency_ms": list(latency_ms)} if len(latency_ms) else {}
    _check_names(chain(scores.class_names, scores.sample_names), suffix)
    blank = next((name for name in scores.class_names if not name or name != name.strip()), None)
    if blank is not None:
        raise OutputError(
            f"the class name {blank!r} would be lost, because blanks around it do not count; import the "
            "scores with other class names"
        )
    try:
        with whole_file(path) as part:
            writers[suffix](scores, about, part, progress)
    except (OSError, UnicodeEncodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"{path} cannot be written ({reason}); choose another path with --out") from error


def _check_names(names: Iterable[str], suffix: str) -> None:
    wrong = next((name for name in names if _is_lost(name, suffix)), None)
    if wrong is not None:
        raise OutputError(
            f"the name {wrong!r} would be lost in a {suffix} file; write a .parquet file instead"
        )


def _is_lost(name: str, suffix: str) -> bool:
    if suffix == ".csv":
        return not name or "\0" in name  # an empty cell is a missing one
    return suffix == ".npz" and name.endswith("\0")


def _write_npz(scores: ExitScores, about: dict[str, list[Any]], path: Path, progress: Progress) -> None:
    arrays = {key: np.array(values) for key, values in about.items()}
    arrays |= {
        "labels": scores.labels,
        "labels_from": np.array(0),
        "class_names": np.array(scores.class_names),
    }
    arrays["sample_names"] = np.array(scores.sample_names[:])
    if scores.probabilities is not None:
        arrays["probabilities"] = scores.probabilities
    else:
        arrays |= {"predictions": scores.predictions, "confidence": scores.confidence}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    progress("writing", scores.n_samples, scores.n_samples)


def _write_csv(scores: ExitScores, about: dict[str, list[Any]], path: Path, progress: Progress) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for key, values in about.items():
            file.write(f"# {key}: {json.dumps(values)}\r\n")
        names = json.dumps(list(scores.class_names), ensure_ascii=False)
        file.write(f"# class_names: {safe_json(names)}\r\n")
        for first, frame in _frames(scores):
            for name in frame.columns[frame.dtypes != np.float32]:
                frame[name] = frame[name].map(safe)
            # Lines end as RFC 4180 says, so that both halves of the end are quoted within a name.
            frame.to_csv(
                file,
                index=False,
                header=first == 0,
                float_format=FLOAT32_EXACT,
                lineterminator="\r\n",
                quoting=csv.QUOTE_MINIMAL,
            )
            progress("writing", first + len(frame), scores.n_samples)


def _write_parquet(scores: ExitScores, about: dict[str, list[Any]], path: Path, progress: Progress) -> None:
    said = json.dumps({key: (about | {"class_names": [*scores.class_names]}).get(key) for key in KEYS})
    known = {key: value for key, value in json.loads(said).items() if value is not None}
    tables = [pa.Table.from_pandas(frame, preserve_index=False) for _, frame in _frames(scores)]
    table = pa.concat_tables(tables).replace_schema_metadata({ATTRIBUTES: json.dumps(known)})
    with path.open("wb") as file:
        pq.write_table(table, file)
    progress("writing", scores.n_samples, scores.n_samples)


def _frames(scores: ExitScores) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield the position of the first sample and a table of some thousand rows."""
    names = np.array(scores.class_names, dtype=object)
    for first in range(0, scores.n_samples, _ROWS_AT_ONCE):
        part = slice(first, first + _ROWS_AT_ONCE)
        columns: dict[str, Any] = {
            "sample": list(scores.sample_names[part]),
            "label": names[scores.labels[part]],
        }
        for k in range(scores.n_exits):
            if scores.probabilities is not None:
                by_class = scores.probabilities[part, k]
                columns |= {f"exit{k + 1}_{name}": by_class[:, c] for c, name in enumerate(names)}
            else:
                columns[f"exit{k + 1}_prediction"] = names[scores.predictions[part, k]]
                columns[f"exit{k + 1}_confidence"] = scores.confidence[part, k]
        yield first, pd.DataFrame(columns)
