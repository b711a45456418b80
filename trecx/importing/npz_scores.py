"""Scores in a .npz file."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from trecx.errors import ScoresError
from trecx.files.npz import read_npz
from trecx.importing.file_content import MAX_UNPACKED_BYTES

TRACE = ("predictions", "confidence")
ARRAYS = (
    *("labels", "probabilities", *TRACE, "exit_flops"),
    *("class_names", "sample_names", "energy_uj", "latency_ms"),
)


def read_arrays(content: bytes) -> Mapping[str, np.ndarray[Any, Any]]:
    """Return the known arrays of an .npz file by name, of any shape; other content is ignored.

    Raises:
        ScoresError: it is not an .npz file of plain arrays, is damaged, or is too large.
    """
    try:
        arrays = read_npz(io.BytesIO(content), ARRAYS, MAX_UNPACKED_BYTES)
    except ValueError as error:
        raise ScoresError(f"not an .npz file that can be imported: {error}") from error
    if "labels" not in arrays or not ("probabilities" in arrays or set(TRACE) <= set(arrays)):
        raise ScoresError(
            f"the file needs the arrays labels and probabilities (or {' and '.join(TRACE)}), but has "
            f"{list(arrays)}"
        )
    return arrays
