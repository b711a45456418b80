"""What a run is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SOURCES = ("published", "trained here", "imported")


@dataclass(frozen=True)
class Provenance:
    """Where scores come from: what was scored, over what, with what.

    Attributes:
        task: `kws`, `ic`, ….
        system: `baseline`, `trecx`, ….
        source: one of `SOURCES`.
        dataset: the dataset's title.
        split: which part of it.
        model: name of the model or of the file that was imported.
        model_sha256: hash of the model's files; None for scores made elsewhere.
        parameters: number of weights; None where unknown.
        versions: version of each tool that took part.
        training: recipe, seed, epochs and whatever else shaped the weights; empty where unknown. `costs` is
            "relative" where exit FLOPs are proportions only; of a task file, `preprocess` and `noun`.
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


@dataclass(frozen=True)
class Run(Provenance):
    """One model scored once over one dataset split; immutable.

    `identity` is a hash of what makes two runs the same; it tells a run from another under its id.
    `full_softmax` tells whether every class's score is stored, or, in a trace, the largest alone.
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
    def noun(self) -> str:
        """What a sample is called, where a task file said so."""
        return str(self.training.get("noun", "sample"))

    @property
    def relative_costs(self) -> bool:
        """Whether exit FLOPs are proportions only: a million stands for what the final exit costs."""
        return self.training.get("costs") == "relative"


def preference(run: Run) -> tuple[int, float]:
    """Return what sorts runs of one task and system: by source, then the newest first."""
    return SOURCES.index(run.source), -run.created_at.timestamp()


def comparable_costs(one: Run, other: Run) -> bool:
    """Whether FLOPs of two runs can be held against each other: proportions are of each run's own."""
    return one.run_id == other.run_id or not (one.relative_costs or other.relative_costs)


def baseline_among(run: Run, runs: Iterable[Run]) -> Run | None:
    """Return the baseline over the same samples: of the same source, training and seed if there is one."""
    found = [
        other
        for other in runs
        if other.system == "baseline"
        and other.sample_set_id == run.sample_set_id
        and comparable_costs(run, other)
    ]
    return min(found, key=lambda other: (*_distance(run, other), *preference(other)), default=None)


def _distance(run: Run, other: Run) -> tuple[bool, ...]:
    shaped = (other.training.get(name) != run.training.get(name) for name in ("recipe", "epochs", "seed"))
    return other.source != run.source, *shaped
