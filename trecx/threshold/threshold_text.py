"""ρ as text that gives the same result when it is typed again."""

import math


def threshold_text(low: float, high: float) -> str:
    """Return the shortest decimal in the plateau (low, high], with three decimals or more.

    It is the largest one of its length, and at most 1; if the plateau is above 1, it is `inf`.

    >>> threshold_text(0.6819, 0.68195), threshold_text(0.6, 0.7), threshold_text(0.99, math.inf)
    ('0.68195', '0.700', '1.000')
    """
    if low >= 1:
        return "inf"
    highest = min(high, 1.0)
    for digits in range(3, 17):
        text = f"{math.floor(highest * 10**digits) / 10**digits:.{digits}f}"
        if low < float(text) <= highest:
            return text
    return repr(highest)
