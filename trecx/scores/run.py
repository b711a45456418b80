"""Runs: the scores of one model, and their provenance."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from trecx.scores.deployment import Deployment

SOURCES = ("published", "trained here", "imported")
FLOAT32: Final = "float32"
INT8: Final = "int8"
PRECISIONS = (FLOAT32, INT8)


@dataclass(frozen=True)
class Provenance:
    """The origin of scores: model, dataset and software.

    Attributes:
        task: `kws`, `ic`, ….
        system: the design: `baseline`, `trecx`, ….
        source: one of `SOURCES`.
        dataset: the dataset's title.
        split: the split of the dataset.
        model: name of the model or of the imported file.
        model_sha256: hash of the model's files; None for imported scores.
        parameters: number of weights; None if unknown.
        versions: version of each software that was used.
        training: recipe, seed, epochs and other training settings; empty if unknown. `costs` is "relative"
            if exit FLOPs are relative costs only, and `precision` is "int8" if an int8 network gave the
            scores, and `deployment` is the document of the staged int8 network that did; with a task file,
            `preprocess` and `noun` are its settings.
    """

    task: str
    system: str
    source: str
    dataset: str
    split: str
    model: str
    model_sha256: str | None
    parameters: int | None
    versions: dict[str, str]
    training: dict[str, Any] = field(default_factory=dict, kw_only=True)

    @property
    def precision(self) -> str:
        """What computed the scores: "float32" or "int8"."""
        return str(self.training.get("precision", FLOAT32))

    @property
    def deployment(self) -> Deployment | None:
        """What is known of the staged int8 network that gave the scores; None for other scores."""
        return Deployment.in_training(self.training)


@dataclass(frozen=True)
class Run(Provenance):
    """One model scored once over one dataset split; immutable.

    `identity` is a hash that is equal for equal runs; it distinguishes runs that had the same id.
    `full_softmax` is whether the scores of all classes are stored; in a trace, only the largest one is.
    """

    run_id: str
    identity: str
    created_at: datetime
    class_names: tuple[str, ...]
    n_samples: int
    exit_flops: tuple[int, ...]
    standalone_accuracy: tuple[float, ...]
    full_softmax: bool
    sample_set_id: int

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        return len(self.exit_flops)

    @property
    def summary(self) -> str:
        """Source, dataset, and numbers of samples and exits, in words."""
        exits = "1 exit" if self.n_exits == 1 else f"{self.n_exits} exits"
        return f"{self.source}, {self.dataset}, {self.n_samples:,} samples, {exits}"

    @property
    def noun(self) -> str:
        """What one sample is called, if a task file defines it."""
        return str(self.training.get("noun", "sample"))

    @property
    def relative_costs(self) -> bool:
        """Whether exit FLOPs are relative costs only: one million stands for the final exit."""
        return self.training.get("costs") == "relative"


def preference(run: Run) -> tuple[int, bool, float]:
    """Return the sort key of runs of one task and design: by source, float32 first, the newest first."""
    return SOURCES.index(run.source), run.precision != FLOAT32, -run.created_at.timestamp()


def names_of(run: Run) -> tuple[str, str]:
    """Return the names that a run has besides its id: `task/system` and `task/system:precision`."""
    name = f"{run.task}/{run.system}"
    return name, f"{name}:{run.precision}"


def runs_named(runs: Iterable[Run], name: str, source: str | None = None) -> list[Run]:
    """Return the run with this id, or all runs of a design, the preferred one first.

    Args:
        runs: to choose from.
        name: a run id, `task/system`, or `task/system:int8` or `:float32` for runs of that precision.
        source: `published`, `trained here` or `imported`; None: any.
    """
    named = (run for run in runs if name in (run.run_id, *names_of(run)))
    return sorted((run for run in named if source in (None, run.source)), key=preference)


def known_names(runs: Iterable[Run]) -> list[str]:
    """Return `task/system` of each design, then `task/system:int8` of each design with an int8 run."""
    names = [(*names_of(run), run.precision) for run in runs]
    designs = [design for design, _, _ in names]
    return list(dict.fromkeys([*designs, *(own for _, own, precision in names if precision == INT8)]))


def comparable_costs(one: Run, other: Run) -> bool:
    """Whether FLOPs of two runs can be compared; relative costs are valid within one run only."""
    return one.run_id == other.run_id or not (one.relative_costs or other.relative_costs)


def baseline_among(run: Run, runs: Iterable[Run]) -> Run | None:
    """Return the baseline over the same samples: if possible of the same precision, source and training."""
    found = [
        other
        for other in runs
        if other.system == "baseline"
        and other.sample_set_id == run.sample_set_id
        and comparable_costs(run, other)
    ]
    return min(found, key=lambda other: (*_distance(run, other), *preference(other)), default=None)


def other_precision(run: Run, baseline: Run | None) -> str:
    """Return the precision of the baseline's scores if it is not the run's; else an empty text."""
    return baseline.precision if baseline and baseline.precision != run.precision else ""


def _distance(run: Run, other: Run) -> tuple[bool, ...]:
    shaped = (other.training.get(name) != run.training.get(name) for name in ("recipe", "epochs", "seed"))
    return other.precision != run.precision, other.source != run.source, *shaped


def counterpart_among(run: Run, runs: Iterable[Run]) -> Run | None:
    """Return the run of the same network in the other precision over the same samples; None if none is there.

    An int8 run belongs to the float32 run of the model that it was converted from. Of several, the preferred
    one is returned: the newest of a source.
    """
    found = (other for other in runs if _converted(run, other) or _converted(other, run))
    return min(found, key=preference, default=None)


def _converted(run: Run, other: Run) -> bool:
    """Whether `other` is the int8 run of the model of `run`."""
    made = other.deployment
    return (
        (run.precision, other.precision) == PRECISIONS
        and made is not None
        and made.float_sha256 is not None
        and made.float_sha256 == run.model_sha256
        and (other.sample_set_id, other.n_exits) == (run.sample_set_id, run.n_exits)
    )
