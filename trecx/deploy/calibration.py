"""The samples that set the scales of an int8 network: training samples where there are any."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trecx.datasets.samples import SampleSet
from trecx.datasets.splits import hold_back
from trecx.datasets.training_sets import open_training
from trecx.errors import DatasetError
from trecx.progress import Progress, silent
from trecx.scores.deployment import Calibration


@dataclass(frozen=True)
class CalibrationChoice:
    """How calibration samples are chosen.

    Attributes:
        n_samples: how many; all, if there are fewer.
        seed: another seed gives another choice.
    """

    n_samples: int = 200
    seed: int = 0


@dataclass(frozen=True, eq=False)
class CalibrationSamples:
    """The chosen samples, and the record of the choice."""

    samples: SampleSet
    record: Calibration


def choose_calibration(source: SampleSet, tested: SampleSet, choice: CalibrationChoice) -> CalibrationSamples:
    """Choose samples for calibration, every class in proportion; hashes of their names and the seed decide.

    Args:
        source: the samples to choose from (`calibration_source`).
        tested: the samples that accuracy is reported on.
        choice: how many, and the seed.

    Raises:
        ValueError: fewer than one is to be chosen.
    """
    if choice.n_samples < 1:
        raise ValueError(f"n_samples must be at least 1, got {choice.n_samples}")
    keys = [f"{choice.seed}/{name}" for name in source.names]
    _, chosen = hold_back(keys, source.labels, min(choice.n_samples, len(keys)))
    samples = source.part(chosen, source.split)
    scored = _same_samples(samples, tested)
    record = Calibration(len(chosen), source.dataset, source.split, choice.seed, scored)
    return CalibrationSamples(samples, record)


def calibration_source(
    tested: SampleSet,
    training: Mapping[str, Any] | None = None,
    own: SampleSet | None = None,
    folder: Path | None = None,
    progress: Progress = silent,
) -> SampleSet:
    """Return the samples to choose from: the user's own, else the training split, else the tested samples.

    Args:
        tested: the samples that accuracy is reported on.
        training: the training settings, if the network was trained here.
        own: samples that the user gives for calibration.
        folder: the folder of the samples, if it is not the one that `fetch_dataset` fills.
        progress: called while samples are checked.
    """
    if own is not None or tested.own is not None:
        return own if own is not None else tested
    try:
        source = open_training(tested.task, folder or (tested.folder if training else None), progress)
    except DatasetError:  # only a test set is at hand
        return tested
    return tested if _same_samples(source.train, tested) else source.train


def _same_samples(some: SampleSet, tested: SampleSet) -> bool:
    """Whether samples are among the tested ones: names are unique within a task's data, not across splits."""
    if not set(some.names) & set(tested.names):
        return False
    if some.split == tested.split and some.dataset == tested.dataset:
        return True
    place = {name: number for number, name in enumerate(tested.names)}
    common = [(k, place[name]) for k, name in enumerate(some.names) if name in place]
    return any(np.array_equal(some.raw[k : k + 1], tested.raw[j : j + 1]) for k, j in common)
