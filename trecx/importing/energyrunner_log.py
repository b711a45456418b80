"""The log of an accuracy run of EnergyRunner, MLPerf Tiny's runner, with the labels in its `y_labels.csv`.

For every sample the log has a line that loads its file (`bload … name.bin`) and one with the answer of the
device (`m-results-[0.004,0.996]`), printed with three decimals. A device that prints one such line per exit
gives a run with exits; so do several logs, one per exit.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from trecx.errors import ScoresError
from trecx.importing.class_column import class_column
from trecx.importing.class_matching import ClassNames
from trecx.importing.distinct_cells import distinct_cells
from trecx.importing.raw_scores import RawScores, ReadOptions

_RESULT = re.compile(r"m-results-\[([^\]\r\n]*)\]?")
_LOAD = re.compile(r"parser: Command \"bload [^\"]*\"([^\"]*)\"|parser: Command \"bload \S+ ([^\"\s]+)\"")
RESULTS = b"m-results-["


@dataclass
class _Sample:
    """What a log says of one sample: its file, if the log names it, and the scores of each exit."""

    name: str
    line: int
    exits: list[list[float]] = field(default_factory=list)


def read_log(logs: Mapping[str, bytes], labels: tuple[str, bytes] | None, options: ReadOptions) -> RawScores:
    """Return the scores in accuracy logs.

    Args:
        logs: content of each log by its name; several are the exits, in order.
        labels: name and content of `y_labels.csv`: file, number of classes, label.
        options: what the user says about the files.

    Raises:
        ScoresError: a log has no results, or samples and labels do not fit; the message names file and line.
    """
    read, missing = {}, []
    for name, content in logs.items():
        samples = _samples(name, content)
        read[name] = [sample for sample in samples if sample.exits]
        missing += [sample.name for sample in samples if not sample.exits]
    if labels is None:
        n = len(next(iter(read.values())))
        raise ScoresError(
            f"the log has the results of {n:,} samples, but not their labels; give y_labels.csv of the data "
            "set too: import LOG y_labels.csv"
        )
    known = _labels(*labels)
    runs = [_in_order(name, samples, known) for name, samples in read.items()]
    names = [sample.name for sample in runs[0]]
    for other, samples in zip(read, runs, strict=True):
        if [sample.name for sample in samples] != names:
            raise ScoresError(
                f"{other} has other samples than {next(iter(read))}; give logs of the same data set"
            )
    exits = [[scores for samples in each for scores in samples.exits] for each in zip(*runs, strict=True)]
    values = _values(exits, runs[0], next(iter(read)))
    said = [(known[name][1], known[name][2]) for name in names]
    cells = np.array([label for label, _ in said], object)
    return RawScores(
        class_column("label", distinct_cells(cells), lambda sample: f"{labels[0]} line {said[sample][1]}"),
        values,
        lambda sample, exit_: f"line {runs[0][sample].line}, sample {names[sample]}, exit {exit_ + 1}",
        ClassNames(options.class_names),
        sample_names=names,
        source=next(iter(read)),
        remarks=(
            f"EnergyRunner log of {len(names):,} samples; {labels[0]} has {len(known):,} labels",
            *[f"without a result, and left out: {', '.join(missing[:5])} ({len(missing)} in all)"]
            * bool(missing),
        ),
    )


def _samples(name: str, content: bytes) -> list[_Sample]:
    found: list[_Sample] = []
    loaded = ""
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        load, result = _LOAD.search(line), _RESULT.search(line)
        if load:
            loaded = re.split(r"[\\/]", (load[1] or load[2] or "").strip())[-1]
            found += [_Sample(loaded, number)] * bool(loaded)
        elif result:
            if not loaded:  # a log of the serial line alone: one result per sample
                found.append(_Sample("", number))
            found[-1].exits.append(_numbers(result[1], number))
            found[-1].line = number
    if not any(sample.exits for sample in found):
        raise ScoresError(
            f"{name} has no line with m-results-[…]; give the log of an accuracy run of EnergyRunner "
            "(log.txt)"
        )
    return found


def _numbers(text: str, line: int) -> list[float]:
    parts = [part.strip() for part in text.rstrip(", ").split(",")]
    try:
        return [float(part) for part in parts]
    except ValueError as error:
        raise ScoresError(
            f"line {line}: m-results-[{text[:80]}] are not numbers separated by commas"
        ) from error


def _labels(name: str, content: bytes) -> dict[str, tuple[int, str, int]]:
    """Return position, label and line of each file."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScoresError(f"{name} is not a CSV file in UTF-8 ({error})") from error
    found: dict[str, tuple[int, str, int]] = {}
    for line, row in enumerate(rows, 1):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < 3 or not row[2].strip():
            raise ScoresError(
                f"{name} line {line}: {','.join(row)[:80]!r} is not FILE,CLASSES,LABEL as in y_labels.csv"
            )
        if line == 1 and not row[1].strip().isdecimal():
            continue  # a header
        if row[0].strip() in found:
            raise ScoresError(f"{name} line {line}: {row[0].strip()!r} occurs twice; a sample has one label")
        found[row[0].strip()] = (len(found), row[2], line)
    if not found:
        raise ScoresError(f"{name} has no rows; write FILE,CLASSES,LABEL for every sample")
    return found


def _in_order(
    name: str, samples: Sequence[_Sample], known: Mapping[str, tuple[int, str, int]]
) -> list[_Sample]:
    """Return the samples with their names: of the log, or, without any, of the labels in their order."""
    if not any(sample.name for sample in samples):
        if len(samples) != len(known):
            raise ScoresError(
                f"{name} has {len(samples):,} results without file names, but there are {len(known):,} "
                "labels; give the log of one whole accuracy run"
            )
        return [_Sample(file, sample.line, sample.exits) for file, sample in zip(known, samples, strict=True)]
    seen: dict[str, int] = {}
    for sample in samples:
        if sample.name not in known:
            raise ScoresError(f"{name} line {sample.line}: {sample.name!r} has no label in the labels' file")
        if sample.name in seen:
            raise ScoresError(
                f"{name} lines {seen[sample.name]} and {sample.line}: {sample.name!r} occurs twice; give the "
                "log of an accuracy run, which loads every sample once"
            )
        seen[sample.name] = sample.line
    return list(samples)


def _values(exits: list[list[list[float]]], samples: Sequence[_Sample], name: str) -> npt.NDArray[np.float64]:
    shape = (len(exits[0]), len(exits[0][0]))
    for sample, scores in zip(samples, exits, strict=True):
        if len(scores) != shape[0] or any(len(row) != shape[1] for row in scores):
            raise ScoresError(
                f"{name} line {sample.line}, sample {sample.name}: {len(scores)} results of "
                f"{len(scores[-1])} classes, but the first sample has {shape[0]} of {shape[1]}; the log is "
                "not whole"
            )
    return np.array(exits, np.float64)
