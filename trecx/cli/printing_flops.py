"""Print a network's FLOPs by stage and exit head, as a table or as one JSON document."""

from collections.abc import Mapping, Sequence
from typing import Any

from trecx.cli.printing import print_columns, print_json, tell
from trecx.threshold.benefit_curve import break_even_exit_rate


def flops_document(
    task: str, system: str, parts: Sequence[Mapping[str, Any]], baseline_flops: int
) -> dict[str, Any]:
    """Return what `--json` prints.

    Args:
        task: the task's name.
        system: the design's name.
        parts: the rows of `trecx.nn.flop_table`, in the order of one inference.
        baseline_flops: FLOPs of the network without early exits.
    """
    exit_flops = [part["total_flops"] for part in parts if part["is_exit"]]
    return {
        "task": task,
        "system": system,
        "parameters": sum(part["parameters"] for part in parts),
        "exit_flops": exit_flops,
        "baseline_flops": baseline_flops,
        "break_even_exit_rate": break_even_exit_rate(exit_flops, baseline_flops),
        "parts": list(parts),
    }


def show_flops(document: Mapping[str, Any], as_json: bool) -> None:
    """Print one line for each stage and exit head, then the number of parameters and the break-even."""
    if as_json:
        print_json(document)
        return
    whole, baseline = document["exit_flops"][-1], document["baseline_flops"]
    name = f"{document['task']}/{document['system']}"
    head = (name, "parameters", "FLOPs", "share", "exit FLOPs", "share of baseline")
    print_columns(head, (_row(part, whole, baseline) for part in document["parts"]))
    tell(f"{document['parameters']:,} parameters. {_break_even(document)}")


def _row(part: Mapping[str, Any], whole: int, baseline: int) -> tuple[str, ...]:
    cost = f"{part['total_flops']:,}" if part["is_exit"] else ""
    relative = f"{100 * part['total_flops'] / baseline:.1f} %" if part["is_exit"] else ""
    share = f"{100 * part['flops'] / whole:.1f} %"
    return (part["name"], f"{part['parameters']:,}", f"{part['flops']:,}", share, cost, relative)


def _break_even(document: Mapping[str, Any]) -> str:
    rate, exits = document["break_even_exit_rate"], len(document["exit_flops"])
    if rate is not None:
        return f"Break-even exit rate {100 * rate:.1f} %: above it, the network costs less than the baseline."
    if exits == 1:
        return "The network has no early exit."
    if exits == 2:
        return "The network costs no more than the baseline, even with no early exits."
    return "With several early exits, the break-even depends on how many samples stop at each exit."
