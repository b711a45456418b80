"""A saved point as rows of text: its definition and its values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trecx.datasets.tasks import system_title
from trecx.device.energy import device_profiles
from trecx.device.exit_costs import costs_title
from trecx.saved_points.record import OWN_DEVICE, PointRecord, RecordedGuarantee, Rule, Setting
from trecx.saved_points.texts import guarantee_basis, guarantee_text, split_text
from trecx.threshold.exit_criteria import CRITERIA

UNKNOWN = "–"


@dataclass(frozen=True)
class Quantity:
    """A number of `capture.point_numbers`, as it is shown.

    Attributes:
        name: its key there.
        title: its name and unit.
        scale: factor from the stored unit to the shown one.
        digits: after the decimal point.
    """

    name: str
    title: str
    scale: float
    digits: int

    def text(self, value: float | None, sign: bool = False) -> str:
        """Return a value as text; with `sign`, as a difference, which is in points (pt) for shares."""
        if value is None:
            return UNKNOWN
        shown = f"{self.scale * value:{'+' if sign else ''},.{self.digits}f}"
        points = " pt" if sign and self.title.endswith("(%)") else ""
        return shown.replace("-", "−") + points


QUANTITIES = (
    Quantity("accuracy", "Accuracy (%)", 100, 2),
    Quantity("exit_rate", "Exit rate (%)", 100, 1),
    Quantity("flops", "MFLOPs", 1e-6, 3),
    Quantity("flops_saving", "FLOPs saved (%)", 100, 1),
    Quantity("energy_uj", "Energy (µJ)", 1, 0),
    Quantity("latency_ms", "Latency (ms)", 1, 1),
    Quantity("busy", "Duty cycle (%)", 100, 2),
    Quantity("battery_days", "Battery life (days)", 1, 1),
)
RANGES = {"accuracy": "  95 % CI", "energy_uj": "  Range of the estimate"}
BY_NAME = {quantity.name: quantity for quantity in QUANTITIES}


def rho_text(rule: Rule) -> str:
    """Return ρ without trailing zeros; "off" means no early exits. Thresholds per exit stand in a row."""
    if rule.per_exit is not None:
        return " · ".join("never" if math.isinf(rho) else _plain(rho) for rho in rule.per_exit)
    return "off" if math.isinf(rule.threshold) else _plain(rule.threshold)


def _plain(threshold: float) -> str:
    return f"{threshold:.6f}".rstrip("0").rstrip(".")


def run_text(record: PointRecord) -> str:
    """Return task and design of a point."""
    return f"{record.run.task} · {system_title(record.run.system, record.run.precision)}"


def definition(record: PointRecord) -> dict[str, str]:
    """Return what defines a point, as text by title."""
    rule, setting, guarantee = record.rule, record.setting, record.guarantee
    rate = setting.inferences_per_hour
    return {
        "Task and design": run_text(record),
        "Run": record.run.run_id,
        "Samples": f"{record.run.dataset}, {record.run.n_samples:,}",
        "Measured on": split_text(record.split) if record.split else "all samples",
        "ρ": rho_text(rule),
        "Plateau of ρ": _plateau(record.numbers),
        "Guarantee": guarantee_text(guarantee) if guarantee else "none",
        "  Test and bound": guarantee_basis(guarantee) if guarantee else UNKNOWN,
        "  ρ without it": _naive(guarantee),
        "Exit criterion": CRITERIA[rule.criterion],
        "Softmax": rule.precision,
        "Class mix": _mix(setting, record.run.class_names),
        "Device": _device(setting),
        "Costs": costs_title(setting.costs or "unknown", setting.costs_basis),
        "FLOPs": "relative: 1 MFLOP = final exit" if record.run.relative_costs else "counted",
        "Inferences per minute": UNKNOWN if rate is None else f"{rate / 60:,.4g}",
        "Battery": setting.battery.name if setting.battery else UNKNOWN,
    }


def numbers(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a point, as text by title."""
    lines = {}
    for quantity in QUANTITIES:
        lines[quantity.title] = quantity.text(values.get(quantity.name))
        if quantity.name in RANGES:
            lines[RANGES[quantity.name]] = _range(values, quantity)
    return lines


def _plateau(values: Mapping[str, Any]) -> str:
    low, high = values["plateau_above"], values["plateau_up_to"]
    if low is None:
        return UNKNOWN
    return f"above {low:.4f}" if high is None else f"{low:.4f} – {high:.4f}"


def _naive(guarantee: RecordedGuarantee | None) -> str:
    naive = guarantee.naive_threshold if guarantee else None
    return UNKNOWN if naive is None else rho_text(Rule(naive))


def _range(values: Mapping[str, Any], quantity: Quantity) -> str:
    low, high = (values.get(f"{quantity.name}_{end}") for end in ("low", "high"))
    return UNKNOWN if low == high else f"{quantity.text(low)} – {quantity.text(high)}"


def _mix(setting: Setting, class_names: Sequence[str]) -> str:
    if setting.class_shares is None or not setting.class_mix.startswith("my"):
        return setting.class_mix
    named = zip(class_names, setting.class_shares, strict=True)
    return ", ".join(f"{name} {100 * share:.3g} %" for name, share in named if share)


def _device(setting: Setting) -> str:
    if setting.device == OWN_DEVICE and setting.exit_energy_uj:
        return f"custom: {' · '.join(f'{uj:,g}' for uj in setting.exit_energy_uj)} µJ, cumulative by exit"
    profile = device_profiles().get(setting.device)
    return profile.title if profile else setting.device
