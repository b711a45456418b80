"""The exit decision in C for each exit criterion: constants and functions."""

import math
from dataclasses import dataclass

import numpy as np

from trecx.exporting.c_text import double_literal, float_literal
from trecx.saved_points.record import Rule
from trecx.scores.float32 import not_below
from trecx.threshold.exit_criteria import ENTROPY, LARGEST, MARGIN, entropy_limit
from trecx.threshold.int8_threshold import NEVER, NO_LEAD

BEYOND = np.float32(2)  # replaces `inf` without <math.h>: no probability reaches it


@dataclass(frozen=True)
class Decision:
    """The decision at an early exit in C.

    Attributes:
        condition: the condition for an early exit, as text.
        constants: name, literal and meaning of each number.
        functions: the functions in C.
        includes: headers in addition to <stdbool.h> and <stdint.h>.
    """

    condition: str
    constants: tuple[tuple[str, str, str], ...]
    functions: tuple[str, ...]
    includes: tuple[str, ...] = ()


def decision_of(rule: Rule, n_classes: int) -> Decision:
    """Return the decision in C that is equal to the rule."""
    return {LARGEST: _largest, MARGIN: _margin, ENTROPY: _entropy}[rule.criterion](rule, n_classes)


def entropy_bound(threshold: float, n_classes: int) -> float:
    """Return the largest entropy for an early exit, in nats: that of `exit_criteria.by_criterion` in float64.

    There 1 − H / ln C is rounded to float32 before it is compared with ρ: values up to half a step below ρ
    are rounded up to it. ρ = 0 gives no bound; `inf` gives no early exits.
    """
    reached = not_below(threshold)
    if reached == 0:
        return math.inf
    if np.isinf(reached):
        return -math.inf
    below = np.nextafter(reached, np.float32(-1))
    return entropy_limit((float(reached) + float(below)) / 2, n_classes)


def _largest(rule: Rule, n_classes: int) -> Decision:
    q = rule.quantisation.threshold(rule.threshold)
    return Decision(
        f"the maximum softmax probability is >= {rule.threshold!r}",
        (
            _float32("TRECX_THRESHOLD_FLOAT", rule, "for the maximum softmax probability"),
            ("TRECX_THRESHOLD_INT8", *_int8(q, NEVER, "for the maximum q")),
        ),
        (_function("float", LARGEST_C.format(type="float")), _function("int8", LARGEST_C.format(type="int"))),
    )


def _margin(rule: Rule, n_classes: int) -> Decision:
    lead = rule.quantisation.lead(rule.threshold)
    return Decision(
        f"the largest minus the second largest probability is >= {rule.threshold!r}",
        (
            _float32("TRECX_LEAD_FLOAT", rule, "for the largest minus the second largest probability"),
            ("TRECX_LEAD_INT8", *_int8(lead, NO_LEAD, "for the largest minus the second largest q")),
        ),
        (
            _function("float", MARGIN_C.format(type="float", lowest="0.0f")),
            _function("int8", MARGIN_C.format(type="int", lowest="-128")),
        ),
    )


def _entropy(rule: Rule, n_classes: int) -> Decision:
    limit = double_literal(entropy_bound(rule.threshold, n_classes))
    return Decision(
        f"1 - H / ln {n_classes} is >= {rule.threshold!r}, where H is the entropy of the softmax in nats",
        (("TRECX_ENTROPY_LIMIT", limit, "maximum, nats; compared as double, because float is too coarse"),),
        (_function("float", ENTROPY_C),),
        ("math.h",),
    )


def _float32(name: str, rule: Rule, what: str) -> tuple[str, str, str]:
    least = not_below(rule.threshold)
    if np.isinf(least):
        return name, float_literal(BEYOND), "above every probability: no early exits"
    return name, float_literal(np.float32(least)), f"{what}: the smallest float32 >= rho"


def _int8(value: int, never: int, what: str) -> tuple[str, str]:
    literal = str(value) if value >= 0 else f"({value})"
    return (
        literal,
        "above every int8 value: no early exits" if value == never else f"{what}: the smallest value >= rho",
    )


def _function(kind: str, body: str) -> str:
    softmax = "int8_t" if kind == "int8" else kind
    head = f"static inline bool trecx_leaves_{kind}(const {softmax} softmax[TRECX_N_CLASSES])"
    return f"{head}\n{{\n{body.replace('KIND', kind.upper())}}}"


LARGEST_C = """\
    {type} largest = softmax[0];
    for (int k = 1; k < TRECX_N_CLASSES; ++k) {{
        if (softmax[k] > largest) {{
            largest = softmax[k];
        }}
    }}
    return largest >= TRECX_THRESHOLD_KIND;
"""

MARGIN_C = """\
    {type} first = softmax[0];
    {type} second = {lowest};
    for (int k = 1; k < TRECX_N_CLASSES; ++k) {{
        if (softmax[k] > first) {{
            second = first;
            first = softmax[k];
        }} else if (softmax[k] > second) {{
            second = softmax[k];
        }}
    }}
    const {type} lead = first - second;
    return lead >= TRECX_LEAD_KIND;
"""

ENTROPY_C = """\
    double entropy = 0.0;
    for (int k = 0; k < TRECX_N_CLASSES; ++k) {
        const double p = softmax[k];
        if (p > 0.0) {
            entropy -= p * log(p);
        }
    }
    return entropy <= TRECX_ENTROPY_LIMIT;
"""
