"""Section 6: how much smaller int8 makes a network."""

from trecx.datasets.tasks import system_title
from trecx.reproduction.estimates import Estimate
from trecx.reproduction.evidence import Evidence
from trecx.reproduction.paper import INT8_SIZE_SAVING
from trecx.reproduction.rows import Number, Row, Verdict
from trecx.scores.deployment import Deployment
from trecx.store import Run

_HOLDS_WITHIN = 0.0005  # half of the paper's last digit


def int8_size(evidence: Evidence) -> list[Row]:
    """Return by how much int8 reduces the size of T-RECX's network."""
    rows = []
    for run in evidence.runs.get("trecx", ()):
        int8 = evidence.int8.get(run.run_id)
        known = int8.deployment if int8 else None
        if int8 and known and known.float_bytes:
            rows.append(_row(evidence, [run, int8], known, known.float_bytes))
    return rows


def _row(evidence: Evidence, runs: list[Run], known: Deployment, float_bytes: int) -> Row:
    saving, stages = (1 - size / float_bytes for size in (known.whole_bytes, known.flash_bytes))
    paper = INT8_SIZE_SAVING.get(evidence.setting.task)
    numbers = [
        Number("whole network", "%", None if paper is None else -100 * paper, _exact(-100 * saving)),
        Number("stages", "%", None, _exact(-100 * stages)),
    ]
    words = (
        f".tflite files: float32 {float_bytes:,} bytes; int8 without names, aligned, {known.whole_bytes:,}, "
        f"as stages {known.flash_bytes:,}; a weight takes 1 byte instead of 4, biases stay 4 bytes, and each "
        "channel adds a scale and a zero point"
    )
    return Row(
        f"{system_title(runs[0].system)}: size of the int8 network against float32",
        "—" if paper is None else f"−{100 * paper:.1f} %",
        f"−{100 * saving:.1f} % (as stages −{100 * stages:.1f} %)",
        runs,
        _verdict(saving, paper),
        words,
        numbers,
    )


def _verdict(saving: float, paper: float | None) -> Verdict:
    if paper is None:
        return Verdict.OURS
    if abs(saving - paper) <= _HOLDS_WITHIN:
        return Verdict.HOLDS
    return Verdict.MORE if saving > paper else Verdict.LESS


def _exact(value: float) -> Estimate:
    return Estimate(value, value, value)
