"""Speech Commands clips: the list of clips, a check of each, and their samples."""

import os
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trecx.datasets.class_folders import list_class_folders
from trecx.datasets.raw_samples import Found, LazyArray
from trecx.datasets.tasks import TASKS
from trecx.errors import DatasetError
from trecx.progress import Progress

RATE_HZ = 16_000
CLIP_FRAMES = 16_000  # one second
CLASS_FOLDERS = tuple(
    f"_{name}_" if name in ("silence", "unknown") else name for name in TASKS["kws"].class_names
)


def find_clips(folder: Path, progress: Progress) -> Found:
    """Return the clips of a folder with one folder per class, int16 of shape (n_clips, 16000)."""
    names, labels, faults = list_class_folders(folder, CLASS_FOLDERS, "clip")
    faults += clip_faults(folder, names, progress)
    return Found(names, labels, faults, LazyArray([folder / name for name in names], read_clips))


def read_clips(paths: Sequence[Path]) -> npt.NDArray[np.int16]:
    """Return clips as int16 of shape (n_clips, 16000), padded with zeros or truncated at the end.

    Raises:
        DatasetError: a clip changed after the check.
    """
    clips = np.zeros((len(paths), CLIP_FRAMES), np.int16)
    for clip, path in zip(clips, paths, strict=True):
        try:
            frames = read_wave(path)[:CLIP_FRAMES]
        except DatasetError as error:
            raise DatasetError(f"{path} changed while it was in use: {error}; download it again") from error
        clip[: len(frames)] = frames
    return clips


def clip_faults(folder: Path, names: Sequence[str], progress: Progress) -> list[str]:
    """Return a message for each damaged clip."""
    faults = []
    for done, name in enumerate(names, start=1):
        try:
            read_wave(folder / name)
        except DatasetError as error:
            faults.append(f"{name}: {error}")
        progress("checking clips", done, len(names))
    return faults


def read_wave(path: Path, rate_hz: int = RATE_HZ) -> npt.NDArray[np.int16]:
    """Return all samples of a mono 16-bit WAV file, int16 of shape (n_frames,).

    Raises:
        DatasetError: it is truncated, empty, or has another format; the text says which.
    """
    try:
        with path.open("rb") as handle, wave.open(handle, "rb") as reader:
            _check_format(reader, rate_hz)
            longest = os.fstat(handle.fileno()).st_size // 2  # the number in its header may be wrong
            frames = reader.readframes(min(reader.getnframes(), longest))
    except (wave.Error, EOFError, RuntimeError) as error:  # RuntimeError: a chunk longer than all chunks
        raise DatasetError(
            f"not a 16-bit PCM WAV file ({str(error) or 'empty, or truncated in its header'})"
        ) from error
    except OSError as error:
        raise DatasetError(f"cannot be read ({error.strerror})") from error
    if len(frames) != 2 * reader.getnframes():
        raise DatasetError(
            f"truncated: {len(frames) // 2:,} of the {reader.getnframes():,} frames in its header"
        )
    return np.frombuffer(frames, "<i2")


def _check_format(reader: wave.Wave_read, rate_hz: int) -> None:
    form = (reader.getframerate(), reader.getnchannels(), 8 * reader.getsampwidth())
    if form != (rate_hz, 1, 16):
        found = "{} Hz, {} channel(s), {} bit".format(*form)
        raise DatasetError(f"{found} instead of {rate_hz} Hz, 1 channel, 16 bit")
    if reader.getnframes() == 0:
        raise DatasetError("contains no samples")
