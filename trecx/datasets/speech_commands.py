"""The full Speech Commands archive: its splits, unknown words, and silence from background noise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trecx.datasets.kws import CLASS_FOLDERS, CLIP_FRAMES, clip_faults, read_clips, read_wave
from trecx.datasets.raw_samples import Found, LazyArray
from trecx.datasets.splits import hash_fractions
from trecx.errors import DatasetError
from trecx.progress import Progress

LISTS = {"validation": "validation_list.txt", "test": "testing_list.txt"}
NOISE_FOLDER = "_background_noise_"
NOISE_PARTS = {
    "train": (0.0, 0.8),
    "validation": (0.8, 0.9),
    "test": (0.9, 1.0),
}  # no second is in two splits
WORDS = tuple(name for name in CLASS_FOLDERS if not name.startswith("_"))
SILENCE, UNKNOWN = CLASS_FOLDERS.index("_silence_"), CLASS_FOLDERS.index("_unknown_")
FILLER_SHARE = 0.1  # clips of silence, and of unknown words, per clip of the ten words


@dataclass(frozen=True, eq=False)
class _Silence:
    """A second of background noise, multiplied by a volume of 0..1."""

    name: str
    frames: npt.NDArray[np.int16]
    volume: float


def find_commands(folder: Path, split: str, progress: Progress) -> Found:
    """Return a split with the usual twelve classes, int16 of shape (n_clips, 16000).

    Lists define the test and the validation split; the training split is the rest. For every ten clips of
    the ten words there is one of the other words and one of silence (Warden 2018, section 7.1), chosen by
    hash. The published archive gives 36,923, 4,445 and 4,890 clips.
    """
    names, faults = _members(folder, split)
    wanted = [name for name in names if _word(name) in WORDS]
    wanted.sort(key=lambda name: (WORDS.index(_word(name)), name))
    count = math.ceil(FILLER_SHARE * len(wanted))
    unknown = _some([name for name in names if _word(name) not in WORDS], count)
    faults += [] if wanted else [f"no clip of the ten words in the {split} set"]
    faults += (
        [] if len(unknown) == count else [f"{len(unknown)} clips of other words, but {count} are needed"]
    )
    silences, noise_faults = _silences(folder, split, count)
    faults += noise_faults + clip_faults(folder, wanted + unknown, progress)
    labels = [WORDS.index(_word(name)) for name in wanted] + [SILENCE] * len(silences)
    items: list[Path | _Silence] = [*(folder / name for name in wanted), *silences]
    items += [folder / name for name in unknown]
    return Found(
        [*wanted, *(silence.name for silence in silences), *unknown],
        labels + [UNKNOWN] * len(unknown),
        faults,
        LazyArray(items, _read),
    )


def read_noise(folder: Path, split: str) -> dict[str, npt.NDArray[np.int16]]:
    """Return the part of each background noise for a split, by file name: int16 of shape (n_frames,), 16 kHz.

    Raises:
        DatasetError: there is none, or one is damaged or too short for some split.
    """
    files = sorted((folder / NOISE_FOLDER).glob("*.wav"))
    if not files:
        raise DatasetError(f"{NOISE_FOLDER}/: contains no .wav file to cut silence from")
    return {file.name: _noise_part(file, split) for file in files}


def _noise_part(file: Path, split: str) -> npt.NDArray[np.int16]:
    try:
        frames = read_wave(file)
    except DatasetError as error:
        raise DatasetError(f"{NOISE_FOLDER}/{file.name}: {error}") from error
    first, last = (round(edge * len(frames)) for edge in NOISE_PARTS[split])
    if last - first < CLIP_FRAMES:
        raise DatasetError(f"{NOISE_FOLDER}/{file.name}: less than a second is left for the {split} set")
    return frames[first:last]


def _members(folder: Path, split: str) -> tuple[list[str], list[str]]:
    """The names of a split's clips, and the faults in the lists."""
    listed: dict[str, set[str]] = {}
    faults = []
    for part, file in LISTS.items():
        try:
            listed[part] = set((folder / file).read_text(encoding="utf-8").split())
        except (OSError, UnicodeDecodeError) as error:
            return [], [f"{file}: cannot be read ({error})"]
    there = {
        clip.relative_to(folder).as_posix() for clip in folder.glob("[!_]*/*.wav")
    }  # a folder that starts with _ is not a word
    for part, file in LISTS.items():
        faults += [
            f"{name}: is listed in {file}, but the file is missing" for name in sorted(listed[part] - there)
        ]
    faults += [f"{name}: is in both lists" for name in sorted(listed["validation"] & listed["test"])]
    chosen = listed[split] if split in listed else there - listed["validation"] - listed["test"]
    return sorted(chosen & there), faults


def _word(name: str) -> str:
    return name.partition("/")[0]


def _some(names: Sequence[str], count: int) -> list[str]:
    chosen = np.argsort(hash_fractions(names), kind="stable")[:count]
    return sorted(names[position] for position in chosen)


def _silences(folder: Path, split: str, count: int) -> tuple[list[_Silence], list[str]]:
    try:
        noise = list(read_noise(folder, split).items())
    except DatasetError as error:
        return [], [str(error)]
    which, start, volume = (
        hash_fractions([f"{split} {what} {number}" for number in range(count)])
        for what in ("file", "start", "volume")
    )
    silences = []
    for number in range(count):
        file, frames = noise[int(which[number] * len(noise))]
        first = int(start[number] * (len(frames) - CLIP_FRAMES + 1))
        name = f"_silence_/{number:04d} {file} from {first} at {volume[number]:.3f}"
        silences.append(_Silence(name, frames[first : first + CLIP_FRAMES], float(volume[number])))
    return silences, []


def _read(items: Sequence[Path | _Silence]) -> npt.NDArray[np.int16]:
    clips = np.zeros((len(items), CLIP_FRAMES), np.int16)
    for clip, item in zip(clips, items, strict=True):
        clip[:] = read_clips([item])[0] if isinstance(item, Path) else item.frames * item.volume
    return clips
