"""What the numbers of a file mean: a softmax in one of its forms, per cent, logits, or sigmoids."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.errors import ScoresError
from trecx.importing.score_forms import FORMS, INT8_WORDS, Form
from trecx.importing.unlike_softmax import unlike_softmax
from trecx.scores.float32 import as_float32
from trecx.scores.sample_blocks import blocks
from trecx.scores.softmax_rows import SUM_TOLERANCE, is_evidently_int8

Array = np.ndarray[Any, Any]
Place = Callable[[int, int], str]
FLOAT32, INT8 = "float32", "int8"
_CONFIDENCE_UNITS = (
    "if it is int8, write (q + 128) / 256; if uint8, q / 256; if per cent, divide it by 100; if it is a "
    "logit, write the largest softmax score"
)


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores as probabilities.

    Attributes:
        values: float32, of shape (n_samples, n_exits, n_classes) or, of a trace, (n_samples, n_exits).
        precision: "int8" if the numbers are those of an int8 softmax, else "float32".
        remarks: what was done to them, in words.
    """

    values: npt.NDArray[np.float32]
    precision: str = FLOAT32
    remarks: tuple[str, ...] = ()


def softmax_scores(values: Array, place: Place, logits: bool = False) -> Scores:
    """Return scores of all classes as probabilities.

    Args:
        values: as they are in the file, of shape (n_samples, n_exits, n_classes), two or more classes.
        place: says where a sample's scores at an exit are.
        logits: whether a softmax is applied.

    Raises:
        ScoresError: they are no softmax in a known form; the message says what they look like.
    """
    _check_finite(values, place)
    fitting = np.zeros(values.shape[:2], bool)
    likeliest: Form | None = None
    for form in FORMS:
        rows = form.fits(values)
        if rows is not None and rows.all():
            if logits:
                raise ScoresError(
                    f"the scores are a softmax already ({form.words}); leave out --logits, which would "
                    "flatten them"
                )
            return Scores(form.converted(values), form.precision, form.remarks)
        if rows is not None and rows.mean() > max(fitting.mean(), 0.5):
            fitting, likeliest = rows, form
    if logits:
        return Scores(_softmax(values), remarks=("a softmax was applied to logits",))
    if likeliest is not None:
        sample, exit_ = np.argwhere(~fitting)[0]
        raise ScoresError(
            f"{place(sample, exit_)}: {likeliest.misfit(values, sample, exit_, int((~fitting).sum()))}"
        )
    raise unlike_softmax(values, place)


def sigmoid_scores(values: Array, place: Place, logits: bool = False) -> Scores:
    """Return one score p per exit as the probabilities of two classes, 1 − p and p.

    Args:
        values: p, or, with `logits`, its logit, of shape (n_samples, n_exits, 1).
        place: says where a sample's score at an exit is.
        logits: whether a sigmoid is applied.

    Raises:
        ScoresError: a score is not within 0..1.
    """
    _check_finite(values, place)
    remark = "the one score per exit is p of the second class, and 1 − p of the first"
    exact = values.astype(np.float64)
    if values.dtype in (np.int8, np.uint8):
        exact, remark = (exact + 128 * (values.dtype == np.int8)) / 256, f"{remark}; 8 bits"
    probability = 1 / (1 + np.exp(-np.clip(exact, -700, 700))) if logits else exact
    outside = (probability < 0) | (probability > 1 + SUM_TOLERANCE)
    if outside.any():
        sample, exit_, _ = np.argwhere(outside)[0]
        raise ScoresError(
            f"{place(sample, exit_)}: {values[sample, exit_, 0]:g} is not within 0..1, so it is no sigmoid; "
            "if it is a logit, add --logits"
        )
    p = as_float32(np.minimum(probability, 1))
    found = np.concatenate([np.float32(1) - p, p], axis=2)
    return Scores(found, INT8 if is_evidently_int8(p) else FLOAT32, (remark,))


def trace_confidence(values: Array, n_classes: int, place: Place) -> Scores:
    """Return the confidence of a trace, 0..1.

    Args:
        values: as they are in the file, of shape (n_samples, n_exits).
        n_classes: number of classes; no softmax has a largest score below 1 / n_classes.
        place: says where a sample's confidence at an exit is.

    Raises:
        ScoresError: a confidence is not within 0..1, and not recognised as 8 bits or per cent.
    """
    _check_finite(values, place)
    if values.dtype in (np.int8, np.uint8):
        zero_point = -128 if values.dtype == np.int8 else 0
        found = as_float32((values.astype(np.float64) - zero_point) / 256)
        return Scores(found, INT8, (f"{values.dtype} with scale 1/256, zero point {zero_point}",))
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1 + SUM_TOLERANCE:
        found = as_float32(values)
        return (
            Scores(found, INT8, (f"the scores are {INT8_WORDS}",))
            if is_evidently_int8(found)
            else Scores(found)
        )
    if max(low * n_classes, 50) >= 100 * (1 - SUM_TOLERANCE) and 50 < high <= 100 * (1 + SUM_TOLERANCE):
        return Scores(as_float32(values / 100.0), remarks=("confidence was in per cent, and divided by 100",))
    wrong = np.argwhere((values < 0) | (values > 1 + SUM_TOLERANCE))[0]
    raise ScoresError(
        f"{place(wrong[0], wrong[1])}: the confidence {values[tuple(wrong)]:g} is not within 0..1; "
        f"{_CONFIDENCE_UNITS}"
    )


def _softmax(values: Array) -> npt.NDArray[np.float32]:
    found = np.empty(values.shape, np.float32)
    for part in blocks(len(values)):
        exact = values[part].astype(np.float64)
        odds = np.exp(exact - exact.max(axis=2, keepdims=True))
        found[part] = odds / odds.sum(axis=2, keepdims=True)
    return found


def _check_finite(values: Array, place: Place) -> None:
    if values.dtype.kind == "f" and not all(_is_finite(values[part]).all() for part in blocks(len(values))):
        where = np.argwhere(~_is_finite(values))[0]
        raise ScoresError(f"{place(where[0], where[1])}: {values[tuple(where)]} is not a finite number")


def _is_finite(values: Array) -> Any:
    """Whether each value is finite as a float32, as which it is stored."""
    return np.abs(values) <= np.finfo(np.float32).max  # NaN fails the comparison
