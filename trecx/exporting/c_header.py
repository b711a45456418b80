"""An operating point as a C header: the thresholds, the functions that decide, and where they come from."""

import math
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from trecx.exporting.c_decisions import Decision, decision_of
from trecx.exporting.c_text import comment_block, float_literal
from trecx.saved_points.record import PointRecord

GUARD = "TRECX_THRESHOLD_H"
SOFTMAX = {
    "float32": "a float32 softmax",
    "int8": "an int8 softmax: rho in its steps, the samples' confidences still float32",
}


def c_header(record: PointRecord) -> str:
    """Return a header for C99 and C++ that decides at an early exit exactly as the record's rule does."""
    decision = decision_of(record.rule, len(record.run.class_names))
    parts = [
        comment_block([*_point(record, decision), *_provenance(record)]),
        f"#ifndef {GUARD}\n#define {GUARD}",
        "\n".join(f"#include <{name}>" for name in sorted(("stdbool.h", "stdint.h", *decision.includes))),
        "\n".join(_constants(record, decision)),
        '#ifdef __cplusplus\nextern "C" {\n#endif',
        "/* Whether to answer at this early exit, given its whole softmax; the final exit always answers. */",
        *decision.functions,
        "#ifdef __cplusplus\n}\n#endif",
        "#endif",
    ]
    return "\n\n".join(parts) + "\n"


def _constants(record: PointRecord, decision: Decision) -> Iterator[str]:
    yield f"#define TRECX_N_EXITS {record.run.n_exits}"
    yield f"#define TRECX_N_CLASSES {len(record.run.class_names)}"
    for name, literal, meaning in decision.constants:
        yield f"#define {name} {literal} /* {meaning} */"
    if any(name.endswith("INT8") for name, _, _ in decision.constants):
        quantised = record.rule.quantisation
        yield f"#define TRECX_INT8_SCALE {float_literal(np.float32(quantised.scale))} /* of the softmax */"
        yield f"#define TRECX_INT8_ZERO_POINT ({quantised.zero_point}) /* another needs another header */"


def _point(record: PointRecord, decision: Decision) -> Iterator[tuple[str, str]]:
    numbers, run, setting = record.numbers, record.run, record.setting
    up_to = numbers["plateau_up_to"]
    yield "operating point", record.name or f"{run.task}/{run.system}, not saved under a name"
    if record.note:
        yield "note", record.note
    if record.author:
        yield "by", record.author
    yield "leaves early if", "never" if math.isinf(record.rule.threshold) else decision.words
    end = "" if up_to is None else f" and up to {up_to!r}"
    yield "same numbers", f"for every rho above {numbers['plateau_above']!r}{end}"
    yield "exits", f"{run.n_exits}, the final one included"
    yield "numbers are for", f"{SOFTMAX[record.rule.precision]}; class mix: {setting.class_mix}"
    yield "exit rate", f"{numbers['exit_rate']:.4f} expected ({_ends(numbers, 'exit_rate')})"
    yield "accuracy", f"{numbers['accuracy']:.4f} expected ({_ends(numbers, 'accuracy')})"
    by_exit = ", ".join(map(str, run.exit_flops))
    known = "proportions only: 1000000 is the final exit; " if run.relative_costs else ""
    yield "FLOPs", f"{numbers['flops']:.0f} expected per inference ({known}by exit: {by_exit})"
    if numbers["energy_uj"] is not None:
        yield "energy", f"{numbers['energy_uj']:.1f} uJ expected per inference, {setting.costs}"
        yield "energy source", setting.costs_source


def _provenance(record: PointRecord) -> Iterator[tuple[str, str]]:
    run = record.run
    yield "samples", f"{run.n_samples} of {run.dataset}, {run.split}"
    yield "classes", ", ".join(run.class_names)
    yield "run", f"{run.run_id} ({run.task}/{run.system}, {run.source})"
    yield "run's identity", run.identity
    yield "model", f"{run.model}, sha256 {run.model_sha256 or 'unknown: scores made elsewhere'}"
    yield "scored", f"{run.created_at.isoformat()} with {_versions(run.versions)}"
    yield "point taken", record.taken_at.isoformat()
    yield "made by", f"trecx {version('trecx')}"


def _ends(numbers: Mapping[str, Any], name: str) -> str:
    return f"95 %: {numbers[f'{name}_low']:.4f} .. {numbers[f'{name}_high']:.4f}"


def _versions(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{tool} {number}" for tool, number in versions.items()) or "tools unknown"
