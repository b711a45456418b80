"""Runs, their samples and their scores in a database (SQLite by default)."""

from trecx.scores.run import Provenance, Run, baseline_among, comparable_costs
from trecx.store.device_profiles import CustomProfile
from trecx.store.gallery import Answers, Thumbnail
from trecx.store.sample_collections import Collected, Collection
from trecx.store.sample_filter import SampleFilter
from trecx.store.store import Store

__all__ = [
    "Answers",
    "Collected",
    "Collection",
    "CustomProfile",
    "Provenance",
    "Run",
    "SampleFilter",
    "Store",
    "Thumbnail",
    "baseline_among",
    "comparable_costs",
]
