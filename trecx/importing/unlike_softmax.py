"""What scores look like that are no softmax, and what helps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from trecx.errors import ScoresError
from trecx.importing.score_forms import ROUNDED, are_multiples

Array = np.ndarray[Any, Any]
_TRACE = "give prediction and confidence of each exit instead of all scores"


def unlike_softmax(values: Array, place: Callable[[int, int], str]) -> ScoresError:
    """Return the error for scores that are no softmax in any form.

    Args:
        values: finite scores, of shape (n_samples, n_exits, n_classes).
        place: says where a sample's scores at an exit are.
    """
    exact = values.astype(np.float64)
    sums = exact.sum(axis=2)
    low, high, least, most = exact.min(), exact.max(), sums.min(), sums.max()
    outside = (exact < 0).any(axis=2) | (exact > 1).any(axis=2)
    wrong = outside if outside.any() else np.abs(sums - 1) > 1e-3
    sample, exit_ = np.argwhere(wrong)[0] if wrong.any() else (0, 0)
    return ScoresError(
        f"{place(sample, exit_)}: {_cause(exact, float(low), float(high), float(least), float(most))}"
    )


def _cause(values: Array, low: float, high: float, least: float, most: float) -> str:
    spread = f"the scores are {low:g}..{high:g}, and rows sum to {least:.4g}..{most:.4g}"
    whole = bool((values == np.rint(values)).all())
    if whole and -128 <= low and high <= 255 and (low < 0 or high > 1):
        return (
            f"{spread}: whole numbers as of an int8 or uint8 output, but no softmax (rows would sum to 256). "
            "If they are quantised logits, write (q − zero point) × scale of the output, and add --logits"
        )
    if high <= 1e-6 and np.allclose(np.exp(values).sum(axis=2), 1, atol=1e-2):
        return f"{spread}: logarithms of a softmax; add --logits, which gives the softmax again"
    if low < 0 or high > 1.001:
        if low >= 0 and _near(least, most, 100.0, 5.0):
            return f"{spread}: per cent, but rounded too much; write at least two decimals"
        return f"{spread}: probably logits; if they are, add --logits to apply a softmax"
    if are_multiples(values, 255, 1e-3) and _near(least, most, 1.0, 0.1):
        return f"{spread}: 8 bits divided by 255; divide by 256, the scale of a quantised softmax"
    if _near(least, most, 1.0, ROUNDED):
        return f"{spread}: probably rounded to few decimals; write at least four"
    if most - least > ROUNDED:
        return (
            f"{spread}: one-vs-rest sigmoids, each between 0 and 1 but not summing to 1, rather than a "
            "softmax. An exit by confidence needs one score per sample that can be compared with ρ: "
            f"{_TRACE}, or train with a softmax"
        )
    return f"probabilities sum to {least:.4f}, not to 1; a class may be missing"


def _near(least: float, most: float, total: float, within: float) -> bool:
    return total - within <= least and most <= total + within
