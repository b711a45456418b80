"""The numbers in a deployment's README."""

import math
from collections.abc import Iterator, Mapping

from trecx.deploy.folder.content import FolderContent
from trecx.deploy.folder.interface import Interface
from trecx.deploy.folder.markdown_text import plain, table
from trecx.saved_points.record import Rule
from trecx.saved_points.texts import guarantee_basis, guarantee_text, rule_text, split_text
from trecx.threshold.exit_criteria import CRITERIA

BY_EXIT = ("by exit", "accuracy, int8", "accuracy, float32", "FLOPs up to it", "instructions of its stage")


def rho(rule: Rule) -> str:
    """Return the threshold of a rule, or that of each early exit.

    >>> rho(Rule(0.9)), rho(Rule(math.inf))
    ('ρ = 0.9', 'ρ = ∞ (no early exits)')
    """
    return "ρ = ∞ (no early exits)" if math.isinf(rule.threshold) else rule_text(rule)


def numbers(content: FolderContent, interface: Interface) -> str:
    """Return tables of accuracy, cost and memory, and the origin of the scales."""
    parts = [
        table(BY_EXIT, list(_exits(content))),
        *_samples(content),
        table((f"at {rho(content.record.rule)}", "value"), list(_at_threshold(content))),
        table(("memory", "bytes"), list(_memory(content, interface))),
        _calibration(content),
    ]
    return "\n\n".join(parts)


def _exits(content: FolderContent) -> Iterator[tuple[str, ...]]:
    compared = content.float32
    floats = compared.accuracy if compared else [None] * content.n_stages
    run, instructions = content.run, content.stage_instructions
    by_exit = zip(run.standalone_accuracy, floats, run.exit_flops, instructions, strict=True)
    for number, (int8, float32, flops, counted) in enumerate(by_exit, start=1):
        known = "–" if counted is None else f"{counted:,}"
        yield f"exit {number}", _percent(int8), _percent(float32), f"{flops:,}", known


def _samples(content: FolderContent) -> Iterator[str]:
    if content.record.split:
        yield f"Accuracy by exit is that of all {content.run.n_samples:,} samples."


def _at_threshold(content: FolderContent) -> Iterator[tuple[str, ...]]:
    known, record = content.record.numbers, content.record
    yield from _int8_thresholds(record.rule)
    if record.split:
        yield "measured on", split_text(record.split)
    if record.guarantee:
        yield "guarantee", f"{guarantee_text(record.guarantee)} ({guarantee_basis(record.guarantee)})"
    yield "accuracy", _share(known, "accuracy")
    yield "exit rate", _share(known, "exit_rate")
    if record.rule.per_exit:
        stopping = known["exit_samples"]
        shares = ", ".join(_percent(here / sum(stopping)) for here in stopping)
        yield "samples that stop at exit 1, 2, …", shares
    relative = " (relative costs: the final exit is 1,000,000)" if content.run.relative_costs else ""
    yield "expected FLOPs per inference", f"{known['flops']:,.0f}{relative}"
    if known["baseline_accuracy"] is not None:
        saving = f"{_percent(known['baseline_accuracy'])}, {known['baseline_flops']:,.0f} FLOPs"
        yield "baseline: accuracy, FLOPs", saving
    expected = content.expected_instructions
    if expected is not None:
        yield "expected Cortex-M4 instructions per inference, plain C", f"{expected:,.0f}"
    if content.float32:
        yield (
            f"same decision as float32 run {plain(content.float32.run_id)}",
            _percent(content.float32.agreement),
        )


def _int8_thresholds(rule: Rule) -> Iterator[tuple[str, ...]]:
    criterion = CRITERIA[rule.criterion]
    if rule.int8_threshold is not None:
        yield f"int8 threshold of the {criterion}", str(rule.int8_threshold)
    by_exit = zip(rule.effective_per_exit or (), rule.int8_thresholds or (), strict=False)
    for number, (threshold, q) in enumerate(by_exit, start=1):
        compared = "never reached" if math.isinf(threshold) else str(q)
        yield f"int8 threshold of the {criterion}, exit {number}", compared


def _memory(content: FolderContent, interface: Interface) -> Iterator[tuple[str, ...]]:
    deployment = content.deployment
    for number, stage in enumerate(deployment.stages, start=1):
        yield f"flash: stage {number}", f"{stage.n_bytes:,}"
    yield "flash: all stages", f"{deployment.flash_bytes:,}"
    for number, stage in enumerate(deployment.stages, start=1):
        yield f"RAM: arena of stage {number} alone", f"{stage.arena_bytes:,}"
    yield "RAM: one arena that all stages share", f"{deployment.arena_bytes:,}"
    for number, slot in enumerate(interface.slots, start=1):
        yield f"RAM: value {number} that crosses between stages, {slot.sizes}", f"{slot.n_bytes:,}"
    yield "RAM: arena and crossing values", f"{deployment.ram_bytes:,}"


def _calibration(content: FolderContent) -> str:
    found = content.deployment.calibration
    if found is None:
        return "The network came as int8: the samples that set its scales are unknown."
    scored = "are among those on which" if found.scored else "are not among those on which"
    return (
        f"{found.n_samples:,} samples of {plain(found.dataset)}, {plain(found.split)} (chosen with seed "
        f"{found.seed}), set the scales of the activations. They {scored} accuracy is reported."
    )


def _share(known: Mapping[str, float], name: str) -> str:
    low, high = _percent(known[f"{name}_low"]), _percent(known[f"{name}_high"])
    return f"{_percent(known[name])} (95 % CI {low} to {high})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %"
