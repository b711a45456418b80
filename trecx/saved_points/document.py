"""An operating point as one JSON document (docs/point-schema.md), and back."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from importlib.metadata import version
from typing import Any

from trecx.device.battery import Battery
from trecx.device.memory import MemoryUse
from trecx.errors import ExportError
from trecx.saved_points.record import PointRecord, RecordedGuarantee, RecordedSplit, Rule, Setting
from trecx.saved_points.recorded_run import RecordedRun
from trecx.scores.float32 import not_below
from trecx.threshold.exit_criteria import ENTROPY, entropy_limit
from trecx.threshold.int8_threshold import Quantisation

SCHEMA, SCHEMA_VERSION = "trecx.operating-point", 1
NEVER = "never"  # a ρ of no early exits where null has another meaning


def document_of(record: PointRecord) -> dict[str, Any]:
    """Return a record as a JSON document: a threshold of `inf` is None, times are ISO 8601 in UTC."""
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "trecx_version": version("trecx"),
        "name": record.name,
        "note": record.note,
        "author": record.author,
        "taken_at": record.taken_at.isoformat(),
        "run": _run(record.run) | {"baseline_run_id": record.baseline_run_id},
        "rule": _rule(record.rule, len(record.run.class_names)),
        "setting": _setting(record.setting),
        "numbers": dict(record.numbers),
        "memory": record.memory.document() if record.memory else None,
        "split": asdict(record.split) if record.split else None,
        "guarantee": _guarantee(record.guarantee) if record.guarantee else None,
    }


def record_of(document: Mapping[str, Any]) -> PointRecord:
    """Return the record of a document that `document_of` wrote.

    Raises:
        ExportError: it is no such document, or of another version.
    """
    if (document.get("schema"), document.get("schema_version")) != (SCHEMA, SCHEMA_VERSION):
        raise ExportError(
            f"the document is not an operating point of schema {SCHEMA}, version {SCHEMA_VERSION}"
        )
    run, setting = document["run"], document["setting"]
    recorded = {field.name: run[field.name] for field in fields(RecordedRun)} | {
        "created_at": datetime.fromisoformat(run["created_at"]),
        "class_names": tuple(run["class_names"]),
        "exit_flops": tuple(run["exit_flops"]),
    }
    return PointRecord(
        RecordedRun(**recorded),
        run["baseline_run_id"],
        _rule_of(document["rule"]),
        _setting_of(setting),
        document["numbers"],
        datetime.fromisoformat(document["taken_at"]),
        document["name"],
        document["note"],
        document["author"],
        MemoryUse.from_document(memory) if (memory := document.get("memory")) else None,
        RecordedSplit(**split) if (split := document.get("split")) else None,
        _guarantee_of(guarantee) if (guarantee := document.get("guarantee")) else None,
    )


def _run(run: RecordedRun) -> dict[str, Any]:
    return asdict(run) | {
        "created_at": run.created_at.isoformat(),
        "class_names": list(run.class_names),
        "exit_flops": list(run.exit_flops),
    }


def _rule(rule: Rule, n_classes: int) -> dict[str, Any]:
    """Return the rule, with the derived numbers that firmware compares; lists are by early exit."""
    entropy = rule.criterion == ENTROPY
    return {
        "threshold": _finite(rule.threshold),
        "criterion": rule.criterion,
        "precision": rule.precision,
        "effective_threshold": _finite(rule.effective),
        "float32_threshold": _float32(rule.threshold),
        "entropy_limit_nats": _limit(rule.threshold, n_classes) if entropy else None,
        "int8_threshold": rule.int8_threshold,
        "int8_scale": rule.quantisation.scale,
        "int8_zero_point": rule.quantisation.zero_point,
        "thresholds": _each(_finite, rule.per_exit),
        "effective_thresholds": _each(_finite, rule.effective_per_exit),
        "float32_thresholds": _each(_float32, rule.per_exit),
        "entropy_limits_nats": _each(
            lambda value: _limit(value, n_classes), rule.per_exit if entropy else None
        ),
        "int8_thresholds": rule.int8_thresholds,
    }


def _rule_of(rule: Mapping[str, Any]) -> Rule:
    per_exit = rule.get("thresholds")  # not in documents of older versions
    return Rule(
        _or_never(rule["threshold"]) if per_exit is None else math.nan,
        rule["criterion"],
        rule["precision"],
        Quantisation(rule["int8_scale"], rule["int8_zero_point"]),
        None if per_exit is None else tuple(map(_or_never, per_exit)),
    )


def _guarantee(guarantee: RecordedGuarantee) -> dict[str, Any]:
    naive = guarantee.naive_threshold
    return asdict(guarantee) | {"naive_threshold": NEVER if naive == math.inf else naive}


def _guarantee_of(guarantee: Mapping[str, Any]) -> RecordedGuarantee:
    naive = guarantee["naive_threshold"]
    return RecordedGuarantee(**dict(guarantee) | {"naive_threshold": math.inf if naive == NEVER else naive})


def _setting(setting: Setting) -> dict[str, Any]:
    battery = setting.battery
    return {
        "device": setting.device,
        "costs": setting.costs,
        "costs_basis": setting.costs_basis,
        "costs_source": setting.costs_source,
        "exit_energy_uj": _listed(setting.exit_energy_uj),
        "exit_latency_ms": _listed(setting.exit_latency_ms),
        "inferences_per_hour": setting.inferences_per_hour,
        "battery": battery
        and {
            "name": battery.name,
            "capacity_mah": battery.capacity_mah,
            "voltage_v": battery.voltage,
            "sleep_ua": battery.sleep_ua,
            "usable": battery.usable,
            "source": battery.source,
        },
        "class_mix": setting.class_mix,
        "class_shares": _listed(setting.class_shares),
    }


def _setting_of(setting: Mapping[str, Any]) -> Setting:
    kept = dict(setting)
    for name in ("exit_energy_uj", "exit_latency_ms", "class_shares"):
        kept[name] = None if kept[name] is None else tuple(kept[name])
    if kept["battery"]:
        battery = dict(kept["battery"])
        kept["battery"] = Battery(voltage=battery.pop("voltage_v"), **battery)
    return Setting(**kept)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _or_never(value: float | None) -> float:
    return math.inf if value is None else value


def _float32(value: float) -> float | None:
    return _finite(float(not_below(value)))


def _limit(threshold: float, n_classes: int) -> float | None:
    return _finite(entropy_limit(threshold, n_classes))


def _each(
    value_of: Callable[[float], float | None], values: tuple[float, ...] | None
) -> list[float | None] | None:
    return None if values is None else [value_of(value) for value in values]


def _listed(values: tuple[float, ...] | None) -> list[float] | None:
    return None if values is None else list(values)
