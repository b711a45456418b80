"""Convolutions, poolings and dense layers as calls of their kernels."""

from typing import Any

import numpy as np

from trecx.deploy.flatbuffer import Operator, Tensor
from trecx.deploy.plain_c.calls import StageText, not_supported, numbers
from trecx.deploy.plain_c.multipliers import channel_multipliers, fixed_point, output_range

SAME = 0  # the schema's number of this padding


def convolution(text: StageText, operator: Operator) -> None:
    """Add `CONV_2D`."""
    source, weights = text.tensor(operator, 0), text.tensor(operator, 1)
    if weights.shape[3] != source.shape[3]:
        raise not_supported(operator, "groups of channels")
    _filtered(text, operator, weights.shape[1:3], weights.shape[0], "convolution")


def depthwise_convolution(text: StageText, operator: Operator) -> None:
    """Add `DEPTHWISE_CONV_2D`."""
    weights = text.tensor(operator, 1)
    _filtered(text, operator, weights.shape[1:3], weights.shape[3], "depthwise_convolution")


def average_pool(text: StageText, operator: Operator) -> None:
    """Add `AVERAGE_POOL_2D`."""
    _pooled(text, operator, "average_pool")


def max_pool(text: StageText, operator: Operator) -> None:
    """Add `MAX_POOL_2D`."""
    _pooled(text, operator, "max_pool")


def fully_connected(text: StageText, operator: Operator) -> None:
    """Add `FULLY_CONNECTED`."""
    source, weights, output = (text.tensor(operator, number) for number in (0, 1, -1))
    outputs, inputs = weights.shape
    _symmetric(operator, weights)
    per_output = len(weights.scales) > 1
    if per_output:
        multipliers, shifts = channel_multipliers(outputs, source, weights, output)
    else:
        multiplier, shift = fixed_point(_product_in_float32(source, weights) / output.scale)
        multipliers, shifts = [multiplier], [shift]
    size = 1
    for n in source.shape:
        size *= n
    dense = {"rows": size // inputs, "inputs": inputs, "outputs": outputs, "per_output": per_output}
    dense |= _offsets(source, output) | _range(operator, output)
    _call(text, operator, "fully_connected", text.structure("dense", dense), outputs, multipliers, shifts)


def _filtered(
    text: StageText, operator: Operator, size: tuple[int, ...], n_channels: int, function: str
) -> None:
    source, weights, output = (text.tensor(operator, number) for number in (0, 1, -1))
    _symmetric(operator, weights)
    options = operator.options
    dilation = (int(options["dilationHFactor"]), int(options["dilationWFactor"]))
    window = _window(operator, source, output, size, dilation) | _offsets(source, output)
    multipliers, shifts = channel_multipliers(n_channels, source, weights, output)
    _call(text, operator, function, text.structure("window", window), n_channels, multipliers, shifts)


def _pooled(text: StageText, operator: Operator, function: str) -> None:
    source, output = text.tensor(operator, 0), text.tensor(operator, -1)
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        raise not_supported(operator, "an output of another scale than its input")
    size = (int(operator.options["filterHeight"]), int(operator.options["filterWidth"]))
    window = text.structure("window", _window(operator, source, output, size, (1, 1)))
    text.call("pooling", function, window, text.pointer(operator, 0), text.pointer(operator, -1))


def _call(
    text: StageText,
    operator: Operator,
    function: str,
    structure: str,
    n_channels: int,
    multipliers: list[int],
    shifts: list[int],
) -> None:
    text.call(
        function,
        function,
        structure,
        text.pointer(operator, 0),
        text.pointer(operator, 1),
        text.array("int32_t", _bias(text, operator, n_channels)),
        text.array("int32_t", multipliers),
        text.array("int8_t", shifts),
        text.pointer(operator, -1),
    )


def _bias(text: StageText, operator: Operator, n_channels: int) -> list[int]:
    if len(operator.inputs) < 3 or operator.inputs[2] < 0:
        return [0] * n_channels
    bias = text.network.tensors[operator.inputs[2]]
    if bias.type != "INT32" or bias.data is None:
        raise not_supported(operator, f"a bias of type {bias.type}")
    return numbers(bias.data)


def _symmetric(operator: Operator, weights: Tensor) -> None:
    if weights.type != "INT8" or weights.data is None or any(weights.zero_points):
        raise not_supported(operator, "weights that are computed, or not int8 around zero")


def _product_in_float32(source: Tensor, weights: Tensor) -> float:
    # TFLM multiplies these two as float32, for layers with one scale only.
    return float(np.float32(source.scale) * np.float32(weights.scale))


def _offsets(source: Tensor, output: Tensor) -> dict[str, Any]:
    return {"input_offset": -source.zero_point, "output_offset": output.zero_point}


def _range(operator: Operator, output: Tensor) -> dict[str, Any]:
    low, high = output_range(int(operator.options["fusedActivationFunction"]), output)
    return {"low": low, "high": high}


def _window(
    operator: Operator, source: Tensor, output: Tensor, size: tuple[int, ...], dilation: tuple[int, int]
) -> dict[str, Any]:
    strides = (int(operator.options["strideH"]), int(operator.options["strideW"]))
    pads = [
        _pad(n, out, stride, taps, step) if operator.options["padding"] == SAME else 0
        for n, out, stride, taps, step in zip(
            source.shape[1:3], output.shape[1:3], strides, size, dilation, strict=True
        )
    ]
    keys = ("height", "width", "channels")
    window = dict(zip(keys, source.shape[1:], strict=True))
    window |= dict(zip((f"out_{key}" for key in keys), output.shape[1:], strict=True))
    for name, pair in (("filter_{}", size), ("stride_{}", strides), ("dilation_{}", dilation)):
        window |= dict(
            zip(map(name.format, keys[:2] if name == "filter_{}" else ("y", "x")), pair, strict=True)
        )
    return window | {"pad_top": pads[0], "pad_left": pads[1]} | _range(operator, output)


def _pad(n: int, out: int, stride: int, taps: int, dilation: int) -> int:
    """Return how many rows before the first one the window begins."""
    return max((out - 1) * stride + (taps - 1) * dilation + 1 - n, 0) // 2
