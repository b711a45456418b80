"""Instructions that a network takes up to each exit: counted for its plain C on a Cortex-M4 (QEMU)."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from trecx.errors import EnergyError
from trecx.files.paths import INSTRUCTION_COUNTS
from trecx.files.spreadsheet import csv_text
from trecx.scores import IntArray
from trecx.scores.deployment import Deployment

COLUMNS = ("task", "system", "source", "exit_flops", "instructions", "reference", "measured")
REFERENCE = "yes"  # in the column `reference`


@dataclass(frozen=True)
class InstructionCounts:
    """Instructions of a network for one sample, by stage.

    A network's architecture is known by its task, its system and its exit FLOPs.

    Attributes:
        task: `kws`, `ic`, ….
        system: the design: `baseline`, `trecx`, ….
        source: where the measured weights come from: `published` or `trained here`.
        exit_flops: exit FLOPs.
        stages: Cortex-M4 instructions of each stage, earlier stages not included.
        reference: whether it is the network that MLPerf Tiny measures for this task.
        measured: how the instructions were counted.

    Raises:
        ValueError: there is not one count above 0 for each exit.
    """

    task: str
    system: str
    source: str
    exit_flops: tuple[int, ...]
    stages: tuple[int, ...]
    reference: bool
    measured: str

    def __post_init__(self) -> None:
        if len(self.stages) != len(self.exit_flops) or not all(count > 0 for count in self.stages):
            raise ValueError(
                f"stages must be one number above 0 for each of {len(self.exit_flops)} exits, "
                f"got {self.stages}"
            )

    @property
    def exit_instructions(self) -> IntArray:
        """Instructions from the input to each exit's prediction, of shape (n_exits,).

        >>> InstructionCounts("kws", "trecx", "published", (3, 5), (23, 14), False, "").exit_instructions
        array([23, 37])
        """
        return np.cumsum(np.array(self.stages, dtype=np.int64))


class ScoredNetwork(Protocol):
    """The network of a run, or of a record of one."""

    @property
    def task(self) -> str:
        """`kws`, `ic`, …."""

    @property
    def system(self) -> str:
        """The design."""

    @property
    def source(self) -> str:
        """`published`, `trained here` or `imported`."""

    @property
    def exit_flops(self) -> tuple[int, ...]:
        """Exit FLOPs."""

    @property
    def deployment(self) -> Deployment | None:
        """What is known of the staged int8 network that gave the scores."""


def load_instruction_counts(path: Path = INSTRUCTION_COUNTS) -> list[InstructionCounts]:
    """Return the networks in a CSV file that `write_instruction_counts` wrote.

    Raises:
        EnergyError: the file is missing or is not a table of instruction counts.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [
                InstructionCounts(
                    row["task"],
                    row["system"],
                    row["source"],
                    _whole_numbers(row["exit_flops"]),
                    _whole_numbers(row["instructions"]),
                    row["reference"] == REFERENCE,
                    row["measured"],
                )
                for row in csv.DictReader(file)
            ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise EnergyError(
            f"{path} cannot be read as a table of instruction counts ({reason}); restore it from the "
            "repository"
        ) from error


def write_instruction_counts(path: Path, rows: Iterable[InstructionCounts]) -> None:
    """Write networks to a CSV file, sorted by task, system, source and exit FLOPs.

    Raises:
        OSError: the file cannot be written.
    """
    ordered = sorted(rows, key=lambda row: (row.task, row.system, row.source, row.exit_flops))
    text = csv_text(COLUMNS, map(_cells, ordered))
    path.write_text(text.replace("\r\n", "\n"), encoding="utf-8")


def _cells(row: InstructionCounts) -> list[str]:
    numbers = (" ".join(map(str, counts)) for counts in (row.exit_flops, row.stages))
    return [row.task, row.system, row.source, *numbers, REFERENCE if row.reference else "", row.measured]


def _whole_numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


@cache
def _shipped() -> Sequence[InstructionCounts]:
    return load_instruction_counts()


def exit_instructions(run: ScoredNetwork) -> IntArray | None:
    """Return the instructions from the input to each exit's prediction, of shape (n_exits,).

    Earlier stages are included. They are those of the run's own deployment, or else those of the same
    architecture in `data/instruction_counts.csv`, of the run's source if that was measured. None if neither
    is known.

    Args:
        run: a run, or what a saved point recorded of one.
    """
    stages = run.deployment.stages if run.deployment else ()
    counted = [stage.instructions for stage in stages if stage.instructions is not None]
    if counted and len(counted) == len(run.exit_flops):
        return np.cumsum(np.array(counted, dtype=np.int64))
    key = (run.task, run.system, tuple(run.exit_flops))
    alike = [row for row in _shipped() if (row.task, row.system, row.exit_flops) == key]
    alike.sort(key=lambda row: (row.source != run.source, row.source != "published"))
    return alike[0].exit_instructions if alike else None


def reference_instructions(task: str) -> int | None:
    """Return the instructions of the task's reference network, which MLPerf Tiny measures; None if unknown.

    Args:
        task: `kws`, `ic` or `vww`; no other task has such a network.
    """
    found = (row.exit_instructions[-1] for row in _shipped() if row.task == task and row.reference)
    return next((int(count) for count in found), None)


def known_instructions(
    run: ScoredNetwork, baseline: ScoredNetwork | None
) -> tuple[IntArray | None, IntArray | None]:
    """Return the instructions up to each exit of a run and of its baseline: those of both, or of neither.

    Their shapes are (n_exits,) and (1,). A run's estimate by instructions cannot be compared with a
    baseline's by FLOPs.

    Args:
        run: the run.
        baseline: the network without early exits; None if it was not scored.
    """
    own = exit_instructions(run)
    reference = exit_instructions(baseline) if baseline else None
    if own is None or (baseline is not None and reference is None):
        return None, None
    return own, reference
