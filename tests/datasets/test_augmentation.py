"""Waveforms are shifted and get noise, from a seed, within their limits."""

import numpy as np
import pytest

from trecx.datasets.augmentation import mix_noise, shift_waveforms


def test_shifted_waveforms_move_by_up_to_the_limit_and_no_farther():
    waves = np.tile(np.arange(1, 16_001, dtype=np.int16), (500, 1))
    shifted = shift_waveforms(waves, 100, np.random.default_rng(0))
    assert shifted.dtype == np.int16 and shifted.shape == waves.shape
    first = (shifted != 0).argmax(1)
    moves = first - (shifted[np.arange(500), first] - 1)
    assert moves.min() >= -1600 and moves.max() <= 1600 and moves.min() < -1400 and moves.max() > 1400
    for wave, move in zip(shifted, moves, strict=True):
        assert np.array_equal(np.trim_zeros(wave), np.arange(1 + max(0, -move), 16_001 - max(0, move)))
    assert np.array_equal(shift_waveforms(waves, 100, np.random.default_rng(0)), shifted)
    assert np.array_equal(shift_waveforms(waves[:1], 0, np.random.default_rng(0)), waves[:1])


def test_noise_is_added_to_its_share_of_waveforms_and_never_wraps_around():
    generator = np.random.default_rng(0)
    noise = generator.choice(np.array([-30_000, 30_000], np.int16), 50_000)
    quiet = np.zeros((1000, 160), np.int16)
    mixed = mix_noise(quiet, noise, 0.8, 0.1, generator)
    loudness = np.abs(mixed).max(1)
    assert 0.75 < (loudness > 0).mean() < 0.85 and 2900 < loudness.max() <= 3000
    loud = np.full((100, 160), 32_000, np.int16)
    assert mix_noise(loud, noise, 1, 1, generator).min() >= 32_000 - 30_000
    with pytest.raises(ValueError, match="at least 160 frames, got 100"):
        mix_noise(quiet, noise[:100], 0.8, 0.1, generator)
