"""What the budget sentence of the page Tune asks for: limits, a guarantee, and what they are asked of."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trecx.console import device_data
from trecx.datasets.halves import Half
from trecx.errors import BudgetError
from trecx.scores import FloatArray
from trecx.store import Run
from trecx.threshold.guarantee.selection import PROBABILITIES, Guarantee
from trecx.threshold.joint_counts import int8_candidates, thousandths
from trecx.threshold.limits import AGAINST, LIMITED, Limits
from trecx.threshold.run_context import RunContext

GUARANTEE, EACH_CLASS = "guarantee", "each_class"


def parse_limits(text: str) -> dict[str, Any]:
    """Return the wish in an address, "max_lost:0.01,guarantee:0.95"; invalid parts are ignored."""
    found: dict[str, Any] = {}
    for part in text.split(","):
        name, _, value = part.partition(":")
        if name == "against" and value in AGAINST:
            found[name] = value
            continue
        try:
            number = float(value)
        except ValueError:
            continue
        if _valid(name, number):
            found[name] = number
    return found


def limits_text(limits: Mapping[str, Any]) -> str:
    """Return a wish as text for the address."""
    return ",".join(f"{name}:{value}" for name, value in limits.items())


def _valid(name: str, number: float) -> bool:
    if name == GUARANTEE:
        return number in PROBABILITIES
    if name == EACH_CLASS:
        return number == 1
    return name in LIMITED and math.isfinite(number)  # JSON has no other numbers


@dataclass(frozen=True, eq=False)
class Wish:
    """Limits, and the run that they are asked of.

    Attributes:
        asked: limits by name (`threshold.limits.Limits`), and "guarantee" and "each_class" with their values.
        run: the run shown.
        store_name: name of its store.
        shown: the counts that are shown, of all samples or of one half.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        int8: whether only ρ = k/256 differ on the device.
    """

    asked: Mapping[str, Any]
    run: Run
    store_name: str
    shown: RunContext
    criterion: str
    int8: bool

    @property
    def given(self) -> bool:
        """Whether any limit is set."""
        return any(name in LIMITED for name in self.asked)

    @property
    def limits(self) -> Limits:
        """The limits.

        Raises:
            BudgetError: one is out of range.
        """
        return Limits(**{name: value for name, value in self.asked.items() if name in (*LIMITED, "against")})

    @property
    def guarantee(self) -> Guarantee | None:
        """What is to hold with a probability; None: the limits are to be met as measured.

        Raises:
            BudgetError: the limit is to hold in each class, but no probability is given.
        """
        each_class = bool(self.asked.get(EACH_CLASS))
        if GUARANTEE in self.asked:
            return Guarantee(float(self.asked[GUARANTEE]), each_class)
        if each_class:
            raise BudgetError("a limit in each class needs a guarantee; select its probability")
        return None

    @property
    def calibration(self) -> Half | None:
        """The samples that ρ is chosen on: the calibration half if a half is shown; None: all."""
        return self.shown.half and self.shown.half.calibration

    @property
    def on_other_half(self) -> bool:
        """Whether the numbers that are shown are measured on other samples than ρ is chosen on."""
        return self.shown.half != self.calibration

    @property
    def candidates(self) -> FloatArray:
        """The candidates for ρ, increasing, of shape (n_candidates,)."""
        return int8_candidates() if self.int8 else thousandths()

    @property
    def class_shares(self) -> FloatArray | None:
        """Share of each class in the field, of sum 1, of shape (n_classes,); None: as tested."""
        weights, table = self.shown.class_weights, self.shown.table
        return None if weights is None else weights * table.class_counts / table.n_samples

    def key(self, half: Half | None = None) -> tuple[Any, ...]:
        """Return all that an answer depends on, for the caches.

        Args:
            half: the samples that it is about; None: all.
        """
        shares = self.class_shares
        return (
            (self.run.run_id, self.run.created_at, self.store_name, self.criterion, self.int8),
            (str(half), json.dumps(device_data(self.shown.conditions)), self.shown.baseline is not None),
            None if shares is None else tuple(shares.round(12).tolist()),
            tuple(sorted((name, str(value)) for name, value in self.asked.items())),
        )
