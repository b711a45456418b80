"""Saved operating points: the record of one, its JSON document, and its status today."""
