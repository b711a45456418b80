"""MFCCs of clips in NumPy, equal to those of `tf.signal`, for use without TensorFlow."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000  # of a clip one second long, hertz
FRAME_LENGTH, FRAME_STEP, FFT_LENGTH = 480, 320, 512  # waveform samples: 30 ms every 20 ms
N_MEL_BANDS, LOWEST_HERTZ, HIGHEST_HERTZ = 40, 20.0, 4000.0
N_MFCCS = 10
LOG_FLOOR = 1e-6

Floats = npt.NDArray[np.float32]


def mfccs(waveforms: npt.NDArray[Any]) -> Floats:
    """Return ten MFCCs per frame, (n, 49, 10, 1), of int16 waveforms (n, 16000).

    A test compares them with `trecx.nn.mfcc_tensorflow`, which computes the published networks' features.
    """
    wave = _scaled(waveforms.astype(np.float32))
    frames = np.lib.stride_tricks.sliding_window_view(wave, FRAME_LENGTH, axis=1)[:, ::FRAME_STEP]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME_LENGTH) / FRAME_LENGTH)
    spectrogram = np.abs(np.fft.rfft(frames * hann.astype(np.float32), FFT_LENGTH))
    log_mel = np.log(spectrogram @ _to_mel_bands() + np.float32(LOG_FLOOR))
    coefficients: Floats = (log_mel @ _to_cepstrum())[..., None].astype(np.float32)
    return coefficients


def _scaled(wave: Floats) -> Floats:
    """Divide each clip by its largest value, or, if no value is above zero, by its largest amplitude."""
    highest = wave.max(axis=1, keepdims=True)
    divisor = np.where(highest > 0, highest, np.abs(wave).max(axis=1, keepdims=True))
    scaled: Floats = np.divide(wave, divisor, out=np.zeros_like(wave), where=divisor > 0)
    return scaled


@cache
def _to_mel_bands() -> Floats:
    """Triangles of equal width in mel (HTK), (257, 40); the bin of 0 Hz has weight 0."""
    hertz = np.linspace(0, SAMPLE_RATE / 2, FFT_LENGTH // 2 + 1)[:, None]
    edges = np.linspace(_mel(LOWEST_HERTZ), _mel(HIGHEST_HERTZ), N_MEL_BANDS + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.minimum((_mel(hertz) - low) / (centre - low), (high - _mel(hertz)) / (high - centre))
    return np.where(hertz > 0, np.maximum(triangles, 0), 0).astype(np.float32)


@cache
def _to_cepstrum() -> Floats:
    """The first columns of the DCT-II, (40, 10), scaled as in `tf.signal`: the same factor for all."""
    angles = np.pi / N_MEL_BANDS * (np.arange(N_MEL_BANDS)[:, None] + 0.5) * np.arange(N_MFCCS)
    basis: Floats = (np.cos(angles) * np.sqrt(2 / N_MEL_BANDS)).astype(np.float32)
    return basis


def _mel(hertz: Any) -> Any:
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)
