"""Pictures of samples with destructive overthinking; optional, as they may be personal data."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from trecx.datasets.raw_samples import RawSamples
from trecx.datasets.sample_view import as_png, data_address, envelope, is_sound
from trecx.datasets.single_sample import SingleSamples, find_single_samples
from trecx.datasets.tasks import task_of
from trecx.errors import DatasetError, ExportError
from trecx.saved_points.record import Rule
from trecx.store import Run, SampleFilter, Store, Thumbnail
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.outcomes import DESTRUCTIVE

MOST_PICTURES = 24
SIDE = 96  # pixels
WAVE_SIZE = (48, 96)  # pixels: height, width
WAVE_INK = (86, 140, 190)  # visible on white and on black


@dataclass(frozen=True)
class Picture:
    """One sample with destructive overthinking: its prediction is wrong, but an earlier exit was correct.

    Attributes:
        name: of the sample.
        truth: its true class.
        answer: its predicted class.
        exit: name of the exit that it takes, counted from 1.
        png: the image, or the waveform of a sound.
    """

    name: str
    truth: str
    answer: str
    exit: str
    png: bytes

    @property
    def address(self) -> str:
        """The picture as a data URL."""
        return data_address("image/png", self.png)


def pictures_of(store: Store, run: Run, rule: Rule, n: int) -> list[Picture]:
    """Return up to n samples with destructive overthinking, sorted by confidence gap, the largest first.

    Raises:
        ExportError: the samples are not available; the message says what to do.
    """
    source = picture_source(run, rule.criterion)
    if rule.per_exit is not None:
        raise ExportError(
            "samples can be included for one ρ only, not for one threshold per exit: leave them out"
        )
    wanted = SampleFilter(rule.effective, (DESTRUCTIVE,))
    try:
        return [
            _picture(run, sample, source.read(sample.name)) for sample in store.gallery.page(run, wanted, n)
        ]
    except DatasetError as error:
        raise ExportError(f"the samples cannot be included: {error}; or leave them out") from error


def picture_source(run: Run, criterion: str = LARGEST) -> SingleSamples:
    """Return a reader of the samples of a run.

    Raises:
        ExportError: the samples are not available; the message says what to do.
    """
    noun = task_of(run.task, run.noun).noun
    if criterion != LARGEST:
        raise ExportError(
            "samples can be included with the maximum softmax probability as exit criterion only: leave them "
            "out, or select it"
        )
    singles = find_single_samples(run.task, run.dataset)
    if singles is None:
        raise ExportError(f"the {noun}s of {run.dataset} are not available, only their scores")
    if not singles.there:
        fetch = f"'{singles.fetch_command}'"
        raise ExportError(f"the {noun}s of {run.dataset} are not downloaded: run {fetch} first")
    return singles


def _picture(run: Run, sample: Thumbnail, raw: RawSamples) -> Picture:
    final = sample.exit == run.n_exits - 1
    return Picture(
        sample.name,
        run.class_names[sample.label],
        run.class_names[sample.prediction],
        "the final exit" if final else f"exit {sample.exit + 1}",
        _wave_png(raw) if is_sound(raw) else as_png(raw, SIDE),
    )


def _wave_png(clip: npt.NDArray[np.int16]) -> bytes:
    """Return the waveform of a sound, lowest to highest amplitude, on a transparent background."""
    height, width = WAVE_SIZE
    extremes = envelope(clip, width)
    loudest = float(np.abs(extremes).max()) or 1.0
    bottom, top = (height - 1) / 2 * (1 - extremes.T / loudest)
    row = np.arange(height)[:, None]
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[(row >= np.floor(top)) & (row <= np.ceil(bottom))] = (*WAVE_INK, 255)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
