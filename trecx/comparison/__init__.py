"""Comparison of designs: seeds, ranking, and paired differences with bootstrap intervals."""
