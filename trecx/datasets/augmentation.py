"""Augmentation of waveforms: shifted in time, with background noise."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Waveforms = npt.NDArray[np.int16]
FRAMES_PER_MS = 16  # at 16 kHz


@dataclass(frozen=True, eq=False)
class WaveformAugmentation:
    """The augmentation of every batch of training waveforms (Warden 2018's training script, its defaults).

    Attributes:
        noise: background noise, int16 of shape (n_frames,); empty: no noise is added.
        shift_ms: a clip is shifted by up to this much in either direction.
        noise_share: share of the clips that get noise, 0..1.
        noise_volume: the largest factor on the recorded noise, 0..1.
    """

    noise: Waveforms
    shift_ms: int = 100
    noise_share: float = 0.8
    noise_volume: float = 0.1

    def __call__(self, waveforms: Waveforms, generator: np.random.Generator) -> Waveforms:
        """Return randomly changed waveforms of shape (n, n_frames)."""
        shifted = shift_waveforms(waveforms, self.shift_ms, generator)
        if not len(self.noise):
            return shifted
        return mix_noise(shifted, self.noise, self.noise_share, self.noise_volume, generator)

    def config(self) -> dict[str, object]:
        """Return the settings as they are recorded with a run."""
        if not len(self.noise):
            return {
                "shift_ms": self.shift_ms,
                "background_noise": "none: the dataset has no background noise",
            }
        return {
            "shift_ms": self.shift_ms,
            "background_noise": f"{len(self.noise) / FRAMES_PER_MS / 1000:.1f} s of recordings",
            "noise_share": self.noise_share,
            "noise_volume": self.noise_volume,
        }


def shift_waveforms(waveforms: Waveforms, limit_ms: int, generator: np.random.Generator) -> Waveforms:
    """Return each waveform shifted by its own random time, padded with silence.

    Args:
        waveforms: int16 of shape (n, n_frames), 16 kHz.
        limit_ms: each is shifted by −limit_ms to limit_ms.
        generator: source of the random shifts.
    """
    limit = limit_ms * FRAMES_PER_MS
    padded = np.pad(waveforms, ((0, 0), (limit, limit)))
    starts = generator.integers(0, 2 * limit, len(waveforms), endpoint=True)
    windows = np.lib.stride_tricks.sliding_window_view(padded, waveforms.shape[1], axis=1)
    return windows[np.arange(len(waveforms)), starts]


def mix_noise(
    waveforms: Waveforms, noise: Waveforms, share: float, volume: float, generator: np.random.Generator
) -> Waveforms:
    """Return waveforms with a random section of noise added to about a `share` of them.

    Args:
        waveforms: int16 of shape (n, n_frames), 16 kHz.
        noise: int16 of shape (n_noise_frames,), at least as long as a waveform; a section may cross from
            one recording to the next.
        share: probability that a waveform gets noise, 0..1.
        volume: the noise is multiplied by a random number from 0 to this.
        generator: source of the random choices.

    Raises:
        ValueError: the noise is shorter than a waveform.
    """
    n_waveforms, n_frames = waveforms.shape
    if len(noise) < n_frames:
        raise ValueError(f"noise must have at least {n_frames} frames, got {len(noise)}")
    starts = generator.integers(0, len(noise) - n_frames, n_waveforms, endpoint=True)
    cuts = np.lib.stride_tricks.sliding_window_view(noise, n_frames)[starts]
    gains = generator.uniform(0, volume, (n_waveforms, 1)) * (generator.random((n_waveforms, 1)) < share)
    mixed = waveforms + cuts * gains.astype(np.float32)
    clipped: Waveforms = np.clip(np.rint(mixed), -32_768, 32_767).astype(np.int16)
    return clipped
