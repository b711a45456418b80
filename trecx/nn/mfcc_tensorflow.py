"""MFCCs of audio clips by `tf.signal`: the features that the published networks were trained on."""

from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.datasets import mfcc
from trecx.nn import tf


def _mfccs(waveforms: Any) -> Any:
    wave = tf.cast(waveforms, tf.float32)
    spectrogram = tf.abs(tf.signal.stft(_scaled(wave), mfcc.FRAME_LENGTH, mfcc.FRAME_STEP, mfcc.FFT_LENGTH))
    to_mel = tf.signal.linear_to_mel_weight_matrix(
        mfcc.N_MEL_BANDS, mfcc.FFT_LENGTH // 2 + 1, mfcc.SAMPLE_RATE, mfcc.LOWEST_HERTZ, mfcc.HIGHEST_HERTZ
    )
    log_mel = tf.math.log(tf.matmul(spectrogram, to_mel) + mfcc.LOG_FLOOR)
    return tf.signal.mfccs_from_log_mel_spectrograms(log_mel)[..., : mfcc.N_MFCCS, None]


def _scaled(wave: Any) -> Any:
    """Divide each clip by its largest value (not its largest amplitude), as in the networks' training.

    A clip without positive values is divided by its largest amplitude; a clip of zeros is unchanged.
    """
    highest = tf.reduce_max(wave, axis=1, keepdims=True)
    amplitude = tf.reduce_max(tf.abs(wave), axis=1, keepdims=True)
    return tf.math.divide_no_nan(wave, tf.where(highest > 0, highest, amplitude))


_run = tf.function(
    _mfccs, input_signature=[tf.TensorSpec([None, mfcc.SAMPLE_RATE], tf.int16)], autograph=False
)


def mfccs(waveforms: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return ten MFCCs per frame, (n, 49, 10, 1), of int16 waveforms (n, 16000)."""
    batch: npt.NDArray[np.float32] = _run(tf.constant(waveforms, tf.int16)).numpy()
    return batch
