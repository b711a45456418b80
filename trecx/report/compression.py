"""Compression of counts and scripts: deflate, and fewer steps of ρ if there are too many counts."""

import base64
import zlib
from collections.abc import Iterator

import numpy as np

from trecx.threshold.exit_table import FIXED_EDGES, ExitTable

FEWEST_EDGES = np.arange(257) / 256  # the confidences that differ in an int8 softmax
LEVEL = 6  # of deflate: level 9 takes ten times as long and saves one eighth


def packed(text: str) -> str:
    """Return a text compressed with deflate and encoded as base64, which needs no escaping in HTML."""
    return base64.b64encode(zlib.compress(text.encode(), LEVEL)).decode("ascii")


def ever_coarser(table: ExitTable) -> Iterator[ExitTable]:
    """Yield the table, then the same counts with fewer and fewer steps of ρ, in case the table is too large.

    Each table is exact at its edges, which always include the k/256 steps of an int8 softmax.
    """
    yield table
    for edges in (FIXED_EDGES, FEWEST_EDGES):
        if len(edges) < len(table.edges):
            yield table.with_edges(edges)
