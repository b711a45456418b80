"""The designs of the paper: each is one entry, a rule that adds exits to any base."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from trecx.datasets.tasks import find_task
from trecx.errors import unknown_name
from trecx.nn.networks.bases import BASES
from trecx.nn.networks.grammar import Base, EarlyMaps, EarlyView, Elements, Exit, NetworkDescription

Stages = tuple[str, ...]
Beside = EarlyView | EarlyMaps | None


@dataclass(frozen=True)
class System:
    """A design: how exits are added to a base.

    Attributes:
        head: head of every early exit.
        stages: the stages of the early exits.
        beside: second input of the final head, in addition to the last maps.
        extra_classes: outputs in addition to the task's classes.
        only: stages by task, instead of `stages`, for a design that only these tasks have.
    """

    head: Callable[[Base], Elements]
    stages: Callable[[Base], Stages]
    beside: Callable[[Base], Beside] = lambda base: None
    extra_classes: int = 0
    only: Mapping[str, Stages] | None = None


def _early_view(base: Base) -> EarlyView:
    return EarlyView(base.early_view)


_TRECX = System(
    head=lambda base: base.exit_block, stages=lambda base: (base.early_stage,), beside=_early_view
)

SYSTEMS: dict[str, System] = {
    "baseline": System(head=lambda base: (), stages=lambda base: ()),
    "trecx": _TRECX,
    "trecx-noev": replace(_TRECX, beside=lambda base: None),
    "trecx-notransfer": replace(_TRECX, beside=lambda base: EarlyView(base.early_view, transfer=False)),
    "fmaps-concat": replace(_TRECX, beside=lambda base: EarlyMaps(base.early_maps)),
    "baseline-ee": System(head=lambda base: base.plain_head, stages=lambda base: (base.early_stage,)),
    "sdn": System(head=lambda base: base.plain_head, stages=lambda base: base.sdn_stages),
    "branchynet": System(head=lambda base: base.branch_head, stages=lambda base: base.branch_stages),
    # Figure 2; `trecx` itself has the exit at one half.
    "trecx-at-quarter": replace(_TRECX, only={"kws": ("pair_1",), "digits": ("stem",)}),
    "trecx-at-three-quarters": replace(_TRECX, only={"kws": ("pair_3",), "digits": ("stage_2",)}),
    "trecx-two-exits": replace(_TRECX, only={"ic": ("stack_1", "stack_2")}),
    "trecx-extra-class": replace(_TRECX, only={"ic": ("stack_1",)}, extra_classes=1),
}


def systems_of(task: str) -> tuple[str, ...]:
    """Return the names of a task's designs.

    Raises:
        UnknownNameError: there is no such task.
    """
    name = find_task(task).name
    return tuple(system for system, rule in SYSTEMS.items() if rule.only is None or name in rule.only)


def describe(task: str, system: str, n_classes: int | None = None) -> NetworkDescription:
    """Return the network of one row of the paper's comparison.

    Args:
        task: such as `ic`; its reference network is the base.
        system: name of the design.
        n_classes: outputs of every exit; default: the task's classes, and the design's extra class.

    Raises:
        UnknownNameError: there is no such task, or the task has no such design.
    """
    known = systems_of(task)
    if system not in known:
        unknown_name(f"design for task {task}:", system, known)
    rule, base = SYSTEMS[system], BASES[task]
    stages = rule.only[task] if rule.only else rule.stages(base)
    early = [Exit(f"exit_{number}", stage, rule.head(base)) for number, stage in enumerate(stages, 1)]
    final_head = base.final_head if early else base.baseline_head or base.final_head
    final = Exit("final", base.stages[-1].name, final_head, rule.beside(base))
    if n_classes is None:
        n_classes = len(find_task(task).class_names) + rule.extra_classes
    return NetworkDescription(task, system, base, (*early, final), n_classes)
