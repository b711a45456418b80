"""Converts scores and ρ to float32."""

import numpy as np
import numpy.typing as npt

_UPWARD = np.float32(np.inf)


def as_float32(values: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return values as float32 of the same shape, without a copy; too large ones become `inf`.

    >>> as_float32([0.5, 1e300]).tolist()
    [0.5, inf]
    """
    with np.errstate(over="ignore"):
        return np.asarray(values).astype(np.float32, copy=False)


def not_below(values: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return the smallest float32 that is not below each value, of the same shape; never −0.

    So `confidence >= ρ`, for a float32 and any ρ, is `confidence >= not_below(ρ)` in float32.

    >>> [bool(not_below(value) >= value) for value in (0.1, 0.69, 1 / 3)]
    [True, True, True]
    """
    exact = np.asarray(values, np.float64)
    near = exact.astype(np.float32)
    above: npt.NDArray[np.float32] = np.where(near < exact, np.nextafter(near, _UPWARD), near) + np.float32(0)
    return above
