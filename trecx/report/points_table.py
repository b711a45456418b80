"""The chosen point and the saved ones as rows of a table, with the numbers as saved."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from trecx.device.exit_costs import costs_title
from trecx.figures.by_class import signed
from trecx.report.content import CHOSEN, Report
from trecx.saved_points.record import NO_DEVICE, PointRecord
from trecx.saved_points.texts import guarantee_text, split_text

UNKNOWN = "–"


class Column(NamedTuple):
    """A number of a point: its key in `capture.point_numbers`, its column header, and its format."""

    key: str
    head: str
    text: Callable[[Mapping[str, Any]], str]


def _accuracy(numbers: Mapping[str, Any]) -> str:
    low, high = (100 * numbers[f"accuracy_{end}"] for end in ("low", "high"))
    return f"{100 * numbers['accuracy']:.2f} % ({low:.1f}–{high:.1f})"


def _flops(numbers: Mapping[str, Any]) -> str:
    return f"{numbers['flops'] / 1e6:.3f} M ({signed(-100 * numbers['flops_saving'])} %)"


COLUMNS = (
    Column("accuracy", "Accuracy (95 % CI)", _accuracy),
    Column("exit_rate", "Exit rate", lambda numbers: f"{100 * numbers['exit_rate']:.1f} %"),
    Column("flops", "FLOPs (vs baseline)", _flops),
    Column("energy_uj", "Energy", lambda numbers: f"{numbers['energy_uj']:,.0f} µJ"),
    Column("battery_days", "Battery", lambda numbers: f"{numbers['battery_days']:,.1f} days"),
)


class Row(NamedTuple):
    """A point: name, context (device and class mix), note, and the text of each column, ρ first."""

    name: str
    about: str
    note: str
    cells: list[str]


def heads(report: Report) -> list[str]:
    """Return the column headers: ρ, and each number that at least one point has."""
    return ["ρ", *(column.head for column in _columns(report))]


def rows(report: Report) -> Iterator[Row]:
    """Yield the chosen point, then the saved ones."""
    columns = _columns(report)
    for record in report.records:
        known = record.numbers
        texts = [column.text(known) if known.get(column.key) is not None else UNKNOWN for column in columns]
        yield Row(record.name or CHOSEN, _about(record, report), record.note, [_rho(record), *texts])


def _columns(report: Report) -> list[Column]:
    known = {key for record in report.records for key, value in record.numbers.items() if value is not None}
    return [column for column in COLUMNS if column.key in known]


def _rho(record: PointRecord) -> str:
    rule = record.rule
    if rule.per_exit is not None:
        value = " · ".join("never" if math.isinf(rho) else f"{rho:.6g}" for rho in rule.per_exit)
    else:
        value = "∞" if math.isinf(rule.threshold) else f"{rule.threshold:.6g}"
    return value if rule.precision == "float32" else f"{value}, int8"


def _about(record: PointRecord, report: Report) -> str:
    setting = record.setting
    by = f" by {record.author}" if record.author else ""
    origin = f"saved {record.taken_at:%Y-%m-%d}{by}" if record.name else "as exported"
    title = costs_title(setting.costs or "unknown", setting.costs_basis)
    costs = "no device" if setting.device == NO_DEVICE else f"{setting.device}, {title}"
    parts = [origin, costs, f"classes {setting.class_mix}"]
    if record.split:
        parts.append(split_text(record.split))
    elif any(other.split for other in report.records):
        parts.append("all samples")
    if record.guarantee:
        parts.append(f"guaranteed: {guarantee_text(record.guarantee)}")
    return " · ".join(parts)
