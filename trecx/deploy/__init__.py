"""Staged int8 networks: converted from a trained one, cut at its exits, scored, and written as a folder."""
