"""Real factors as the integers that TensorFlow Lite Micro computes from them when it prepares an operator."""

import math

import numpy as np

from trecx.deploy.flatbuffer import Tensor
from trecx.errors import ModelError

INT8 = (-128, 127)
_ACTIVATIONS = {0: (None, None), 1: (0.0, None), 2: (-1.0, 1.0), 3: (0.0, 6.0)}  # schema: none, ReLU, ±1, 6


def fixed_point(factor: float) -> tuple[int, int]:
    """Return (multiplier, shift) with factor ≈ multiplier / 2³¹ · 2^shift.

    >>> fixed_point(0.75)
    (1610612736, 0)
    >>> fixed_point(3.0)
    (1610612736, 2)
    """
    fraction, shift = math.frexp(factor)
    multiplier = math.floor(fraction * 2**31 + 0.5)
    if multiplier == 2**31:
        multiplier, shift = multiplier // 2, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def output_range(activation: int, output: Tensor) -> tuple[int, int]:
    """Return the smallest and largest output of an operator with a fused activation, by its schema number.

    Raises:
        ModelError: the activation is not supported.
    """
    if activation not in _ACTIVATIONS:
        raise ModelError(
            f"plain C has no fused activation number {activation}; use none, ReLU or ReLU6, or deploy the "
            ".tflite stages"
        )
    low, high = _ACTIVATIONS[activation]
    return (
        INT8[0] if low is None else max(INT8[0], quantized(low, output)),
        INT8[1] if high is None else min(INT8[1], quantized(high, output)),
    )


def quantized(value: float, tensor: Tensor) -> int:
    """Return the integer that stands for a real value, which may lie outside int8."""
    steps = np.float32(value) / np.float32(tensor.scale)
    return tensor.zero_point + int(math.copysign(math.floor(abs(float(steps)) + 0.5), steps))


def channel_multipliers(
    n_channels: int, source: Tensor, weights: Tensor, output: Tensor
) -> tuple[list[int], list[int]]:
    """Return multiplier and shift of each output channel of a convolution or a per-channel dense layer."""
    scales = weights.scales if len(weights.scales) > 1 else weights.scales * n_channels
    pairs = [fixed_point(source.scale * scale / output.scale) for scale in scales]
    return [multiplier for multiplier, _ in pairs], [shift for _, shift in pairs]
