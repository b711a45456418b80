"""A job: the scoring or the deployment of one known model, from its request to its end."""

import json
import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"


class Written:
    """A dataclass that is stored as one line of JSON."""

    def to_json(self) -> str:
        """Return it as JSON text, which `from_json` reads."""
        return json.dumps(vars(self), default=vars)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the object of a JSON text.

        Raises:
            ValueError: the text holds something else.
        """
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(f"text must hold a {cls.__name__}, got {text[:80]!r}") from error


@dataclass(frozen=True)
class PointOptions(Written):
    """What defines the operating point of a deployment, as the options of the command `deploy` do.

    Attributes:
        threshold: ρ, 0..1; None: no early exits (JSON has no `inf`), or one threshold per exit.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        class_mix: a mix that `class_mix.parse_class_mix` reads.
        device: id of a device profile; None: no profile.
        estimate: "FLOPs": costs of the device are estimated from them; None: from instructions, if known.
        energy_uj: measured, cumulative µJ up to each exit's prediction; empty without measurements.
        latency_ms: the same in ms.
        battery: a battery that `battery.find_battery` reads; None: unknown.
        inferences_per_hour: None: unknown.
        thresholds: one per early exit, 0..1, None: never stops there; None: ρ is for all exits.
        half: the half of the samples that the numbers are measured on; None: all samples.
        split_seed: of the split into halves.
        guarantee: the fields of the point's `saved_points.record.RecordedGuarantee`; None without one.
        guaranteed_run: identity of the run that it is about; empty without one.
    """

    threshold: float | None
    criterion: str
    class_mix: str
    device: str | None = None
    estimate: Literal["FLOPs"] | None = None
    energy_uj: list[float] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    battery: str | None = None
    inferences_per_hour: float | None = None
    thresholds: list[float | None] | None = None
    half: Literal["calibration", "held-out"] | None = None
    split_seed: int = 0
    guarantee: dict[str, Any] | None = None
    guaranteed_run: str = ""

    @property
    def per_exit(self) -> tuple[float, ...] | None:
        """The threshold of each early exit, `inf`: never stops there; None: ρ is for all exits."""
        if self.thresholds is None:
            return None
        return tuple(math.inf if threshold is None else threshold for threshold in self.thresholds)


@dataclass(frozen=True)
class Job(Written):
    """One request to score or to deploy a model.

    Attributes:
        number: of the job; later jobs have higher numbers.
        key: of the model (`known_models.KnownModel.key`).
        state: `WAITING`, `RUNNING`, `DONE`, `FAILED` or `CANCELLED`.
        started_at: seconds since 1970 in UTC; None before it ran.
        ended_at: likewise; None before it ended.
        run_id: of the run that it stored or that was stored before.
        reason: why it failed, as a sentence.
        point: the operating point to deploy the model at; None: the model is scored.
        warnings: of a deployment, as sentences.
    """

    number: int
    key: str
    state: str = WAITING
    started_at: float | None = None
    ended_at: float | None = None
    run_id: str = ""
    reason: str = ""
    point: PointOptions | None = None
    warnings: list[str] = field(default_factory=list)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the job of a JSON text; one of a release without deployments is a scoring.

        Raises:
            ValueError: the text holds something else.
        """
        job = super().from_json(text)
        point = PointOptions.from_json(json.dumps(job.point)) if job.point else None
        return replace(job, point=point)

    @property
    def unfinished(self) -> bool:
        """Whether it is waiting or running."""
        return self.state in (WAITING, RUNNING)

    @property
    def seconds(self) -> float:
        """How long it ran, or has been running; 0 if it never did."""
        if self.started_at is None:
            return 0.0
        return max(0.0, (self.ended_at or _now()) - self.started_at)

    def started(self) -> "Job":
        """Return it as running since now."""
        return replace(self, state=RUNNING, started_at=_now())

    def ended(self, state: str, **how: Any) -> "Job":
        """Return it as ended now; `how`: its `run_id`, `reason` or `warnings`."""
        return replace(self, state=state, ended_at=_now(), **how)


@dataclass(frozen=True)
class Step(Written):
    """Progress of a running job.

    Attributes:
        what: name of the step.
        done: units of work that are done.
        total: all units of the step; None: unknown.
    """

    what: str
    done: int
    total: int | None

    @property
    def share(self) -> float | None:
        """The share that is done, 0..1; None if unknown."""
        return min(self.done / self.total, 1.0) if self.total else None


def _now() -> float:
    return datetime.now(UTC).timestamp()
