"""An operating point written down: all that defines it, and its numbers at that moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from trecx.device.battery import Battery
from trecx.errors import QuantisationError
from trecx.threshold.exit_criteria import CRITERIA, ENTROPY, LARGEST, MARGIN
from trecx.threshold.int8_threshold import INT8_SOFTMAX, Quantisation, snapped

OWN_DEVICE, NO_DEVICE = "my own", "none"


@dataclass(frozen=True)
class RecordedRun:
    """The run behind a point, as it was: the record outlives it.

    Its fields are those of `store.Run`; `identity` tells it from another run under the same id.
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
    def relative_costs(self) -> bool:
        """Whether exit FLOPs are proportions only: a million stands for what the final exit costs."""
        return self.training.get("costs") == "relative"


@dataclass(frozen=True)
class Rule:
    """What decides at an early exit.

    Attributes:
        threshold: ρ, as it was chosen; `inf`: nobody leaves early.
        criterion: what the exit goes by (`criteria.CRITERIA`).
        precision: of the softmax on the device.
        quantisation: how an int8 softmax counts.

    Raises:
        QuantisationError: it goes by the entropy of an int8 softmax.
    """

    threshold: float
    criterion: str = LARGEST
    precision: Literal["float32", "int8"] = "float32"
    quantisation: Quantisation = INT8_SOFTMAX

    def __post_init__(self) -> None:
        if self.criterion == ENTROPY and self.precision == "int8":
            raise QuantisationError(
                "entropy has no int8 threshold: no single whole number decides a sum of logarithms; take a "
                f"float32 softmax, or go by the {CRITERIA[LARGEST]} or the {CRITERIA[MARGIN]}"
            )

    @property
    def effective(self) -> float:
        """The ρ that the device goes by: with an int8 softmax it rises to the next step."""
        return snapped(self.threshold, self.steps) if self.precision == "int8" else self.threshold

    @property
    def steps(self) -> npt.NDArray[np.float32]:
        """What an int8 softmax can say of its confidence, increasing, of shape (256,)."""
        return self.quantisation.leads if self.criterion == MARGIN else self.quantisation.confidences

    @property
    def int8_threshold(self) -> int | None:
        """What the largest q of an int8 softmax is compared with; for the margin, its lead over the second.

        None for entropy, which no single whole number decides.
        """
        if self.criterion == ENTROPY:
            return None
        count = self.quantisation.lead if self.criterion == MARGIN else self.quantisation.threshold
        return count(self.threshold)


@dataclass(frozen=True)
class Setting:
    """Where the network runs, and what it is shown there.

    Attributes:
        device: a profile's id, `OWN_DEVICE` for measured costs, or `NO_DEVICE`.
        costs: "estimate" or "measured"; None where costs are unknown.
        costs_source: what they rest on, in words.
        exit_energy_uj: µJ spent by the time exit k has answered; None where unknown.
        exit_latency_ms: ms passed by then; None where unknown.
        inferences_per_hour: how often the device infers; None where unknown.
        battery: what feeds it; None where unknown.
        class_mix: how often each class occurs, as the user called it.
        class_shares: the same by class, adding up to 1; None: as in the test set.
    """

    device: str = NO_DEVICE
    costs: str | None = None
    costs_source: str = ""
    exit_energy_uj: tuple[float, ...] | None = None
    exit_latency_ms: tuple[float, ...] | None = None
    inferences_per_hour: float | None = None
    battery: Battery | None = None
    class_mix: str = "as tested"
    class_shares: tuple[float, ...] | None = None


@dataclass(frozen=True)
class PointRecord:
    """An operating point with all that defines it.

    Attributes:
        run: the run behind it.
        baseline_run_id: the run without exits that it was held against; None where there was none.
        rule: what decides at an early exit.
        setting: where the network runs.
        numbers: what followed from all that when it was taken (`keeping.point_numbers`).
        taken_at: when that was, UTC.
        name: what somebody called it.
        note: what they wrote about it.
        author: who they are.
    """

    run: RecordedRun
    baseline_run_id: str | None
    rule: Rule
    setting: Setting
    numbers: Mapping[str, Any]
    taken_at: datetime
    name: str = ""
    note: str = ""
    author: str = ""


@dataclass(frozen=True)
class SavedPoint:
    """A record in the store.

    Attributes:
        point_id: its number there.
        record: what was kept.
        retired_at: when it was taken out of use, UTC; None while it is in use.
    """

    point_id: int
    record: PointRecord
    retired_at: datetime | None = None
