"""The forms in which a softmax is written: float32, int8 and what is made of it, 8-bit integers, per cent."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.scores.float32 import as_float32
from trecx.scores.sample_blocks import each_block
from trecx.scores.softmax_rows import (
    FLOAT16_TOLERANCE,
    INT8_LARGEST,
    INT8_LEVELS,
    SUM_TOLERANCE,
    int8_tolerance,
    is_evidently_int8,
    is_float16,
    is_int8,
)

Array = np.ndarray[Any, Any]
Rows = npt.NDArray[np.bool_]
_DECIMALS = (3, 4, 5)  # with two, the steps of 1/256 cannot be told apart
_LOOK = 4096  # values that are looked at first, as they rule out most files
ROUNDED = 0.05  # how far rounding may move the sum of a row
_EVIDENCE = 20  # rounded multiples of 1/256; one in four values with three decimals looks like one


@dataclass(frozen=True)
class Form:
    """A softmax in float: values of 0..`total` whose rows sum to `total`.

    Attributes:
        words: what it is, for messages.
        precision: of the run, "float32" or "int8".
        remarks: what is said when it was recognised.
        total: what each row sums to.
        tolerance: how far a row may be from it, as a share of it.
    """

    words: str = "each row sums to 1"
    precision: str = "float32"
    remarks: tuple[str, ...] = ()
    total: float = 1.0
    tolerance: float = SUM_TOLERANCE

    def fits(self, values: Array) -> Rows | None:
        """Return whether each row fits, of shape (n_samples, n_exits); None if no row can."""
        return self._rows(values, self.tolerance)

    def converted(self, values: Array) -> npt.NDArray[np.float32]:
        """Return the values as probabilities, of shape (n_samples, n_exits, n_classes)."""
        return as_float32(values if self.total == 1 else values / self.total)

    def misfit(self, values: Array, sample: int, exit_: int, n_rows: int) -> str:
        """Say what is wrong with the first of `n_rows` rows that do not fit, where most do."""
        row = values[sample, exit_].astype(np.float64)
        if row.min() < 0 or row.max() > self.total * (1 + self.tolerance):
            wrong = row.min() if row.min() < 0 else row.max()
            return (
                f"{wrong:g} is not within 0..{self.total:g} ({n_rows:,} such rows, while the others are a "
                "softmax); correct it, or, if all are logits, add --logits"
            )
        if abs(row.sum() - self.total) <= ROUNDED * self.total and are_multiples(
            row / self.total, 1000, 0.01
        ):
            return (
                f"probabilities sum to {row.sum():.4g}, not to {self.total:g} ({n_rows:,} such rows): "
                "probably rounded to few decimals; write at least four"
            )
        return (
            f"probabilities sum to {row.sum():.4f}, not to {self.total:g} ({n_rows:,} such rows, while the "
            "others do); correct them, or leave the samples out"
        )

    def _rows(self, values: Array, tolerance: float, offset: float = 0.0) -> Rows:
        fitting = np.empty(values.shape[:2], bool)
        allowed = tolerance * self.total

        def fit(part: slice) -> None:
            by_class = np.ascontiguousarray(values[part].reshape(-1, values.shape[2]).T)
            off = np.abs(by_class.sum(axis=0, dtype=np.float64) - offset * len(by_class) - self.total)
            inside = (by_class.min(axis=0) >= offset) & (
                by_class.max(axis=0) - offset <= self.total + allowed
            )
            fitting[part] = (inside & (off <= allowed)).reshape(-1, values.shape[1])

        each_block(fit, len(values))
        return fitting


@dataclass(frozen=True)
class Float16(Form):
    """A softmax computed in float16: its rows sum to 1 less exactly."""

    def fits(self, values: Array) -> Rows | None:
        """Return whether each row fits; None if the values are no float16 numbers."""
        return self._rows(values, FLOAT16_TOLERANCE) if is_float16(values) else None


@dataclass(frozen=True)
class Int8Softmax(Form):
    """Multiples of 1/256 below 1, as the device's own scale gives them."""

    def fits(self, values: Array) -> Rows | None:
        """Return whether each row fits; None if some value is no multiple of 1/256."""
        if not is_int8(values):
            return None
        rows = self._rows(values, int8_tolerance(values.shape[2]))
        exact = is_evidently_int8(values) or not self._rows(values, SUM_TOLERANCE).all()
        return rows if exact else None


