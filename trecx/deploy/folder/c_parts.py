"""Parts of generated C: files with a guard, and arrays of bytes."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from trecx.exporting.c_text import comment_block

BYTES_A_LINE = 16


def header(
    guard: str, about: Iterable[tuple[str, str]], includes: Iterable[str], parts: Iterable[str]
) -> str:
    """Return a header file.

    Args:
        guard: the macro that lets it be included once.
        about: labels and texts of the comment at its top.
        includes: files to include, with their quotes or brackets.
        parts: what it declares.
    """
    return "\n\n".join(
        [
            comment_block(about),
            f"#ifndef {guard}\n#define {guard}",
            "\n".join(f"#include {name}" for name in includes),
            *parts,
            "#endif\n",
        ]
    )


def byte_list(values: bytes | npt.NDArray[np.int8], indent: str = "    ") -> str:
    """Return bytes, or int8 values of shape (n,), as the lines of an array's initializer."""
    numbers = list(values) if isinstance(values, bytes) else values.tolist()
    starts = range(0, len(numbers), BYTES_A_LINE)
    lines = (", ".join(map(str, numbers[start : start + BYTES_A_LINE])) for start in starts)
    return ",\n".join(indent + line for line in lines)
