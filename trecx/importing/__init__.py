"""Reads files of scores as ExitScores; nothing in a file is ever executed."""

from collections.abc import Sequence
from pathlib import Path

from trecx.errors import ScoresError
from trecx.importing.file_content import read_content
from trecx.importing.raw_scores import ReadOptions
from trecx.importing.scores_file import ScoresFile, read_scores, read_scores_file, suffix_of
from trecx.progress import Progress, silent
from trecx.scores import ExitScores

__all__ = [
    "ReadOptions",
    "ScoresFile",
    "import_scores",
    "open_scores_file",
    "open_scores_files",
    "read_scores",
    "read_scores_file",
]


def import_scores(
    path: Path | Sequence[Path],
    exit_flops: Sequence[int] = (),
    class_names: Sequence[str] = (),
    usual_class_names: Sequence[str] = (),
    progress: Progress = silent,
    *,
    labels_from: int | None = None,
    logits: bool = False,
    sigmoid: bool = False,
) -> ExitScores:
    """Read a file of scores, or files that belong together.

    `.npz`: `labels` (n,), `probabilities` (n, exits, classes) or (n, classes), or `predictions` and
    `confidence` (n, exits), `exit_flops` (exits,), and, optionally, `class_names`, `sample_names` and
    `labels_from`. `.npy`: one file each of labels, scores and names.
    `.csv`, `.parquet`, `.jsonl`: one row per sample; `label`, optionally `sample` (its name), and for
    k = 1..exits either `exit{k}_{class}` for every class, or `exit{k}_prediction` and `exit{k}_confidence`;
    above a CSV header, in `DataFrame.attrs`, or in the first JSON object, the keys in `metadata.KEYS`.
    `.txt`, `.log`: the log of an accuracy run of EnergyRunner, with its `y_labels.csv`.

    Args:
        path: the file, or several.
        exit_flops: cumulative FLOPs up to each exit's prediction; override those in the file.
        class_names: one name per class, in the network's order; override those in the file.
        usual_class_names: names to use if there are no others and they fit.
        progress: called while reading.
        labels_from: number of the first class in the labels, 0 or 1; None: whichever alone is possible.
        logits: whether a softmax is applied to the scores.
        sigmoid: whether the one score per exit is the probability of the second class of two.

    Raises:
        ScoresError: the file cannot be read as scores; the message names the row, column or array.
    """
    paths = [path] if isinstance(path, Path) else list(path)
    options = ReadOptions(tuple(class_names), tuple(usual_class_names), labels_from, logits, sigmoid)
    return open_scores_files(paths, options, progress).scores(exit_flops)


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
    return open_scores_files([path], ReadOptions(tuple(class_names), tuple(usual_class_names)), progress)


def open_scores_files(
    paths: Sequence[Path], options: ReadOptions | None = None, progress: Progress = silent
) -> ScoresFile:
    """Read a file of scores, or files that belong together; exit FLOPs may still be missing.

    Raises:
        ScoresError: they cannot be read as scores.
    """
    files: dict[str, bytes] = {}
    for path in paths:
        suffix_of(path.name)
        name = str(path) if path.name in files else path.name
        try:
            files[name] = read_content(path, progress)
        except ScoresError as error:
            raise ScoresError(f"{path.name}: {error}") from error
    return read_scores(files, options, progress)
