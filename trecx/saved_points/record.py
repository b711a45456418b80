"""The record of an operating point: its definition, and its numbers when it was saved."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from trecx.datasets.halves import Half
from trecx.device.battery import Battery
from trecx.device.exit_costs import Basis
from trecx.device.memory import MemoryUse
from trecx.errors import QuantisationError
from trecx.saved_points.recorded_run import RecordedRun
from trecx.scores import FloatArray
from trecx.scores.run import FLOAT32, INT8, Provenance
from trecx.threshold.exit_criteria import CRITERIA, ENTROPY, LARGEST, MARGIN
from trecx.threshold.int8_threshold import INT8_SOFTMAX, Quantisation, snapped, thresholds_of
from trecx.threshold.per_exit.decision import AT

OWN_DEVICE, NO_DEVICE = "my own", "none"


@dataclass(frozen=True, eq=False)
class Rule:
    """The rule by which a sample exits early.

    Attributes:
        threshold: ρ, as it was chosen; `inf`: no early exits.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        precision: of the softmax on the device.
        quantisation: scale and zero point of an int8 softmax.
        per_exit: one threshold per early exit, `inf`: never stops there; `threshold` is then nan. None: ρ is
            for all exits.

    Raises:
        QuantisationError: the criterion is the entropy of an int8 softmax.
        ValueError: both ρ and thresholds per exit are given.
    """

    threshold: float
    criterion: str = LARGEST
    precision: Literal["float32", "int8"] = "float32"
    quantisation: Quantisation = INT8_SOFTMAX
    per_exit: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.criterion == ENTROPY and self.precision == "int8":
            raise QuantisationError(
                "entropy has no int8 threshold, because it is a sum of logarithms; select a float32 softmax, "
                f"or the exit criterion {CRITERIA[LARGEST]} or {CRITERIA[MARGIN]}"
            )
        if self.per_exit is not None and not math.isnan(self.threshold):
            raise ValueError(f"threshold must be nan for a rule with per_exit, got {self.threshold}")

    def __eq__(self, other: object) -> bool:
        """Return whether two rules are the same; a ρ of nan equals itself here."""
        return isinstance(other, Rule) and self._all == other._all

    def __hash__(self) -> int:
        """Return the hash of all that defines the rule."""
        return hash(self._all)

    @property
    def _all(self) -> tuple[object, ...]:
        rho = self.threshold if self.per_exit is None else None
        return rho, self.per_exit, self.criterion, self.precision, self.quantisation

    @property
    def effective(self) -> float:
        """The ρ that the device uses: for an int8 softmax, rounded up to a step; nan with `per_exit`."""
        return math.nan if self.per_exit is not None else self._acting(self.threshold)

    @property
    def effective_per_exit(self) -> tuple[float, ...] | None:
        """The thresholds that the device uses, one per early exit; None: ρ is for all exits."""
        return None if self.per_exit is None else tuple(map(self._acting, self.per_exit))

    @property
    def at(self) -> float:
        """The ρ at which counts by this rule have its point (`per_exit.decision.AT` with `per_exit`)."""
        return self.effective if self.per_exit is None else AT

    @property
    def thresholds(self) -> FloatArray | None:
        """The ρ that differ on the device, from `inf` to 0, of shape (n_thresholds,); None: every ρ does.

        With thresholds per exit, the counts are those of the device already (`effective_per_exit`).
        """
        return thresholds_of(self.steps) if self.precision == "int8" and self.per_exit is None else None

    @property
    def steps(self) -> npt.NDArray[np.float32]:
        """The confidences that an int8 softmax can have, increasing, of shape (256,)."""
        return self.quantisation.leads if self.criterion == MARGIN else self.quantisation.confidences

    @property
    def int8_threshold(self) -> int | None:
        """The integer that the largest int8 score is compared with; for the margin, its lead over the second.

        None for entropy, which cannot be compared with a single integer, and with thresholds per exit.
        """
        if self.per_exit is not None or self.criterion == ENTROPY:
            return None
        return self._compared(self.threshold)

    @property
    def int8_thresholds(self) -> list[int] | None:
        """The integer of each early exit (`int8_threshold`); None for entropy and if ρ is for all exits."""
        if self.per_exit is None or self.criterion == ENTROPY:
            return None
        return [self._compared(threshold) for threshold in self.per_exit]

    def _acting(self, threshold: float) -> float:
        return snapped(threshold, self.steps) if self.precision == "int8" else threshold

    def _compared(self, threshold: float) -> int:
        count = self.quantisation.lead if self.criterion == MARGIN else self.quantisation.threshold
        return count(threshold)


def rule_for(
    run: Provenance | RecordedRun,
    threshold: float,
    criterion: str = LARGEST,
    int8: bool = False,
    quantisation: Quantisation = INT8_SOFTMAX,
) -> Rule:
    """Return the exit rule of a run at ρ.

    The confidences of an int8 run are k/256, so its rule is that of an int8 softmax without being asked for;
    the entropy of such a softmax is not k/256.

    Args:
        run: the run.
        threshold: ρ, 0..1; `inf`: no early exits.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        int8: whether an int8 softmax is assumed for a float32 run, too.
        quantisation: scale and zero point of an int8 softmax.

    Raises:
        QuantisationError: `int8` with the entropy, which has no int8 threshold.
    """
    stepped = int8 or (run.precision == INT8 and criterion != ENTROPY)
    return Rule(threshold, criterion, INT8 if stepped else FLOAT32, quantisation)


@dataclass(frozen=True)
class Setting:
    """Where the network runs, and which classes occur there.

    Attributes:
        device: a profile's id, `OWN_DEVICE` for measured costs, or `NO_DEVICE`.
        costs: "estimate" or "measured"; None where costs are unknown.
        costs_source: their source, in words.
        exit_energy_uj: cumulative µJ up to each exit's prediction; None where unknown.
        exit_latency_ms: cumulative ms, likewise; None where unknown.
        inferences_per_hour: None where unknown.
        battery: None where unknown.
        class_mix: the name of the class mix.
        class_shares: the same by class, adding up to 1; None: as in the test set.
        costs_basis: what an estimate is scaled by. None with an estimate: the point is older than estimates
            by instructions; then FLOPs, and a band that covers no other estimate.
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
    costs_basis: Basis | None = None


