"""A file of scores as it was read, and the scores in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trecx.errors import ScoresError
from trecx.importing.array_scores import read_arrays, read_npy_files
from trecx.importing.csv_table import read_csv
from trecx.importing.energyrunner_log import RESULTS, read_log
from trecx.importing.interpretation import interpreted
from trecx.importing.json_lines import read_json_lines
from trecx.importing.parquet_table import read_parquet
from trecx.importing.raw_scores import RawScores, ReadOptions
from trecx.importing.score_table import ScoreTable
from trecx.progress import Progress, silent
from trecx.scores import ExitScores
from trecx.scores.name_hashes import first_repetition

TableReader = Callable[[bytes, tuple[str, ...], Progress], ScoreTable]
TABLES: dict[str, TableReader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_lines,
}
LOGS = (".txt", ".log")
SUFFIXES = (".npz", ".npy", *TABLES, *LOGS)


@dataclass(frozen=True, eq=False)
class ScoresFile:
    """The content of a file of scores.

    Attributes:
        name: of the file, or, of several, of the first one with scores.
        fields: the arguments of `ExitScores`, except exit FLOPs.
        said: those of `exit_flops`, `energy_uj`, `latency_ms` and `class_names` that the file has.
        remarks: how the file was read, in words.
        first_row: number of the first sample's row; None if the format has no rows.
        precision: "int8" if the scores are those of an int8 softmax, else "float32".
    """

    name: str
    fields: Mapping[str, Any]
    said: Mapping[str, tuple[Any, ...]]
    remarks: tuple[str, ...]
    first_row: int | None
    precision: str = "float32"

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        answers = self.fields.get("probabilities", self.fields.get("predictions"))
        return int(np.shape(answers)[1])

    def scores(self, exit_flops: Sequence[int] = ()) -> ExitScores:
        """Return the scores, checked.

        Args:
            exit_flops: cumulative FLOPs up to each exit's prediction; override those in the file.

        Raises:
            ScoresError: the scores are not valid, or no FLOPs are known; the message names the row.
        """
        flops = exit_flops if len(exit_flops) else self.said.get("exit_flops", ())
        if not len(flops):
            raise ScoresError(
                f"{self.name}: no exit FLOPs are known, and all costs are computed from them; give them with "
                "--exit-flops a,b,…, one number per exit, exit heads included. If you know only relative "
                "costs, give --relative-costs. Measured energy does not replace either of them"
            )
        try:
            return ExitScores(**self.fields, exit_flops=np.array(flops))
        except ScoresError as error:
            raise ScoresError(f"{self.name}: {self._place()}{error}") from error

    def _place(self) -> str:
        """Return the rows of two samples with the same name, if the format has rows."""
        found = first_repetition(self.fields.get("sample_names", ()))
        if self.first_row is None or found is None:
            return ""
        first, second = found
        return f"rows {self.first_row + first} and {self.first_row + second}, column sample: "


def read_scores(
    files: Mapping[str, bytes], options: ReadOptions | None = None, progress: Progress = silent
) -> ScoresFile:
    """Read the content of a file of scores, or of files that belong together; nothing in them is executed.

    Args:
        files: content by name; the suffixes select the format. Several: .npy arrays, or logs and labels.
        options: what the user says about them.
        progress: called while reading.

    Raises:
        ScoresError: they cannot be read as scores; the message names the file, and row, column or array.
    """
    said = options or ReadOptions()
    suffixes = {name: suffix_of(name) for name in files}
    try:
        raw = _raw(files, suffixes, said, progress)
        fields, precision, remarks = interpreted(raw, said)
    except ScoresError as error:
        raise ScoresError(f"{', '.join(files)}: {error}") from error
    about = {key: value for key, value in raw.said.items() if key != "labels_from"}
    if raw.classes.names and not raw.predictions and not said.class_names:
        about["class_names"] = fields["class_names"]
    name = raw.source or next(iter(files))
    return ScoresFile(name, fields, about, remarks, raw.first_row, precision)


def read_scores_file(
    name: str,
    content: bytes,
    class_names: Sequence[str] = (),
    usual_class_names: Sequence[str] = (),
    progress: Progress = silent,
) -> ScoresFile:
    """Read one file of scores, as `read_scores` does.

    Args:
        name: of the file; its suffix selects the format.
        content: all bytes of the file.
        class_names: one name per class, in the network's order; override those in the file.
        usual_class_names: names to use if there are no others and they fit.
        progress: called while reading.

    Raises:
        ScoresError: it cannot be read as scores; the message names the row, column or array.
    """
    return read_scores({name: content}, ReadOptions(tuple(class_names), tuple(usual_class_names)), progress)


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name.

    Raises:
        ScoresError: scores are not read from files with this suffix.
    """
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    if suffix not in SUFFIXES:
        raise ScoresError(
            f"{name}: scores are imported from {', '.join(SUFFIXES)} files, not from {suffix or 'this file'}"
        )
    return suffix


def _raw(
    files: Mapping[str, bytes], suffixes: Mapping[str, str], options: ReadOptions, progress: Progress
) -> RawScores:
    kinds = set(suffixes.values())
    if kinds & set(LOGS):
        return _log(files, suffixes, options)
    if kinds == {".npy"}:
        return read_npy_files(files, options)
    if len(files) > 1:
        raise ScoresError(
            "these files do not belong to one run; give one file, or .npy files of scores, labels and "
            "names, or logs of EnergyRunner with y_labels.csv"
        )
    ((name, content),) = files.items()
    if suffixes[name] == ".npz":
        return read_arrays(content, options)
    return TABLES[suffixes[name]](content, options.class_names, progress).raw()


def _log(files: Mapping[str, bytes], suffixes: Mapping[str, str], options: ReadOptions) -> RawScores:
    logs = {name: content for name, content in files.items() if suffixes[name] in LOGS}
    others = [(name, content) for name, content in files.items() if name not in logs]
    unlike = next((name for name, content in logs.items() if RESULTS not in content), None)
    if unlike is not None:
        raise ScoresError(
            f"{unlike} is not the log of an accuracy run of EnergyRunner (it has no line m-results-[…]); a "
            "table of scores has the suffix .csv"
        )
    if len(others) > 1 or (others and suffixes[others[0][0]] != ".csv"):
        raise ScoresError("give the logs and one y_labels.csv, no other files")
    return read_log(logs, others[0] if others else None, options)
