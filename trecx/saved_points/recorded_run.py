"""The run of a saved point, as it was when the point was saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trecx.scores.deployment import Deployment
from trecx.scores.run import FLOAT32


@dataclass(frozen=True)
class RecordedRun:
    """The run of a point, as it was when the point was saved; the record stays if the run is deleted.

    Its fields are those of `store.Run`; `identity` distinguishes it from another run with the same id.
    """

    run_id: str
    identity: str
    task: str
    system: str
    source: str
    dataset: str
    split: str
    model: str
    model_sha256: str | None
    parameters: int | None
    versions: Mapping[str, str]
    training: Mapping[str, Any]
    created_at: datetime
    class_names: tuple[str, ...]
    n_samples: int
    exit_flops: tuple[int, ...]

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        return len(self.exit_flops)

    @property
    def precision(self) -> str:
        """What computed the scores: "float32" or "int8"."""
        return str(self.training.get("precision", FLOAT32))

    @property
    def relative_costs(self) -> bool:
        """Whether exit FLOPs are relative costs only: one million stands for the final exit."""
        return self.training.get("costs") == "relative"

    @property
    def deployment(self) -> Deployment | None:
        """What is known of the staged int8 network that gave the scores; None for other scores."""
        return Deployment.in_training(self.training)
