"""The paper's tables and figures from the runs in the store, each number next to the paper's."""

from trecx.reproduction.document import Reproduction, reproduction_of
from trecx.reproduction.output import write

__all__ = ["Reproduction", "reproduction_of", "write"]
