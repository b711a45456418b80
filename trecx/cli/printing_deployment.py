"""Print what `deploy` made, as tables or as one JSON document."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trecx.cli.printing import count, percent, print_columns, print_json, tell
from trecx.saved_points.document import record_of
from trecx.saved_points.texts import rule_text

if TYPE_CHECKING:  # it needs TensorFlow, which is loaded only where a model is run
    from trecx.deploy.deployment import Deployed


def show_deployment(done: "Deployed", as_json: bool) -> None:
    """Print the folder, the int8 run, and size, memory and accuracy of each stage; warnings to stderr."""
    document, int8 = done.document, done.int8
    for warning in document["warnings"]:
        tell(f"Warning: {warning}")
    if as_json:
        print_json(document)
        return
    before = int8.float_run.standalone_accuracy if int8.float_run else (None,) * int8.run.n_exits
    rows = zip(document["stages"], before, int8.run.standalone_accuracy, strict=True)
    print_columns(
        ("stage", "flash, bytes", "arena, bytes", "instructions", "accuracy, float32", "accuracy, int8"),
        (
            (
                stage["file"],
                count(stage["bytes"]),
                count(stage["arena_bytes"]),
                "not counted" if stage["instructions"] is None else count(stage["instructions"]),
                "unknown" if at_float is None else percent(at_float),
                percent(at_int8),
            )
            for stage, at_float, at_int8 in rows
        ),
    )
    tell(f"{'Stored' if int8.new else 'Stored before'}: {int8.run.run_id}, precision int8.")
    if document["agreement"] is not None:
        same = f"{percent(document['agreement'])} of the samples stop at the same exit"
        tell(f"{_when(document)}, {same} as in float32 ({document['float_run_id']}).")
    if deployment := int8.run.deployment:
        tell(deployment.calibration_sentence)
    tell(f"Written: {document['out']}; start with its README.md.")


def _when(document: Mapping[str, Any]) -> str:
    rule = record_of(document["point"]).rule
    return "Without early exits" if math.isinf(rule.threshold) else f"At {rule_text(rule)}"
