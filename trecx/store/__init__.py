"""Runs, their samples and their scores, kept in a database (SQLite unless told otherwise)."""

from trecx.store.gallery import Answers, Thumbnail
from trecx.store.profiles import OwnProfile
from trecx.store.run import Provenance, Run, baseline_among, comparable_costs
from trecx.store.sample_collections import Collected, Collection
from trecx.store.store import Store
from trecx.store.wanted import Wanted

__all__ = [
    "Answers",
    "Collected",
    "Collection",
    "OwnProfile",
    "Provenance",
    "Run",
    "Store",
    "Thumbnail",
    "Wanted",
    "baseline_among",
    "comparable_costs",
]
