"""Counts and scripts made small: deflated, and fewer steps of ρ where there are too many counts."""

import base64
import zlib
from collections.abc import Iterator

import numpy as np

from trecx.threshold.exit_table import FIXED_EDGES, ExitTable

FEWEST_EDGES = np.arange(257) / 256  # what an int8 softmax can tell apart
LEVEL = 6  # of deflating: 9 takes ten times as long for an eighth less


def packed(text: str) -> str:
    """Return a text deflated, in base64: no character of it means anything in HTML."""
    return base64.b64encode(zlib.compress(text.encode(), LEVEL)).decode("ascii")


def ever_coarser(table: ExitTable) -> Iterator[ExitTable]:
    """Yield the table, then, for where it takes too much room, the same counts in ever fewer steps of ρ.

    Each is exact at its edges, which always hold the k/256 steps of an int8 softmax.
    """
    yield table
    for edges in (FIXED_EDGES, FEWEST_EDGES):
        if len(edges) < len(table.edges):
            yield table.with_edges(edges)
