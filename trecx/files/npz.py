"""Arrays out of an .npz file: their sizes are checked before they are read, and nothing is ever executed."""

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
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of others, zipfile unpacks any amount at once
_LAST_CHARACTER, _SURROGATES = 0x10FFFF, (0xD800, 0xDFFF)


def read_npz(file: IO[bytes], names: Sequence[str], max_bytes: int) -> Mapping[str, Array]:
    """Return those of the named arrays that are there; whatever else is in the file is left alone.

    Args:
        file: opened for reading.
        names: of the arrays.
        max_bytes: how much they may unpack to, together.

    Raises:
        ValueError: it is no .npz file, holds none of these, is damaged, holds Python objects, or unpacks to
            too much; the text says which.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            there = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
            wanted = {name: there[name] for name in names if name in there}
            if not wanted:
                raise ValueError(f"holds none of the arrays {', '.join(names)}, but {list(there)[:12]}")
            declared = sum(entry.file_size for entry in wanted.values())
            if declared > max_bytes:
                raise ValueError(
                    f"unpacks to {declared / 1024**2:,.0f} MB, and at most {max_bytes / 1024**2:,.0f} MB are "
                    "taken in; nothing of it was read"
                )
            return {name: _read(archive, entry, name) for name, entry in wanted.items()}
    except _DAMAGE as error:
        raise ValueError(f"damaged, or no .npz file ({error})") from error


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Array:
    if entry.compress_type not in _PACKINGS:
        raise ValueError(f"{name} is packed in a way that NumPy never takes; write it with np.savez")
    with archive.open(entry) as file:
        _check_header(file, entry.file_size, name)
    with archive.open(entry) as file:
        array: Array = np.lib.format.read_array(file, allow_pickle=False)
        file.read(1)  # at the end the checksum is held against what was read
    if array.dtype.kind == "U":
        _check_characters(array, name)
    return np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array


def _check_header(file: IO[bytes], size: int, name: str) -> None:
    """Hold what the header promises against the bytes that are there, before memory is taken for it."""
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"{name} is of the unknown version {version}")
    try:
        shape, _, dtype = _HEADERS[version](file)
    except Exception as error:  # Python's parser has many words for a damaged header
        raise ValueError(f"{name} has a header that cannot be read ({error})") from error
    if dtype.hasobject:
        raise ValueError(
            f"{name} holds Python objects, which are never unpacked; save plain numbers or texts"
        )
    promised, there = math.prod(shape) * dtype.itemsize, size - file.tell()
    if promised != there:
        raise ValueError(f"{name} promises {promised:,} bytes and holds {there:,}")
    if not all(0 <= side <= promised for side in shape):  # nothing, a billion times
        raise ValueError(f"{name} has the shape {shape}, and no bytes for that")


def _check_characters(texts: Array, name: str) -> None:
    codes = np.ascontiguousarray(texts).view(np.dtype(np.uint32).newbyteorder(texts.dtype.byteorder))
    if ((codes > _LAST_CHARACTER) | ((codes >= _SURROGATES[0]) & (codes <= _SURROGATES[1]))).any():
        raise ValueError(f"{name} holds numbers that are no characters")
