"""A limit and its bound as short texts."""

import math

REFERENCES = {"final": "final exit", "baseline": "baseline"}


def limit_text(loss: str, limit: float, against: str, each_class: bool, noun: str = "sample") -> str:
    """Return a limit of the mean loss in words.

    Args:
        loss: "lost", "drop" or "error" (1 − accuracy).
        limit: 0..1.
        against: what answers are compared with: "final" or "baseline"; empty for an error.
        each_class: whether the limit is to hold in each class.
        noun: what one sample is called.

    >>> limit_text("lost", 0.01, "final", True), limit_text("drop", 0.005, "baseline", False)
    ('at most 1.00 % of samples lost in each class', 'accuracy at most 0.50 pt below the baseline')
    """
    what = f"accuracy at least {_percentage(1 - limit)} %"
    if loss == "lost":
        what = f"at most {_percentage(limit)} % of {noun}s lost"
    elif loss == "drop":
        what = f"accuracy at most {_percentage(limit)} pt below the {REFERENCES[against]}"
    return f"{what}{' in each class' if each_class else ''}"


def shown_bound(bound: float, limit: float) -> float:
    """Return a bound rounded up to the two decimals of a percentage that are shown, at most the limit.

    >>> shown_bound(0.005312, 0.01), shown_bound(0.009999, 0.01)
    (0.0054, 0.01)
    """
    return min(math.ceil(bound * 1e4 - 1e-6) / 1e4, limit)


def _percentage(share: float) -> str:
    """Return a share in % with two decimals, or with those that it has if it is finer."""
    percentage = 100 * share
    return f"{percentage:.2f}" if abs(percentage - round(percentage, 2)) < 1e-9 else f"{percentage:.6g}"
