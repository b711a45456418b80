"""Numbers as the browser unpacks them (`numbersOf` in counts.js): a third of the bytes of a JSON list."""

import base64
from typing import Any

import numpy as np
import numpy.typing as npt


def packed_numbers(column: npt.NDArray[Any]) -> dict[str, str]:
    """Return numbers as little-endian bytes in base64, with their type.

    Args:
        column: floats (float32 stay so, others become float64), or integers of at least 0, of shape (n,).

    >>> packed_numbers(np.array([1, 2]))
    {'kind': 'uint8', 'numbers': 'AQI='}
    """
    kind = _kind_of_floats(column) if column.dtype.kind == "f" else _smallest(int(column.max(initial=0)))
    numbers = column.astype(np.dtype(kind).newbyteorder("<"))
    return {"kind": kind, "numbers": base64.b64encode(numbers.tobytes()).decode("ascii")}


def _kind_of_floats(column: npt.NDArray[Any]) -> str:
    return "float32" if column.dtype == np.float32 else "float64"


def _smallest(largest: int) -> str:
    return next((kind for kind in ("uint8", "uint16", "uint32") if largest <= np.iinfo(kind).max), "float64")
