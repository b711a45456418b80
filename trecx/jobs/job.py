"""What a job is: the scoring of one known model, from the moment that it is asked for to its end."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"


class Written:
    """What is kept as one line of JSON."""

    def to_json(self) -> str:
        """Return it as text, from which `from_json` makes it again."""
        return json.dumps(vars(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what a text holds.

        Raises:
            ValueError: it holds something else.
        """
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(f"text must hold a {cls.__name__}, got {text[:80]!r}") from error


@dataclass(frozen=True)
class Job(Written):
    """One scoring that somebody asked for.

    Attributes:
        number: its own; a job that was asked for later has a higher one.
        key: of the model (`known.KnownModel.key`).
        state: `WAITING`, `RUNNING`, `DONE`, `FAILED` or `CANCELLED`.
        started_at: seconds since 1970 in UTC; None before it ran.
        ended_at: likewise; None before it ended.
        run_id: of the run that it made, or found to be there already.
        reason: why it failed, as a sentence.
    """

    number: int
    key: str
    state: str = WAITING
    started_at: float | None = None
    ended_at: float | None = None
    run_id: str = ""
    reason: str = ""

    @property
    def unfinished(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (WAITING, RUNNING)

    @property
    def seconds(self) -> float:
        """How long it ran, or has been running; 0 if it never did."""
        if self.started_at is None:
            return 0.0
        return max(0.0, (self.ended_at or _now()) - self.started_at)

    def started(self) -> "Job":
        """Return it as one that runs from now on."""
        return replace(self, state=RUNNING, started_at=_now())

    def ended(self, state: str, **how: Any) -> "Job":
        """Return it as one that ended now; `how`: its `run_id` or `reason`."""
        return replace(self, state=state, ended_at=_now(), **how)


@dataclass(frozen=True)
class Step(Written):
    """How far a running job is.

    Attributes:
        what: is being done.
        done: how much of it.
        total: how much there is; None: unknown.
    """

    what: str
    done: int
    total: int | None

    @property
    def share(self) -> float | None:
        """What is done of it, 0..1; None where that is unknown."""
        return min(self.done / self.total, 1.0) if self.total else None


def _now() -> float:
    return datetime.now(UTC).timestamp()
