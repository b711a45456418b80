"""An operating point as a C header: thresholds, decision functions and provenance."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from trecx.device.exit_costs import costs_title
from trecx.exporting.c_decisions import Decision, decision_of
from trecx.exporting.c_decisions_per_exit import ABOUT as ABOUT_PER_EXIT
from trecx.exporting.c_decisions_per_exit import decisions_per_exit
from trecx.exporting.c_text import comment_block, float_literal
from trecx.saved_points.record import PointRecord
from trecx.saved_points.recorded import recorded_saving
from trecx.saved_points.texts import guarantee_basis, guarantee_text, split_text

GUARD = "TRECX_THRESHOLD_H"
ABOUT = "/* Returns whether to stop at this early exit, given its softmax. The final exit takes the rest. */"
STEPS = "an int8 softmax: rho is a multiple of its step"
SOFTMAX = {  # by precision of the rule and of the scores
    ("float32", "float32"): "a float32 softmax",
    ("float32", "int8"): "the scores of an int8 softmax",
    ("int8", "float32"): f"{STEPS}; an approximation, as the scores are those of the float32 network",
    ("int8", "int8"): f"{STEPS}; the scores are the device's, those of the int8 network",
}


def c_header(record: PointRecord) -> str:
    """Return a header for C99 and C++ whose decision at an early exit is exactly the record's rule."""
    rule, n_classes = record.rule, len(record.run.class_names)
    if rule.per_exit is None:
        decision = decision_of(rule, n_classes)
        when = [("early exit if", "never" if math.isinf(rule.threshold) else decision.condition)]
        constants, functions, about = _constants(decision), decision.functions, ABOUT
    else:
        decisions, constants, functions = decisions_per_exit(rule, n_classes)
        decision, about = decisions[0], ABOUT_PER_EXIT
        when = _conditions(decisions, rule.per_exit)
    parts = [
        comment_block([*_point(record, when), *_provenance(record)]),
        f"#ifndef {GUARD}\n#define {GUARD}",
        "\n".join(f"#include <{name}>" for name in sorted(("stdbool.h", "stdint.h", *decision.includes))),
        "\n".join([*_sizes(record), *constants, *_quantisation(record, decision)]),
        '#ifdef __cplusplus\nextern "C" {\n#endif',
        about,
        *functions,
        "#ifdef __cplusplus\n}\n#endif",
        "#endif",
    ]
    return "\n\n".join(parts) + "\n"


def _sizes(record: PointRecord) -> Iterator[str]:
    yield f"#define TRECX_N_EXITS {record.run.n_exits}"
    yield f"#define TRECX_N_CLASSES {len(record.run.class_names)}"


def _constants(decision: Decision) -> list[str]:
    return [f"#define {name} {literal} /* {meaning} */" for name, literal, meaning in decision.constants]


def _quantisation(record: PointRecord, decision: Decision) -> Iterator[str]:
    if any(name.endswith("INT8") for name, _, _ in decision.constants):
        quantised = record.rule.quantisation
        yield f"#define TRECX_INT8_SCALE {float_literal(np.float32(quantised.scale))} /* of the softmax */"
        yield f"#define TRECX_INT8_ZERO_POINT ({quantised.zero_point}) /* for another, export again */"


def _conditions(decisions: Sequence[Decision], per_exit: Sequence[float]) -> list[tuple[str, str]]:
    """Return the condition at each early exit; exits are counted from 0, as the functions do."""
    heads = ["early exit if", *[""] * (len(per_exit) - 1)]
    return [
        (heads[exit_], f"exit {exit_}: {'never' if math.isinf(threshold) else decision.condition}")
        for exit_, (decision, threshold) in enumerate(zip(decisions, per_exit, strict=True))
    ]


def _point(record: PointRecord, when: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    numbers, run, setting = record.numbers, record.run, record.setting
    yield "operating point", record.name or f"{run.task}/{run.system} (not a saved point)"
    if record.note:
        yield "note", record.note
    if record.author:
        yield "author", record.author
    yield from when
    if record.rule.per_exit is None:
        up_to = numbers["plateau_up_to"]
        end = "" if up_to is None else f" and up to {up_to!r}"
        yield "plateau", f"same result for every rho above {numbers['plateau_above']!r}{end}"
    if record.guarantee:
        yield "guarantee", f"{guarantee_text(record.guarantee)} ({guarantee_basis(record.guarantee)})"
    if record.split:
        yield "measured on", split_text(record.split)
    yield "exits", f"{run.n_exits}, the final one included"
    softmax = SOFTMAX[record.rule.precision, run.precision]
    yield "results are for", f"{softmax}; class mix: {setting.class_mix}"
    yield "exit rate", f"{numbers['exit_rate']:.4f} expected ({_ends(numbers, 'exit_rate')})"
    yield "accuracy", f"{numbers['accuracy']:.4f} expected ({_ends(numbers, 'accuracy')})"
    by_exit = ", ".join(map(str, run.exit_flops))
    known = "relative costs: the final exit is 1000000; " if run.relative_costs else ""
    yield "FLOPs", f"{numbers['flops']:.0f} expected per inference ({known}by exit: {by_exit})"
    if numbers["energy_uj"] is not None:
        title = costs_title(setting.costs or "unknown", setting.costs_basis)
        yield "energy", f"{numbers['energy_uj']:.1f} uJ expected per inference ({title})"
        if saving := recorded_saving(record):
            yield "energy change", f"{saving.text} vs {numbers['flops_saving_against']}"
        yield "energy source", setting.costs_source
    if record.memory:
        yield from record.memory.rows().items()


def _provenance(record: PointRecord) -> Iterator[tuple[str, str]]:
    run = record.run
    yield "samples", f"{run.n_samples} of {run.dataset}, {run.split}"
    yield "classes", ", ".join(run.class_names)
    yield "run", f"{run.run_id} ({run.task}/{run.system}, {run.source})"
    yield "run identity", run.identity
    yield "model", f"{run.model}, sha256 {run.model_sha256 or 'unknown (imported scores)'}"
    yield "scored", f"{run.created_at.isoformat()} with {_versions(run.versions)}"
    yield "computed", record.taken_at.isoformat()
    yield "generated by", f"trecx {version('trecx')}"


def _ends(numbers: Mapping[str, Any], name: str) -> str:
    return f"95 % CI: {numbers[f'{name}_low']:.4f} .. {numbers[f'{name}_high']:.4f}"


def _versions(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{tool} {number}" for tool, number in versions.items()) or "unknown tools"
