"""Reads files of scores (.npz, .csv, .parquet) as ExitScores; nothing in a file is ever executed."""

from collections.abc import Sequence
from pathlib import Path

from trecx.errors import ScoresError
from trecx.importing.file_content import read_content
from trecx.importing.scores_file import ScoresFile, read_scores_file, suffix_of
from trecx.progress import Progress, silent
from trecx.scores import ExitScores

__all__ = ["ScoresFile", "import_scores", "open_scores_file", "read_scores_file"]


def import_scores(
    path: Path,
    exit_flops: Sequence[int] = (),
    class_names: Sequence[str] = (),
    usual_class_names: Sequence[str] = (),
    progress: Progress = silent,
) -> ExitScores:
    """Read a file of scores.

    `.npz`: `labels` (n,), `probabilities` (n, exits, classes), or `predictions` and `confidence` (n, exits),
    `exit_flops` (exits,), and, optionally, `class_names` and `sample_names`.
    `.csv` and `.parquet`: one row per sample; `label` (number or class name), optionally `sample` (its name),
    and for k = 1..exits either `exit{k}_{class}` for every class, or `exit{k}_prediction` and
    `exit{k}_confidence`; above a CSV header, or in `DataFrame.attrs`, the keys in `metadata.KEYS`.

    Args:
        path: the file.
        exit_flops: cumulative FLOPs up to each exit's prediction; override those in the file.
        class_names: one name per class, in order; override those in the file.
        usual_class_names: names to use if there are no others and their number fits.
        progress: called while reading.

    Raises:
        ScoresError: the file cannot be read as scores; the message names the row, column or array.
    """
    return open_scores_file(path, class_names, usual_class_names, progress).scores(exit_flops)


def open_scores_file(
    path: Path,
    class_names: Sequence[str] = (),
    usual_class_names: Sequence[str] = (),
    progress: Progress = silent,
) -> ScoresFile:
    """Read a file of scores; exit FLOPs may still be missing.

    Raises:
        ScoresError: the file cannot be read as scores.
    """
    suffix_of(path.name)
    try:
        content = read_content(path, progress)
    except ScoresError as error:
        raise ScoresError(f"{path.name}: {error}") from error
    return read_scores_file(path.name, content, class_names, usual_class_names, progress)
