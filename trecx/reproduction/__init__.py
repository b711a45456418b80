"""The paper's tables and figures from the store alone, each number beside the paper's."""

from trecx.reproduction.document import Reproduction, reproduction_of
from trecx.reproduction.output import write

__all__ = ["Reproduction", "reproduction_of", "write"]
