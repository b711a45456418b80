"""Labelled samples of a task, every one checked before the first is used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trecx.datasets.layouts import Layout, find_layout
from trecx.datasets.raw_samples import ChosenArray, RawArray, RawSamples
from trecx.datasets.task_file import CustomTask
from trecx.datasets.tasks import find_task
from trecx.errors import DatasetError
from trecx.progress import Progress, silent

FAULTS_NAMED = 5


@dataclass(frozen=True, eq=False)
class SampleSet:
    """One split of a dataset.

    Attributes:
        task: the task's name.
        dataset: title of the dataset.
        split: "train", "validation" or "test".
        class_names: one name per class.
        names: one name per sample: if it has a file of its own, the path below `folder`, with forward
            slashes.
        labels: true class of each sample, int64 of shape (n_samples,).
        raw: the samples, in memory or decoded when indexed. kws: int16 of shape (n_samples, 16000);
            ic, vww, digits: uint8 of shape (n_samples, 32, 32, 3), (…, 96, 96, 3), (…, 8, 8, 1).
        folder: folder of the samples; None if they are part of a Python package.
        own: the custom task; None for a task of the paper.
    """

    task: str
    dataset: str
    split: str
    class_names: tuple[str, ...]
    names: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    raw: RawArray
    folder: Path | None = None
    own: CustomTask | None = None

    def batches(self, size: int) -> Iterator[RawSamples]:
        """Yield all samples in order, `size` at a time (the last batch may be smaller).

        Raises:
            ValueError: `size` is less than 1.
            DatasetError: a sample changed after the check.
        """
        if size < 1:
            raise ValueError(f"size must be at least 1, got {size}")
        for start in range(0, len(self.names), size):
            yield self.raw[start : start + size]

    def part(self, positions: npt.NDArray[np.intp], split: str, dataset: str | None = None) -> "SampleSet":
        """Return some of the samples as a new split; its dataset may have another title."""
        return replace(
            self,
            dataset=dataset or self.dataset,
            split=split,
            names=tuple(self.names[position] for position in positions),
            labels=self.labels[positions],
            raw=ChosenArray(self.raw, positions),
        )


def open_samples(
    task: str, folder: Path | None = None, progress: Progress = silent, *, split: str = "test"
) -> SampleSet:
    """Return a published split of the samples in `folder`, by default the one that `fetch_dataset` fills.

    Raises:
        UnknownNameError: there is no such task.
        DatasetError: the folder or the split is missing, or samples are missing or damaged; the message
            names them.
    """
    return open_split(find_layout(task, folder), task, split, progress)


def open_split(layout: Layout, task: str, split: str, progress: Progress = silent) -> SampleSet:
    """Return a split of the samples in a layout.

    Raises:
        DatasetError: as for `open_samples`.
    """
    if split not in layout.splits:
        known = ", ".join(layout.splits)
        raise DatasetError(f"{layout.title} has no split {split!r}; choose one of: {known}")
    names, labels, faults, raw = layout.splits[split](progress)
    promised = layout.n_samples.get(split, len(names))
    if not faults and len(names) != promised:
        faults = [f"{len(names):,} samples instead of the {promised:,} of {layout.title}"]
    if not faults and layout.source and layout.folder:
        faults = layout.source.wrong_files(layout.folder)
    if faults:
        raise DatasetError(damage_report(layout.folder, faults, layout.remedy))
    return SampleSet(
        task=task,
        dataset=layout.title_of(split),
        split=split,
        class_names=find_task(task).class_names,
        names=tuple(names),
        labels=np.array(labels, np.int64),
        raw=raw,
        folder=layout.folder,
    )


def damage_report(place: Path | None, faults: Sequence[str], remedy: str) -> str:
    """Return a message with the number of faults, the first of them, and what to do."""
    named = [f"  {fault}" for fault in faults[:FAULTS_NAMED]]
    if len(faults) > FAULTS_NAMED:
        named.append(f"  and {len(faults) - FAULTS_NAMED} more")
    count = "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"
    return "\n".join(
        (f"{count} in {place}, so nothing was read:", *named, f"{remedy[0].upper()}{remedy[1:]}.")
    )
