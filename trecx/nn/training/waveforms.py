"""Spoken words as they might have been heard: what a recipe says of it, whatever noise the dataset has."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.datasets.augmentation import WaveformAugmentation


@dataclass(frozen=True)
class SpeechAugmentation:
    """What is done to every batch of training waveforms (Warden 2018's training script, its defaults).

    Attributes:
        shift_ms: a clip starts up to so much earlier or later.
        noise_share: share of the clips that get background noise, 0..1, where the dataset has any.
        noise_volume: the loudest noise, as a share of how loud it was recorded, 0..1.
    """

    shift_ms: int = 100
    noise_share: float = 0.8
    noise_volume: float = 0.1

    def with_noise(self, noise: npt.NDArray[np.int16]) -> WaveformAugmentation:
        """Return what does it, with a dataset's noise; where that is empty, its config says so."""
        return WaveformAugmentation(noise, self.shift_ms, self.noise_share, self.noise_volume)
