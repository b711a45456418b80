"""Sets of samples for training, validation and test, without common samples."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trecx.datasets.halves import speaker_of
from trecx.datasets.layouts import Layout, find_layout
from trecx.datasets.samples import SampleSet, open_split
from trecx.datasets.sources import load_sources
from trecx.datasets.speech_commands import NOISE_FOLDER, read_noise
from trecx.datasets.splits import hold_back, split_by_key
from trecx.errors import DatasetError
from trecx.files import paths
from trecx.progress import Progress, silent

SMALL_KWS_TITLE = "Speech Commands v0.02 test set, split by speaker (kws small data)"
SMALL_KWS_SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}
_NO_DOWNLOAD = "there is no download to train on; give a folder with JPEG images in person/ and non_person/"


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Samples to train a network of one task.

    Attributes:
        train: to train on.
        validation: for choices during training; may be empty.
        test: for results only, never for choices.
        noise: background noise to add to waveforms during training, int16 of shape (n_frames,), 16 kHz;
            empty if the dataset has none.
    """

    train: SampleSet
    validation: SampleSet
    test: SampleSet
    noise: npt.NDArray[np.int16]

    @property
    def task(self) -> str:
        """The task's name."""
        return self.train.task

    @property
    def dataset(self) -> str:
        """Title of the dataset."""
        return self.train.dataset

    @property
    def class_names(self) -> tuple[str, ...]:
        """One name per class."""
        return self.train.class_names

    @property
    def sha256(self) -> str:
        """Hash of dataset, names and labels of each split: equal if training used the same samples."""
        parts = (self.train, self.validation, self.test)
        content = [(part.dataset, part.split, part.names, part.labels.tolist()) for part in parts]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def open_training(
    task: str,
    folder: Path | None = None,
    progress: Progress = silent,
    *,
    validation_share: float = 0.0,
) -> TrainingData:
    """Return the sets to train `task` on, from `folder`, by default the one that `fetch_dataset` fills.

    kws: the full archive has its own splits; the test set (the default) is split by speaker.
    ic: the original archive if it is downloaded, else the JPEG copy.
    vww: a folder with person/ and non_person/, for which there is no download.

    Args:
        task: the task's name.
        folder: the folder of the samples.
        progress: called while samples are checked.
        validation_share: of the training split, 0..1, to hold back for validation, every class in
            proportion; for datasets without a validation split of their own (ic, digits).

    Raises:
        UnknownNameError: there is no such task.
        DatasetError: there are no samples to train on, or samples are missing or damaged.
        ValueError: `validation_share` is out of range, or the dataset has a validation split.
    """
    if not 0 <= validation_share < 1:
        raise ValueError(f"validation_share must be in [0, 1), got {validation_share}")
    layout = find_layout(task, folder, to_train=True)
    own_validation = "train" not in layout.splits or "validation" in layout.splits
    if validation_share and own_validation:
        raise ValueError(f"validation_share must be 0 for {layout.title}, which has a validation split")
    if "train" not in layout.splits:
        return _split_by_speaker(task, layout, progress)
    train, test = (open_split(layout, task, split, progress) for split in ("train", "test"))
    if own_validation:
        validation = open_split(layout, task, "validation", progress)
    else:
        train, validation = _hold_back(train, validation_share)
    return TrainingData(train, validation, test, _training_noise(layout.folder))


def _split_by_speaker(task: str, layout: Layout, progress: Progress) -> TrainingData:
    if task != "kws":
        sources = load_sources()
        source = sources.to_train_on(task, paths.DOWNLOADS)
        remedy = f"run `{sources.fetch_command(source)}`" if source else _NO_DOWNLOAD
        raise DatasetError(f"{layout.title} is only a test set, so {task} cannot be trained on it; {remedy}")
    whole = open_split(layout, task, "test", progress)
    speakers = [speaker_of(name) for name in whole.names]
    parts = split_by_key(speakers, tuple(SMALL_KWS_SHARES.values()))
    named = dict(zip(SMALL_KWS_SHARES, parts, strict=True))
    splits = {split: whole.part(positions, split, SMALL_KWS_TITLE) for split, positions in named.items()}
    return TrainingData(**splits, noise=_training_noise(whole.folder))


def _hold_back(train: SampleSet, share: float) -> tuple[SampleSet, SampleSet]:
    kept, held_back = hold_back(train.names, train.labels, round(share * len(train.names)))
    validation = train.part(held_back, "validation")
    return (train.part(kept, "train") if share else train), validation


def _training_noise(folder: Path | None) -> npt.NDArray[np.int16]:
    if folder is None or not (folder / NOISE_FOLDER).is_dir():
        return np.zeros(0, np.int16)
    return np.concatenate(list(read_noise(folder, "train").values()))