@dataclass(frozen=True)
class PrintedInt8(Form):
    """Multiples of 1/256, rounded or cut off to three or more decimals, as a log of a device prints them."""

    def fits(self, values: Array) -> Rows | None:
        """Return whether each row fits; None if some value is no rounded multiple of 1/256."""
        if values.dtype.kind != "f" or values.min() < 0 or values.max() > INT8_LARGEST + 1e-3:
            return None
        first = values.reshape(-1)[:_LOOK].astype(np.float64)
        if not _decimals(first):
            return None
        exact = values.astype(np.float64)
        decimals = _decimals(exact)
        if not decimals:
            return None
        missing = (self.converted(values) - exact) * 10**decimals
        rounded, cut = np.abs(missing).max() <= 0.51, missing.min() >= -0.01 and missing.max() < 1.01
        if not (rounded or cut):
            return None
        evident = np.count_nonzero(np.abs(missing) > 0.01) >= _EVIDENCE
        if not evident and self._rows(values, SUM_TOLERANCE).all():
            return None
        return self._rows(self.converted(values), int8_tolerance(values.shape[2]))

    def converted(self, values: Array) -> npt.NDArray[np.float32]:
        """Return the multiple of 1/256 behind each value, of shape (n_samples, n_exits, n_classes)."""
        # From 0.128 of a step above (rounded) to 0.256 below (cut off), with three decimals.
        return as_float32(np.ceil(values.astype(np.float64) * INT8_LEVELS - 0.13) / INT8_LEVELS)


@dataclass(frozen=True)
class Integers(Form):
    """A quantised softmax as its integers q: the score is (q − zero point) / total.

    Attributes:
        low: the smallest integer, which is also the zero point.
        high: the largest integer.
    """

    low: int = 0
    high: int = 255

    def fits(self, values: Array) -> Rows | None:
        """Return whether each row fits; None if some value is no integer of this range."""
        if values.min() < self.low or values.max() > self.high or (values.max() <= 1 and values.min() >= 0):
            return None
        if values.dtype.kind == "f" and not (values == np.rint(values)).all():
            return None
        tolerance = int8_tolerance(values.shape[2]) * INT8_LEVELS / self.total
        return self._rows(values, tolerance, float(self.low))

    def converted(self, values: Array) -> npt.NDArray[np.float32]:
        """Return (q − zero point) / total, of shape (n_samples, n_exits, n_classes)."""
        return as_float32((values.astype(np.float64) - self.low) / self.total)

    def misfit(self, values: Array, sample: int, exit_: int, n_rows: int) -> str:
        """Say what is wrong with the first row that does not fit."""
        found = values[sample, exit_].astype(np.float64).sum() - self.low * values.shape[2]
        return (
            f"the scores are {self.words}, but this row sums to {found:g} of {self.total:g} ({n_rows:,} such "
            "rows); correct them, or leave the samples out"
        )


def _integers(name: str, low: int, high: int, total: int, precision: str) -> Integers:
    zero_point = str(low).replace("-", "−")
    words = f"{name} ({low}..{high}) with scale 1/{total}, zero point {zero_point}".replace("(-", "(−")
    said = f"the scores were {words}, and converted to (q − zero point) × scale"
    return Integers(words, precision, (said,), total, low=low, high=high)


def _decimals(values: Array) -> int:
    """Return with how many decimals all values are written; 0 if with none of `_DECIMALS`."""
    return next((decimals for decimals in _DECIMALS if are_multiples(values, 10**decimals, 0.01)), 0)


def are_multiples(values: Array, steps: int, within: float) -> bool:
    """Return whether all values are multiples of 1 / `steps`, within a part of a step."""
    scaled = values * steps
    return bool((np.abs(scaled - np.rint(scaled)) <= within).all())


INT8_WORDS = "multiples of 1/256: an int8 softmax (scale 1/256, zero point −128)"
FORMS: tuple[Form, ...] = (
    Int8Softmax(INT8_WORDS, "int8", (f"the scores are {INT8_WORDS}",)),
    PrintedInt8(
        f"printed {INT8_WORDS}",
        "int8",
        (f"the scores were printed with few decimals, and restored to {INT8_WORDS}",),
    ),
    Form(),
    Float16("float16, each row sums to 1"),
    _integers("int8", -128, 127, 256, "int8"),
    _integers("uint8", 0, 255, 256, "int8"),
    _integers("int16", 0, 32767, 32768, "float32"),
    Form(
        "per cent, each row sums to 100",
        remarks=("the scores were in per cent, and divided by 100",),
        total=100.0,
    ),
)
