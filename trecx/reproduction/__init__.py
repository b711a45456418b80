"""Reproduction of the paper's tables and figures from the store, compared with the paper's numbers."""

from trecx.reproduction.document import Reproduction, reproduction_of
from trecx.reproduction.output import write

__all__ = ["Reproduction", "reproduction_of", "write"]
