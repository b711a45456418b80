"""Texts in Arrow arrays, without a Python string of each."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trecx.importing.file_content import check_unpacked
from trecx.scores.names import PackedNames


def packed_texts(cells: pa.Array) -> PackedNames:
    """Return the texts of an array without empty cells; of numbers, their texts in Python.

    Raises:
        ScoresError: a text that the array holds once, but many cells refer to, would take too much memory.
    """
    if pa.types.is_dictionary(cells.type):
        cells = _without_dictionary(cells)
    if not is_text(cells.type):
        return PackedNames.of([str(value) for value in cells.to_pandas().tolist()])
    large = cells.cast(pa.large_string())
    _, positions, text = large.buffers()
    bounds = np.frombuffer(positions, np.int64, len(large) + 1, 8 * large.offset)
    content = np.frombuffer(text or b"", np.uint8)[bounds[0] : bounds[-1]]
    return PackedNames(content, bounds[1:] - bounds[0])


def is_text(kind: pa.DataType) -> bool:
    """Whether cells of an Arrow type are texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def value_type(kind: pa.DataType) -> Any:
    """Return the type of the values of a column, which may refer to a dictionary of these."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _without_dictionary(cells: pa.DictionaryArray) -> pa.Array:
    if is_text(cells.type.value_type):
        lengths = pc.binary_length(cells.dictionary).cast(pa.int64()).take(cells.indices)
        check_unpacked(pc.sum(lengths).as_py() or 0)
    return cells.dictionary_decode()
