"""Scores of a network with exits for every sample, and runs."""

from trecx.scores.exit_scores import MAX_EXITS, ExitScores, FloatArray, IntArray

__all__ = ["MAX_EXITS", "ExitScores", "FloatArray", "IntArray"]
