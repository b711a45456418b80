"""Rule, split and guarantee of a point as short texts."""

import math

from trecx.datasets.halves import CALIBRATION
from trecx.saved_points.record import RecordedGuarantee, RecordedSplit, Rule
from trecx.threshold.guarantee.texts import limit_text, shown_bound

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def rule_text(rule: Rule) -> str:
    """Return ρ, or the threshold of each early exit, as chosen.

    >>> rule_text(Rule(0.69)), rule_text(Rule(math.inf))
    ('ρ = 0.69', 'no early exits')
    >>> rule_text(Rule(math.nan, per_exit=(0.5, 0.75, math.inf)))
    'ρ₁ = 0.5, ρ₂ = 0.75, ρ₃ never'
    """
    if rule.per_exit is None:
        return "no early exits" if math.isinf(rule.threshold) else f"ρ = {rule.threshold:.6g}"
    return ", ".join(
        f"{exit_rho(number)} never" if math.isinf(value) else f"{exit_rho(number)} = {value:.6g}"
        for number, value in enumerate(rule.per_exit, 1)
    )


def exit_rho(number: int) -> str:
    """Return the name of an early exit's threshold; exits are counted from 1.

    >>> exit_rho(12)
    'ρ₁₂'
    """
    return f"ρ{str(number).translate(SUBSCRIPTS)}"


def guarantee_text(guarantee: RecordedGuarantee, noun: str = "sample") -> str:
    """Return what is guaranteed, such as "at most 1.00 % of clips lost, with 95 % probability"."""
    limit = limit_text(guarantee.loss, guarantee.limit, guarantee.against, guarantee.each_class, noun)
    return f"{limit}, with {100 * guarantee.probability:g} % probability"


def guarantee_basis(guarantee: RecordedGuarantee, noun: str = "sample") -> str:
    """Return the test, the number of its samples, and the bound at ρ."""
    bound = 100 * shown_bound(guarantee.bound, guarantee.limit)
    if guarantee.loss == "error":
        reached = f"accuracy of {100 - bound:.2f} %"
    else:
        reached = f"{bound:.2f} {'pt' if guarantee.loss == 'drop' else '%'}"
    counted = f"{guarantee.n_calibration:,} calibration {noun}s"
    return f"{guarantee.method}, {counted}, bound {reached}"


def split_text(split: RecordedSplit, noun: str = "sample") -> str:
    """Return the half that the numbers are measured on.

    >>> split_text(RecordedSplit("held-out", 0, "speaker", 2398, 2492))
    'held-out half, 2,492 of 4,890 samples, by speaker, seed 0'
    """
    n = split.n_calibration if split.half == CALIBRATION else split.n_held_out
    together = f", by {split.kept_together}" if split.kept_together else ""
    counted = f"{n:,} of {split.n_calibration + split.n_held_out:,} {noun}s"
    return f"{split.half} half, {counted}{together}, seed {split.seed}"
