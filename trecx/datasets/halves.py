"""The two halves of a sample set: on one, ρ is chosen; on the other, it is measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from trecx.datasets.splits import hash_fractions

CALIBRATION: Final = "calibration"
HELD_OUT: Final = "held-out"
HALVES = (CALIBRATION, HELD_OUT)
SPEAKER = "speaker"
_OF_A_SPEAKER = "_nohash_"  # follows the speaker in the file names of Speech Commands


@dataclass(frozen=True)
class Half:
    """One half of a sample set.

    Attributes:
        name: "calibration" or "held-out".
        seed: of the split.
    """

    name: Literal["calibration", "held-out"]
    seed: int = 0

    @property
    def calibration(self) -> "Half":
        """The calibration half of the same split."""
        return Half(CALIBRATION, self.seed)

    @property
    def title(self) -> str:
        """The half as users read it, such as "held-out half (seed 0)"."""
        return f"{self.name} half (seed {self.seed})"


@dataclass(frozen=True, eq=False)
class Split:
    """A split of a sample set into two halves.

    Attributes:
        calibration: whether each sample is in the calibration half, of shape (n_samples,).
        seed: of the split.
        kept_together: what is not split between the halves, such as "speaker"; empty: samples are split.
    """

    calibration: npt.NDArray[np.bool_]
    seed: int
    kept_together: str

    def members(self, half: Half) -> npt.NDArray[np.bool_]:
        """Return whether each sample is in a half of this split, of shape (n_samples,)."""
        return self.calibration if half.name == CALIBRATION else ~self.calibration


def split_in_halves(names: Sequence[str], labels: npt.NDArray[np.int64], seed: int = 0) -> Split:
    """Split samples into two halves, with classes in proportion and all samples of a speaker in one half.

    Within a class, a hash of seed and name orders the samples, and the calibration half has every second one.
    Where names tell the speaker (`speaker_of`), speakers are ordered instead of samples, by their most
    frequent class and their number of samples; classes are then in proportion approximately.

    Args:
        names: one per sample, distinct.
        labels: true class of each sample, of shape (n_samples,).
        seed: another seed gives another split.
    """
    speakers = _speakers(names)
    if speakers is None:
        return Split(_alternating(hash_fractions(_seeded(seed, names)), labels, None), seed, "")
    distinct, speaker = np.unique(speakers, return_inverse=True)
    first_class, sizes = _most_frequent(speaker, labels)
    hashes = hash_fractions(_seeded(seed, distinct.tolist()))
    return Split(_alternating(hashes, first_class, sizes)[speaker], seed, SPEAKER)


def speaker_of(name: str) -> str:
    """Return the speaker of a clip: the part of its file name before `_nohash_`, without an unknown word.

    For a clip of silence, which has no speaker, that is its own name.

    >>> speaker_of("yes/022cd682_nohash_1.wav"), speaker_of("_unknown_/bed_022cd682_nohash_0.wav.wav")
    ('022cd682', '022cd682')
    >>> speaker_of("_silence_/1024.wav")
    '_silence_/1024.wav'
    """
    before, found, _ = name.rpartition("/")[2].partition(_OF_A_SPEAKER)
    return before.rpartition("_")[2] if found else name


def _seeded(seed: int, names: Iterable[str]) -> list[str]:
    return [f"{seed} {name}" for name in names]


def _speakers(names: Sequence[str]) -> list[str] | None:
    """Return the speaker of each sample; None if the names tell none."""
    if not any(_OF_A_SPEAKER in name for name in names):
        return None
    return [speaker_of(name) for name in names]


def _most_frequent(
    group: npt.NDArray[np.intp], labels: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the most frequent class and the number of samples of each group, of shape (n_groups,)."""
    n_classes = int(labels.max()) + 1
    pairs, counts = np.unique(group * n_classes + labels, return_counts=True)
    groups, classes = np.divmod(pairs, n_classes)
    order = np.lexsort((classes, -counts, groups))
    _, first = np.unique(groups[order], return_index=True)
    return classes[order][first], np.bincount(group)


def _alternating(
    hashes: npt.NDArray[np.float64],
    strata: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64] | None,
) -> npt.NDArray[np.bool_]:
    """Return every second item of the order by stratum, size and hash, of shape (n_items,).

    Which of the first two items of a stratum it is depends on the hash of the first.
    """
    keys = (hashes, strata) if sizes is None else (hashes, sizes, strata)
    order = np.lexsort(keys)
    _, first, size = np.unique(strata[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(first, size)
    flipped = np.floor(hashes[order[first]] * 2**40).astype(np.int64) % 2
    chosen = np.empty(len(order), np.bool_)
    chosen[order] = (rank + np.repeat(flipped, size)) % 2 == 0
    return chosen
