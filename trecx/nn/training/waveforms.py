"""Settings of speech augmentation in a recipe, independent of the dataset's noise."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.datasets.augmentation import WaveformAugmentation


@dataclass(frozen=True)
class SpeechAugmentation:
    """Augmentation of every batch of training waveforms (defaults of Warden 2018's training script).

    Attributes:
        shift_ms: largest shift of a clip in time, in each direction.
        noise_share: share of the clips with background noise, 0..1, if the dataset has any.
        noise_volume: largest volume of the noise, as a share of the recorded volume, 0..1.
    """

    shift_ms: int = 100
    noise_share: float = 0.8
    noise_volume: float = 0.1

    def with_noise(self, noise: npt.NDArray[np.int16]) -> WaveformAugmentation:
        """Return the augmentation with a dataset's noise; empty noise is recorded in its configuration."""
        return WaveformAugmentation(noise, self.shift_ms, self.noise_share, self.noise_volume)