@dataclass(frozen=True)
class RecordedSplit:
    """The split of the samples that ρ was chosen and measured on.

    Attributes:
        half: the half that the point's numbers are measured on: "calibration" or "held-out".
        seed: of the split.
        kept_together: what is not split between the halves, such as "speaker"; empty: samples are split.
        n_calibration: samples of the calibration half.
        n_held_out: samples of the other half.
    """

    half: Literal["calibration", "held-out"]
    seed: int
    kept_together: str
    n_calibration: int
    n_held_out: int


@dataclass(frozen=True)
class RecordedGuarantee:
    """The guarantee that ρ was chosen with; it is about the calibration half if there is a split, else all.

    Attributes:
        probability: that the limit holds, over the draw of the calibration samples.
        loss: "lost", "drop" or "error" (1 − accuracy).
        limit: of the mean loss, 0..1.
        against: what answers are compared with: "final" or "baseline"; empty for an error.
        each_class: whether the limit is to hold in each class.
        method: the test, in words.
        n_calibration: number of calibration samples.
        bound: the smallest limit that the test at this ρ alone would pass.
        naive_threshold: the cheapest ρ whose loss on the same samples is within the limit, without a
            guarantee; `inf`: no early exits, None: limits on cost were set as well, or no ρ was within them.
    """

    probability: float
    loss: str
    limit: float
    against: str
    each_class: bool
    method: str
    n_calibration: int
    bound: float
    naive_threshold: float | None


@dataclass(frozen=True)
class PointRecord:
    """An operating point with all that defines it.

    Attributes:
        run: the run behind it.
        baseline_run_id: the baseline that it was compared with; None where there was none.
        rule: the rule by which a sample exits early.
        setting: where the network runs.
        numbers: its values when it was saved (`capture.point_numbers`).
        taken_at: when that was, UTC.
        name: given by the user.
        note: given by the user.
        author: given by the user.
        memory: flash and RAM of the run's deployment; None where unknown.
        split: the halves of the samples; None: ρ is chosen and measured on all of them.
        guarantee: that ρ was chosen with; None without one.
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
    memory: MemoryUse | None = None
    split: RecordedSplit | None = None
    guarantee: RecordedGuarantee | None = None

    @property
    def half(self) -> Half | None:
        """The half of the samples that the numbers are measured on; None: all samples."""
        return Half(self.split.half, self.split.seed) if self.split else None


@dataclass(frozen=True)
class SavedPoint:
    """A record in the store.

    Attributes:
        point_id: its number there.
        record: the point itself.
        revision: 1, and 1 more with every change of its name or status.
        retired_at: when it was archived, UTC; None while it is active.
    """

    point_id: int
    record: PointRecord
    revision: int
    retired_at: datetime | None = None
