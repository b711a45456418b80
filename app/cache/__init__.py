"""All caches of the dashboard, keyed by names, ids and dates, never by arrays."""

from app.cache.choices import (
    calibration_context,
    calibration_counts,
    guaranteed_choice,
    guaranteed_thresholds,
    promises_today,
    simulations,
    threshold_interval,
    thresholds_per_exit,
)
from app.cache.console import console_data, control_data, per_exit_front, vectors
from app.cache.runs import (
    differences,
    example_file,
    exit_scores,
    exit_table,
    joint_counts,
    paired,
    paired_counts,
    reached_by_criterion,
    scaling,
    split_of,
    store,
    trust,
)

__all__ = [
    "calibration_context",
    "calibration_counts",
    "console_data",
    "control_data",
    "differences",
    "example_file",
    "exit_scores",
    "exit_table",
    "guaranteed_choice",
    "guaranteed_thresholds",
    "joint_counts",
    "paired",
    "paired_counts",
    "per_exit_front",
    "promises_today",
    "reached_by_criterion",
    "scaling",
    "simulations",
    "split_of",
    "store",
    "threshold_interval",
    "thresholds_per_exit",
    "trust",
    "vectors",
]
