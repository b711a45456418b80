"""Reads arrays from .npz and .npy files: sizes are checked first, and nothing is ever executed."""

import math
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import IO, Any

import numpy as np

Array = np.ndarray[Any, Any]
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_DAMAGE = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, struct.error)
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # other methods are uncompressed without a limit
_LAST_CHARACTER, _SURROGATES = 0x10FFFF, (0xD800, 0xDFFF)


def read_npz(file: IO[bytes], names: Sequence[str], max_bytes: int) -> Mapping[str, Array]:
    """Return those of the named arrays that the file has; other content is ignored.

    Args:
        file: opened for reading.
        names: of the arrays.
        max_bytes: limit for their total uncompressed size.

    Raises:
        ValueError: it is not an .npz file, has none of these arrays, is damaged, contains Python objects, or
            is too large; the text says which.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            there = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
            wanted = {name: there[name] for name in names if name in there}
            if not wanted:
                raise ValueError(f"it has none of the arrays {', '.join(names)}, but {list(there)[:12]}")
            declared = sum(entry.file_size for entry in wanted.values())
            if declared > max_bytes:
                raise ValueError(
                    f"it is too large uncompressed ({declared / 1024**2:,.0f} MB; limit "
                    f"{max_bytes / 1024**2:,.0f} MB), so it was not read"
                )
            return {name: _read(archive, entry, name) for name, entry in wanted.items()}
    except _DAMAGE as error:
        raise ValueError(f"damaged, or not an .npz file ({error})") from error


def read_npy(file: IO[bytes], name: str, n_bytes: int, max_bytes: int) -> Array:
    """Return the array of an .npy file.

    Args:
        file: opened for reading, at its start.
        name: of the file, for messages.
        n_bytes: its size.
        max_bytes: limit for it.

    Raises:
        ValueError: it is no such file, is damaged, contains Python objects, or is too large.
    """
    if n_bytes > max_bytes:
        raise ValueError(f"{name} is too large ({n_bytes:,} bytes; limit {max_bytes:,})")
    try:
        _check_header(file, n_bytes, name)
        file.seek(0)
        return _checked(np.lib.format.read_array(file, allow_pickle=False), name)
    except _DAMAGE as error:
        raise ValueError(f"{name} is damaged, or not an .npy file ({error})") from error


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Array:
    if entry.compress_type not in _PACKINGS:
        raise ValueError(f"{name} has a compression that NumPy does not use; write it with np.savez")
    with archive.open(entry) as file:
        _check_header(file, entry.file_size, name)
    with archive.open(entry) as file:
        array: Array = np.lib.format.read_array(file, allow_pickle=False)
        file.read(1)  # the checksum is verified at the end of the file
    return _checked(array, name)


def _checked(array: Array, name: str) -> Array:
    if array.dtype.kind == "U":
        _check_characters(array, name)
    return np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array


def _check_header(file: IO[bytes], size: int, name: str) -> None:
    """Compare the size in the header with the size of the file, before memory is allocated."""
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"{name} has the unknown format version {version}")
    try:
        shape, _, dtype = _HEADERS[version](file)
    except Exception as error:  # Python's parser raises almost any error for a damaged header
        raise ValueError(f"{name} has a header that cannot be read ({error})") from error
    if dtype.hasobject:
        raise ValueError(f"{name} contains Python objects, which are never loaded; save numbers or strings")
    if not all(type(side) is int for side in shape):  # True is a number, too, but not for NumPy's reader
        raise ValueError(f"{name} has the shape {shape}, which is not made of whole numbers")
    promised, there = math.prod(shape) * dtype.itemsize, size - file.tell()
    if promised != there:
        raise ValueError(f"{name} declares {promised:,} bytes but has {there:,}")
    if not all(0 <= side <= promised for side in shape):  # empty, but with a billion rows
        raise ValueError(f"{name} has the shape {shape}, which does not match its size")


def _check_characters(texts: Array, name: str) -> None:
    codes = np.ascontiguousarray(texts).view(np.dtype(np.uint32).newbyteorder(texts.dtype.byteorder))
    if ((codes > _LAST_CHARACTER) | ((codes >= _SURROGATES[0]) & (codes <= _SURROGATES[1]))).any():
        raise ValueError(f"{name} contains code points that are not characters")
