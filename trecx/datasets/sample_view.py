"""Converts one sample for display: an image to PNG, a clip to WAV and to the envelope of its waveform."""

import base64
import io
import wave
from typing import TypeGuard

import numpy as np
import numpy.typing as npt
from PIL import Image

from trecx.datasets.kws import RATE_HZ
from trecx.datasets.raw_samples import RawSamples

_LOUDEST = 2**15  # of 16-bit PCM
_DARKEST_SCAN = 16


def is_sound(sample: RawSamples) -> TypeGuard[npt.NDArray[np.int16]]:
    """Return whether a sample is a clip rather than an image."""
    return sample.dtype == np.int16


def as_png(image: RawSamples, side: int | None = None) -> bytes:
    """Return an image as PNG.

    Args:
        image: uint8 of shape (height, width, 3), RGB; or (height, width, 1), grey 0..16, drawn dark on white.
        side: least number of pixels of the longer side: every pixel becomes a square of pixels, without
            blurring. None: the original size.
    """
    pixels = image if image.shape[2] == 3 else 255 - np.rint(image[..., 0] * (255 / _DARKEST_SCAN))
    factor = -(-side // max(image.shape[:2])) if side else 1
    file = io.BytesIO()
    large = pixels.astype(np.uint8).repeat(factor, axis=0).repeat(factor, axis=1)
    Image.fromarray(large).save(file, "PNG", compress_level=1)
    return file.getvalue()


def as_wav(clip: npt.NDArray[np.int16]) -> bytes:
    """Return a clip, int16 of shape (n_frames,), as a 16-bit PCM WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(clip.astype("<i2").tobytes())
    return file.getvalue()


def envelope(clip: npt.NDArray[np.int16], n_parts: int) -> npt.NDArray[np.float64]:
    """Return the lowest and highest amplitude, −1..1, of equal parts of a clip, of shape (n_parts, 2).

    Args:
        clip: int16 of shape (n_frames,).
        n_parts: at most n_frames.
    """
    starts = np.arange(n_parts) * len(clip) // n_parts
    extremes = [extreme.reduceat(clip, starts) for extreme in (np.minimum, np.maximum)]
    return np.column_stack(extremes) / _LOUDEST


def data_address(kind: str, content: bytes) -> str:
    """Return a data address that contains an image or a sound, so that no request is needed.

    Args:
        kind: media type, such as `image/png`.
        content: the file.

    >>> data_address("image/png", b"abc")
    'data:image/png;base64,YWJj'
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
