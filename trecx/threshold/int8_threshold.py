"""What ρ is for an int8 softmax: the whole number that its confidence is compared with."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.errors import QuantisationError
from trecx.scores import FloatArray
from trecx.threshold.int8_steps import STEPS

LOWEST, HIGHEST = -128, 127
NEVER = HIGHEST + 1  # reached by no int8 …
NO_LEAD = STEPS  # … and by no difference of two


@dataclass(frozen=True)
class Quantisation:
    """How an int8 softmax counts: q means scale × (q − zero point), as a float32 (TFLite's Dequantize).

    Attributes:
        scale: what one step is worth, above 0 and at most 1.
        zero_point: the q that means 0, a whole number within −128..127.

    Raises:
        QuantisationError: a scale or zero point that no int8 softmax has.
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
        """What −128, −127, …, 127 mean, of shape (256,)."""
        return self._worth(np.arange(LOWEST, NEVER) - self.zero_point)

    @property
    def leads(self) -> npt.NDArray[np.float32]:
        """What one q means more than another that is 0, 1, …, 255 less, of shape (256,)."""
        return self._worth(np.arange(STEPS))

    def threshold(self, rho: float) -> int:
        """Return the smallest q whose confidence reaches ρ; `NEVER` (128) where none does.

        >>> Quantisation().threshold(0.69), Quantisation().threshold(0.5), Quantisation().threshold(0.9962)
        (49, 0, 128)
        """
        return LOWEST + _first_reaching(self.confidences, rho)

    def lead(self, rho: float) -> int:
        """Return the smallest difference of two q that is worth ρ, 0..255; `NO_LEAD` (256) where none is.

        >>> Quantisation().lead(0.25), Quantisation().lead(1.0)
        (64, 256)
        """
        return _first_reaching(self.leads, rho)

    def _worth(self, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return (np.float64(np.float32(self.scale)) * steps).astype(np.float32)


INT8_SOFTMAX = Quantisation()


def snapped(rho: float, worths: npt.NDArray[np.float32]) -> float:
    """Return the smallest of these increasing worths that reaches ρ, 0 at least; `inf` where none does."""
    step = _first_reaching(worths, rho)
    return math.inf if step == len(worths) else max(float(worths[step]), 0.0)


def thresholds_of(worths: npt.NDArray[np.float32]) -> FloatArray:
    """Return each ρ that makes a difference where only these worths occur, decreasing from `inf` to 0.

    Returns:
        Array of shape (2 + number of worths within 0..1,).
    """
    within = worths[(worths > 0) & (worths <= 1)]
    return np.concatenate([[math.inf], within[::-1], [0.0]]).astype(np.float64)


def _first_reaching(worths: npt.NDArray[np.float32], rho: float) -> int:
    return int(np.searchsorted(worths.astype(np.float64), rho))
