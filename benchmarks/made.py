"""Realistic synthetic scores of any number of samples."""

from functools import lru_cache

import numpy as np

from trecx.datasets.tasks import TASKS
from trecx.scores import ExitScores
from trecx.scores.sample_blocks import blocks

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
CLASS_NAMES = TASKS["kws"].class_names
RIGHT = (0.88, 0.92)  # accuracy at the first exit and at the final one


@lru_cache(maxsize=1)
def made_scores(n_samples: int, n_exits: int = 2) -> ExitScores:
    """Return synthetic scores of keyword spotting, with higher confidence for correct predictions."""
    random = np.random.default_rng(n_samples + n_exits)
    labels = random.integers(0, len(CLASS_NAMES), n_samples)
    predictions = np.empty((n_samples, n_exits), np.int64)
    confidence = np.empty((n_samples, n_exits), np.float32)
    for part in blocks(n_samples):
        shape = (part.stop - part.start, n_exits)
        right = random.random(shape) < np.linspace(*RIGHT, n_exits)
        predictions[part] = np.where(right, labels[part, None], random.integers(0, len(CLASS_NAMES), shape))
        chance = random.random(shape, np.float32)
        confidence[part] = 1 - np.where(right, 0.7 * chance**6, 0.8 * chance**1.5)
    return ExitScores(
        labels,
        1_000_000 * (1 + np.arange(n_exits)),
        predictions=predictions,
        confidence=confidence,
        class_names=CLASS_NAMES,
    )
