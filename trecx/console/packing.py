"""Numbers as the browser unpacks them (`numbersOf` in counts.js): a third of the bytes of a JSON list."""

import base64
from typing import Any

import numpy as np
import numpy.typing as npt


def packed_numbers(column: npt.NDArray[Any]) -> dict[str, str]:
    """Return numbers as little-endian bytes in base64, with their type.

    Args:
        column: floats, or integers of at least 0, of shape (n,).

    >>> packed_numbers(np.array([1, 2]))
    {'kind': 'uint8', 'numbers': 'AQI='}
    """
    kind = "float64" if column.dtype.kind == "f" else _smallest(int(column.max(initial=0)))
    numbers = column.astype(np.dtype(kind).newbyteorder("<"))
    return {"kind": kind, "numbers": base64.b64encode(numbers.tobytes()).decode("ascii")}


def _smallest(largest: int) -> str:
    return next((kind for kind in ("uint8", "uint16", "uint32") if largest <= np.iinfo(kind).max), "float64")
