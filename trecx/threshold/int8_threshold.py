"""ρ for an int8 softmax: the integer that its values are compared with."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.errors import QuantisationError
from trecx.scores import FloatArray
from trecx.threshold.int8_steps import STEPS

LOWEST, HIGHEST = -128, 127
NEVER = HIGHEST + 1  # above every int8
NO_LEAD = STEPS  # above every difference of two int8


@dataclass(frozen=True)
class Quantisation:
    """An int8 softmax: q stands for scale × (q − zero point), as float32 (TFLite's Dequantize).

    Attributes:
        scale: the value of one step, above 0 and at most 1.
        zero_point: the q that stands for 0, an integer in −128..127.

    Raises:
        QuantisationError: the scale or the zero point is not valid for an int8 softmax.
    """

    scale: float = 1 / STEPS
    zero_point: int = LOWEST

    def __post_init__(self) -> None:
        if not 0 < self.scale <= 1 or np.float32(self.scale) == 0:
            raise QuantisationError(f"the scale must lie above 0 and be at most 1, got {self.scale:g}")
        if not LOWEST <= self.zero_point <= HIGHEST:
            raise QuantisationError(f"the zero point must lie within −128..127, got {self.zero_point}")

    @property
    def confidences(self) -> npt.NDArray[np.float32]:
        """The values that −128, −127, …, 127 represent, of shape (256,)."""
        return self._value(np.arange(LOWEST, NEVER) - self.zero_point)

    @property
    def leads(self) -> npt.NDArray[np.float32]:
        """The values that differences of 0, 1, …, 255 steps represent, of shape (256,)."""
        return self._value(np.arange(STEPS))

    def threshold(self, rho: float) -> int:
        """Return the smallest q whose value is ≥ ρ; `NEVER` (128) if there is none.

        >>> Quantisation().threshold(0.69), Quantisation().threshold(0.5), Quantisation().threshold(0.9962)
        (49, 0, 128)
        """
        return LOWEST + _first_reaching(self.confidences, rho)

    def lead(self, rho: float) -> int:
        """Return the smallest difference of two q whose value is ≥ ρ, 0..255; `NO_LEAD` (256) if none is.

        >>> Quantisation().lead(0.25), Quantisation().lead(1.0)
        (64, 256)
        """
        return _first_reaching(self.leads, rho)

    def _value(self, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return (np.float64(np.float32(self.scale)) * steps).astype(np.float32)


INT8_SOFTMAX = Quantisation()


def snapped(rho: float, values: npt.NDArray[np.float32]) -> float:
    """Return the smallest of these increasing values that is ≥ ρ, at least 0.

    It is `inf` if there is none, or only one above 1, which no confidence of a float32 softmax reaches.
    """
    step = _first_reaching(values, rho)
    return math.inf if step == len(values) or values[step] > 1 else max(float(values[step]), 0.0)


def thresholds_of(values: npt.NDArray[np.float32]) -> FloatArray:
    """Return every distinct ρ if only these values occur as confidences, decreasing from `inf` to 0.

    Returns:
        Array of shape (2 + number of values above 0 and up to 1,).
    """
    within = values[(values > 0) & (values <= 1)]
    return np.concatenate([[math.inf], within[::-1], [0.0]]).astype(np.float64)


def _first_reaching(values: npt.NDArray[np.float32], rho: float) -> int:
    return int(np.searchsorted(values.astype(np.float64), rho))
