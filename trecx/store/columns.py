"""Compressed little-endian columns, as scores and names lie in the database (docs/store.md)."""

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SAMPLES_A_BLOCK = 65_536
_CODEC = ("zstd", 1)  # higher levels make a softmax 2 % smaller, and take much longer
Column = npt.NDArray[Any]


class DamageError(Exception):
    """What is read from the database is not what was written; the text says what is damaged."""


def packed(values: Column) -> bytes:
    """Return values as a column: byte 1 of every value, then byte 2 of every value, …, compressed (zstd).

    Args:
        values: numbers of any shape; the column holds them in C order, little-endian.
    """
    flat = np.ascontiguousarray(values).reshape(-1)
    by_value = flat.astype(flat.dtype.newbyteorder("<"), copy=False).view(np.uint8)
    planes = np.ascontiguousarray(by_value.reshape(-1, flat.dtype.itemsize).T)
    name, level = _CODEC
    content: bytes = pa.Codec(name, compression_level=level).compress(planes.tobytes(), asbytes=True)
    return content


def unpacked(content: bytes, dtype: str, n_values: int) -> Column:
    """Return the values of a column, of shape (n_values,).

    Args:
        content: made by `packed`.
        dtype: of the values, such as `<f4`.
        n_values: how many.

    Raises:
        ValueError: the content is no such column.
    """
    kind = np.dtype(dtype)
    size = kind.itemsize
    try:
        planes = pa.Codec(_CODEC[0]).decompress(content, n_values * size, asbytes=True)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"not a column of {n_values} values ({error})") from error
    by_byte = np.frombuffer(planes, np.uint8).reshape(size, n_values)
    if size == 1:
        values: Column = by_byte[0].view(kind)
        return values
    bits: Column = by_byte[-1].astype(np.dtype(f"u{size}"))
    for plane in by_byte[-2::-1]:
        bits <<= 8
        bits |= plane
    values = bits.view(kind.newbyteorder("="))
    return values


def dtype_for(largest: int) -> str:
    """Return the smallest unsigned type for numbers from 0 to `largest`.

    >>> dtype_for(255), dtype_for(256)
    ('|u1', '<u2')
    """
    return np.min_scalar_type(largest).newbyteorder("<").str


def checksum(content: bytes, *key: object) -> int:
    """Return the CRC-32 of a column and of where it belongs, so that one in a wrong place is noticed too.

    >>> checksum(b"", "labels", 0) != checksum(b"", "labels", 1)
    True
    """
    return zlib.crc32(content, zlib.crc32("/".join(map(str, key)).encode()))


def row_checksum(values: Mapping[str, Any]) -> int:
    """Return the CRC-32 of the values of a row, by name of their column."""
    text = json.dumps(dict(values), sort_keys=True, default=_written)
    return zlib.crc32(text.encode())


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)


def read_json(text: str) -> Any:
    """Return what is in a JSON column.

    Raises:
        DamageError: it is no JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise DamageError(f"a JSON text is damaged ({error})") from error
