"""A file of scores as it was read, and the scores in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trecx.errors import ScoresError
from trecx.importing.csv_table import read_csv
from trecx.importing.metadata import COSTS, checked_about
from trecx.importing.npz_scores import TRACE, read_arrays
from trecx.importing.parquet_table import read_parquet
from trecx.importing.score_table import ScoreTable
from trecx.progress import Progress, silent
from trecx.scores import SUM_TOLERANCE, ExitScores

TABLES = {".csv": read_csv, ".parquet": read_parquet}
SUFFIXES = (".npz", *TABLES)


@dataclass(frozen=True, eq=False)
class ScoresFile:
    """The content of a file of scores.

    Attributes:
        name: of the file.
        fields: the arguments of `ExitScores`, except exit FLOPs.
        said: those of `exit_flops`, `energy_uj`, `latency_ms` and `class_names` that the file has.
        remarks: how the file was read, in words.
        first_row: number of the first sample's row; None if the format has no rows.
    """

    name: str
    fields: Mapping[str, Any]
    said: Mapping[str, tuple[Any, ...]]
    remarks: tuple[str, ...]
    first_row: int | None

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        answers = self.fields.get("probabilities", self.fields.get("predictions"))
        return int(np.shape(answers)[1]) if np.ndim(answers) > 1 else 1

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
        """Return the row of the first sample that is wrong, if the format has rows."""
        if self.first_row is None:
            return ""
        names = pd.Series(self.fields.get("sample_names", ()), dtype=object)
        if names.duplicated().any():
            second = int(names.duplicated().argmax())
            first = int((names == names[second]).argmax())
            return f"rows {self.first_row + first} and {self.first_row + second}, column sample: "
        scores = self.fields.get("probabilities", self.fields.get("confidence"))
        wrong = (scores < 0) | (scores > 1 + SUM_TOLERANCE * (np.ndim(scores) == 3))
        if np.ndim(scores) == 3:
            sums = scores.sum(axis=2, dtype=np.float64)
            wrong = wrong.any(axis=2) if wrong.any() else np.abs(sums - 1) > SUM_TOLERANCE
        if not wrong.any():
            return ""
        sample, exit_ = np.argwhere(wrong)[0]
        return f"row {self.first_row + sample}, columns exit{exit_ + 1}_…: "


def read_scores_file(
    name: str,
    content: bytes,
    class_names: Sequence[str] = (),
    usual_class_names: Sequence[str] = (),
    progress: Progress = silent,
) -> ScoresFile:
    """Read the content of a file of scores; nothing in it is ever executed.

    Args:
        name: of the file; its suffix selects the format.
        content: all bytes of the file.
        class_names: one name per class, in order; override those in the file.
        usual_class_names: names to use if there are no others and their number fits.
        progress: called while reading.

    Raises:
        ScoresError: it cannot be read as scores; the message names the row, column or array.
    """
    suffix = suffix_of(name)
    given, usual = tuple(class_names), tuple(usual_class_names)
    try:
        if suffix in TABLES:
            table = TABLES[suffix](content, given, progress)
            return _of_table(name, table, given, usual)
        return _of_arrays(name, read_arrays(content), given, usual)
    except ScoresError as error:
        raise ScoresError(f"{name}: {error}") from error


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


def _of_table(name: str, table: ScoreTable, given: tuple[str, ...], usual: tuple[str, ...]) -> ScoresFile:
    said = dict(table.said)
    if not table.columns.trace:
        said["class_names"] = tuple(next(iter(table.columns.exits.values())))
    return ScoresFile(name, table.fields(given, usual), said, table.remarks, table.first_row)


def _of_arrays(
    name: str, arrays: Mapping[str, Any], given: tuple[str, ...], usual: tuple[str, ...]
) -> ScoresFile:
    kept = dict(arrays)
    about: dict[str, Any] = {key: kept.pop(key).tolist() for key in COSTS if key in kept}
    about |= {"class_names": kept["class_names"].tolist()} if "class_names" in kept else {}
    if "probabilities" in kept:
        kept = {key: value for key, value in kept.items() if key not in TRACE}
        shape = kept["probabilities"].shape
        n_classes = shape[-1] if shape else 0
    else:
        n_classes = len(usual)
    if given or ("class_names" not in kept and len(usual) == n_classes):
        kept["class_names"] = given or usual
    for key in ("class_names", "sample_names"):
        if np.ndim(kept.get(key, ())) != 1:
            raise ScoresError(f"{key} must be a list of names, got shape {np.shape(kept[key])}")
    arrays_there = ", ".join(f"{key} {value.shape}" for key, value in arrays.items())
    return ScoresFile(name, kept, checked_about(about), (f"arrays {arrays_there}",), None)
