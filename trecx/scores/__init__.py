"""What a network with exits answered for every sample, and what a run is."""

from trecx.scores.exit_scores import MAX_EXITS, SUM_TOLERANCE, ExitScores, FloatArray, IntArray

__all__ = ["MAX_EXITS", "SUM_TOLERANCE", "ExitScores", "FloatArray", "IntArray"]
