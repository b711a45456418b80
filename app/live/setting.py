"""ρ, or one threshold per exit, as the user set it: the same setting on every page."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.cache import exit_table
from app.shared.address import asked, asked_per_exit, tell_unknown
from app.shared.frame import Frame
from trecx.scores.run import FLOAT32, INT8, PRECISIONS
from trecx.threshold.int8_steps import snap_int8
from trecx.threshold.operating_point import OperatingPoint


@dataclass(frozen=True)
class Setting:
    """What the control of ρ is set to.

    Attributes:
        threshold: ρ; `inf`: no early exits.
        precision: "float32" or "int8": in which steps ρ moves.
        per_exit: one threshold per early exit, each k/256 or `inf`; None: there is one ρ.
    """

    threshold: float
    precision: str
    per_exit: tuple[float, ...] | None = None

    @property
    def words(self) -> str:
        """The setting as texts name it.

        >>> Setting(0.69, "float32").words, Setting(0.69, "int8", (0.5, math.inf)).words
        ('ρ = 0.690', 'ρ = (0.5000, ∞)')
        """
        if self.per_exit is None:
            return "no early exits" if math.isinf(self.threshold) else f"ρ = {self.threshold:.3f}"
        each = ("∞" if math.isinf(threshold) else f"{threshold:.4f}" for threshold in self.per_exit)
        return f"ρ = ({', '.join(each)})"


def asked_setting(frame: Frame) -> Setting:
    """Return the setting in the address, or the default; invalid values cause a warning."""
    tell_unknown("precision", PRECISIONS)
    asked_for = asked("precision")
    precision = asked_for if asked_for in PRECISIONS else FLOAT32
    # A link from before the int8 run existed asks a float32 run for int8.
    approximate = precision == INT8 and frame.run.precision == FLOAT32 and frame.counterpart is not None
    threshold = snap_int8(frame.threshold) if approximate else frame.threshold
    return Setting(threshold, precision, asked_per_exit(frame.run.n_exits - 1))


def held_setting(held: Mapping[str, Any], precision: str) -> Setting:
    """Return the setting that a component in the browser holds.

    Args:
        held: its state.
        precision: the precision that it shows.
    """
    per_exit = held.get("per_exit")
    thresholds = None if per_exit is None else tuple(map(from_json, per_exit))
    return Setting(from_json(held["threshold"]), precision, thresholds)


def as_state(setting: Setting) -> dict[str, Any]:
    """Return a setting as the state of a component: in JSON, `inf` is None."""
    per_exit = None if setting.per_exit is None else list(map(to_json, setting.per_exit))
    return {
        "threshold": to_json(setting.threshold),
        "precision": setting.precision,
        "per_exit": per_exit,
    }


def to_json(threshold: float) -> float | None:
    """Return a threshold for JSON, which lacks `inf`: None."""
    return None if math.isinf(threshold) else threshold


def from_json(threshold: float | None) -> float:
    """Return a threshold from JSON."""
    return math.inf if threshold is None else float(threshold)


def point_at(frame: Frame, setting: Setting) -> OperatingPoint:
    """Return the operating point of the run at a setting, without the class mix."""
    if setting.per_exit is None:
        return frame.context.table.operating_point(setting.threshold)
    here = frame.run, frame.store.name, frame.criterion, frame.half
    return exit_table(*here, setting.per_exit).operating_point(1.0)
