"""`report.json`: everything about a deployment as one document; `deploy --json` prints it too."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trecx.deploy.folder.content import FolderContent
from trecx.deploy.folder.interface import Interface, Value
from trecx.saved_points.document import document_of
from trecx.saved_points.record import Rule

SCHEMA, SCHEMA_VERSION = "trecx.deployment", 1
FILE = "report.json"


def report_of(
    content: FolderContent, interface: Interface, out: Path, files: Mapping[str, str]
) -> dict[str, Any]:
    """Return the document, as JSON can hold it.

    Args:
        content: the deployment.
        interface: its tensors.
        out: the folder.
        files: SHA-256 of each other file, by its path in the folder.
    """
    run, record, point = content.run, content.record, document_of(content.record)
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "trecx_version": version("trecx"),
        "out": str(out),
        "run_id": run.run_id,
        "float_run_id": content.float32 and content.float32.run_id,
        "task": run.task,
        "system": run.system,
        "class_names": list(run.class_names),
        **_thresholds(record.rule),
        "criterion": record.rule.criterion,
        **{name: point[name] for name in ("split", "guarantee") if point.get(name)},
        **_accuracy(content),
        "stages": _stages(content, interface),
        **_memory(content, interface),
        "expected_instructions": content.expected_instructions,
        "operators": list(interface.operators),
        "input": _value(interface.input),
        "softmax": _value(interface.softmax),
        **_origin(content),
        "golden_samples": len(content.golden.inputs),
        "plain_c": bool(content.plain_c),
        "no_plain_c": None if content.plain_c else content.no_plain_c,
        "warnings": list(content.warnings),
        "versions": dict(content.versions),
        "files": dict(files),
        "point": point,
    }


def _thresholds(rule: Rule) -> dict[str, Any]:
    """Return ρ and its integer; with one threshold per exit, those of each early exit, and None for ρ."""
    if rule.per_exit is None:
        return {"threshold": _finite(rule.threshold), "q_threshold": rule.int8_threshold}
    return {
        "threshold": None,
        "q_threshold": None,
        "thresholds": [_finite(threshold) for threshold in rule.per_exit],
        "q_thresholds": rule.int8_thresholds,
    }


def _finite(threshold: float) -> float | None:
    return threshold if math.isfinite(threshold) else None


def _accuracy(content: FolderContent) -> dict[str, Any]:
    compared = content.float32
    return {
        "accuracy": content.record.numbers["accuracy"],
        "exit_rate": content.record.numbers["exit_rate"],
        "agreement": compared and compared.agreement,
        "accuracy_by_exit": {
            "int8": list(content.run.standalone_accuracy),
            "float32": list(compared.accuracy) if compared else None,
        },
    }


def _stages(content: FolderContent, interface: Interface) -> list[dict[str, Any]]:
    parts = zip(
        content.stage_files,
        content.deployment.stages,
        content.stage_instructions,
        interface.stages,
        strict=True,
    )
    return [
        {
            "file": file,
            "bytes": deployed.n_bytes,
            "arena_bytes": deployed.arena_bytes,
            "kept_bytes": deployed.kept_bytes,
            "instructions": instructions,
            "takes": list(stage.takes),
            "gives": list(stage.gives),
            "operators": list(stage.operators),
        }
        for file, deployed, instructions, stage in parts
    ]


def _memory(content: FolderContent, interface: Interface) -> dict[str, Any]:
    deployment = content.deployment
    slots = enumerate(interface.slots, start=1)
    return {
        "flash_bytes": deployment.flash_bytes,
        "arena_bytes": deployment.arena_bytes,
        "crossing_bytes": interface.crossing_bytes,
        "ram_bytes": deployment.ram_bytes,
        "crossing": [{"slot": number, **_value(slot)} for number, slot in slots],
        "whole_bytes": deployment.whole_bytes,
        "float_bytes": deployment.float_bytes,
    }


def _origin(content: FolderContent) -> dict[str, Any]:
    deployment = content.deployment
    return {
        "float_sha256": deployment.float_sha256,
        "quantizer": deployment.quantizer,
        "calibration": asdict(deployment.calibration) if deployment.calibration else None,
    }


def _value(value: Value) -> dict[str, Any]:
    return {
        "shape": list(value.shape),
        "bytes": value.n_bytes,
        "scale": float(value.scale),
        "zero_point": value.zero_point,
    }
