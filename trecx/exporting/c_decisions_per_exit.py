"""The exit decision in C with one threshold per early exit: tables of constants, and functions of an exit."""

import re
from dataclasses import replace

from trecx.exporting.c_decisions import Decision, decision_of
from trecx.saved_points.record import Rule

TABLES = {  # constant of one ρ: table of one threshold per exit, its type in C, and its meaning
    "TRECX_THRESHOLD_FLOAT": ("TRECX_THRESHOLDS_FLOAT", "float", "of the maximum probability; 2: never"),
    "TRECX_THRESHOLD_INT8": ("TRECX_THRESHOLDS_INT8", "int16_t", "of the maximum q; 128: never"),
    "TRECX_LEAD_FLOAT": ("TRECX_LEADS_FLOAT", "float", "largest minus second largest; 2: never"),
    "TRECX_LEAD_INT8": ("TRECX_LEADS_INT8", "int16_t", "largest minus second largest q; 256: never"),
    "TRECX_ENTROPY_LIMIT": ("TRECX_ENTROPY_LIMITS", "double", "maximum, nats; -HUGE_VAL: never"),
}
FINAL = """\
    if (exit_index < 0 || exit_index >= TRECX_N_EXITS - 1) {
        return true;
    }
"""
ABOUT = (
    "/* Returns whether to stop at an exit, given its softmax. Exits are counted from 0; at the final one,\n"
    "   TRECX_N_EXITS - 1, it is always true. */"
)


def decisions_per_exit(rule: Rule, n_classes: int) -> tuple[list[Decision], list[str], tuple[str, ...]]:
    """Return the decision at each early exit, the tables of their constants, and the functions of an exit.

    Args:
        rule: with one threshold per early exit.
        n_classes: number of classes.

    Raises:
        ValueError: the rule has one ρ for all exits.
    """
    if rule.per_exit is None:
        raise ValueError("rule must have one threshold per exit, got one for all")
    decisions = [
        decision_of(replace(rule, threshold=value, per_exit=None), n_classes) for value in rule.per_exit
    ]
    rows = zip(*(decision.constants for decision in decisions), strict=True)
    tables = [_table(names[0][0], [literal for _, literal, _ in names]) for names in rows]
    return decisions, tables, tuple(map(_of_an_exit, decisions[0].functions))


def _table(name: str, literals: list[str]) -> str:
    table, type_, meaning = TABLES[name]
    return f"/* {meaning} */\nstatic const {type_} {table}[TRECX_N_EXITS - 1] = {{{', '.join(literals)}}};"


def _of_an_exit(function: str) -> str:
    """Return a function of `decision_of` with the exit as its first parameter, and its constant."""
    head, body = function.split("\n{\n")
    head = re.sub(r"trecx_leaves_(\w+)\(", r"trecx_leaves_at_\1(int exit_index, ", head)
    for name, (table, *_) in TABLES.items():
        body = re.sub(rf"\b{name}\b", f"{table}[exit_index]", body)
    return f"{head}\n{{\n{FINAL}{body}"
