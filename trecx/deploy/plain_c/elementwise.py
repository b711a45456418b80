"""Operators that work value by value, softmax and mean, as calls of their kernels."""

import math
from collections.abc import Callable

from trecx.deploy.flatbuffer import Operator
from trecx.deploy.plain_c import fixed_point as fixed
from trecx.deploy.plain_c.blocks import pair_steps
from trecx.deploy.plain_c.calls import StageText, not_supported, numbers
from trecx.deploy.plain_c.multipliers import INT8, fixed_point, output_range, quantized

HEADROOM = 20  # bits that ADD moves both inputs up by; `trecx_add.c` says the same


def add(text: StageText, operator: Operator) -> None:
    """Add `ADD`."""
    first, second, output = (text.tensor(operator, number) for number in (0, 1, -1))
    twice = 2.0 * max(first.scale, second.scale)
    factors = {
        "1": first.scale / twice,
        "2": second.scale / twice,
        "": twice / ((1 << HEADROOM) * output.scale),
    }
    _pair(text, operator, "add", factors)


def multiply(text: StageText, operator: Operator) -> None:
    """Add `MUL`."""
    first, second, output = (text.tensor(operator, number) for number in (0, 1, -1))
    _pair(text, operator, "multiply", {"": first.scale * second.scale / output.scale})


def _pair(text: StageText, operator: Operator, function: str, factors: dict[str, float]) -> None:
    first, second, output = (text.tensor(operator, number) for number in (0, 1, -1))
    low, high = output_range(int(operator.options["fusedActivationFunction"]), output)
    values = pair_steps(operator, first.shape, second.shape, output.shape)
    values |= {"offset_1": -first.zero_point, "offset_2": -second.zero_point}
    for which, factor in factors.items():
        end = f"_{which}" if which else ""
        values[f"multiplier{end}"], values[f"shift{end}"] = fixed_point(factor)
    values |= {"output_offset": output.zero_point, "low": low, "high": high}
    inputs = (text.pointer(operator, 0), text.pointer(operator, 1))
    text.call(function, function, text.structure("pair", values), *inputs, text.pointer(operator, -1))


def softmax(text: StageText, operator: Operator) -> None:
    """Add `SOFTMAX`."""
    source, output = text.tensor(operator, 0), text.tensor(operator, -1)
    if (output.scale, output.zero_point) != (1 / 256, INT8[0]):
        raise not_supported(operator, "an output of another scale than 1/256")
    factor = min(float(operator.options["beta"]) * source.scale * 2.0**26, 2.0**31 - 1)
    multiplier, shift = fixed_point(factor)
    if shift < 0:
        raise not_supported(operator, f"an input scale as small as {source.scale:g}")
    n = source.shape[-1]
    smallest = -_radius(5, shift)
    rows = math.prod(source.shape) // n
    text.call(
        "softmax",
        "softmax",
        *(rows, n, multiplier, shift, smallest, text.pointer(operator, 0), text.pointer(operator, -1)),
    )


def mean(text: StageText, operator: Operator) -> None:
    """Add `MEAN` over neighbouring dimensions."""
    source, output = text.tensor(operator, 0), text.tensor(operator, -1)
    constant = text.network.tensors[operator.inputs[1]].data
    if constant is None:
        raise not_supported(operator, "dimensions that are computed")
    axes = sorted({axis % len(source.shape) for axis in numbers(constant)})
    if axes != list(range(axes[0], axes[-1] + 1)):
        raise not_supported(operator, f"dimensions {axes}, which are not neighbours")
    n = math.prod(source.shape[axes[0] : axes[-1] + 1])
    multiplier, shift = fixed_point(source.scale / output.scale)
    halvings = min(n.bit_length() - 1, 32, 31 + shift)
    values = {
        "outer": math.prod(source.shape[: axes[0]]),
        "n": n,
        "inner": math.prod(source.shape[axes[-1] + 1 :]),
        "input_zero_point": source.zero_point,
        "output_zero_point": output.zero_point,
        "multiplier": (multiplier << halvings) // n,
        "shift": shift - halvings,
    }
    pointers = (text.pointer(operator, 0), text.pointer(operator, -1))
    text.call("mean", "mean", text.structure("average", values), *pointers)


def quantize(text: StageText, operator: Operator) -> None:
    """Add `QUANTIZE` from int8 to int8."""
    source, output = text.tensor(operator, 0), text.tensor(operator, -1)
    multiplier, shift = fixed_point(source.scale / output.scale)
    _lookup(text, operator, lambda x: fixed.rescale(x, multiplier, shift) + output.zero_point)


def relu(text: StageText, operator: Operator) -> None:
    """Add `RELU`."""
    source, output = text.tensor(operator, 0), text.tensor(operator, -1)
    multiplier, shift = fixed_point(source.scale / output.scale)
    _lookup(text, operator, lambda x: max(fixed.rescale(x, multiplier, shift), 0) + output.zero_point)


def relu6(text: StageText, operator: Operator) -> None:
    """Add `RELU6`."""
    source = text.tensor(operator, 0)
    if source.scales != text.tensor(operator, -1).scales:
        raise not_supported(operator, "an output of another scale than its input")
    six = min(quantized(6.0, source), INT8[1])
    _lookup(text, operator, lambda x: min(max(x, 0) + source.zero_point, six))


def logistic(text: StageText, operator: Operator) -> None:
    """Add `LOGISTIC`."""
    _curve(text, operator, fixed.logistic, 8, INT8[0])


def tanh(text: StageText, operator: Operator) -> None:
    """Add `TANH`."""
    _curve(text, operator, fixed.tanh, 7, 0)


def _curve(
    text: StageText, operator: Operator, function: Callable[[int], int], bits: int, zero_point: int
) -> None:
    source, output = text.tensor(operator, 0), text.tensor(operator, -1)
    if (output.scale, output.zero_point) != (2.0**-bits, zero_point):
        raise not_supported(operator, f"an output of another scale than 1/{2**bits}")
    multiplier, shift = fixed_point(source.scale * 2.0 ** (31 - fixed.INTEGER_BITS))
    radius = _radius(fixed.INTEGER_BITS, shift)

    def value(x: int) -> int:
        if abs(x) >= radius:
            return INT8[1] if x > 0 else INT8[0]
        return fixed.rounding_shift(function(fixed.rescale(x, multiplier, shift)), 31 - bits) + zero_point

    _lookup(text, operator, value)


def _lookup(text: StageText, operator: Operator, function: Callable[[int], int]) -> None:
    """Add a table of a function of (input − its zero point)."""
    source = text.tensor(operator, 0)
    bits = [*range(128), *range(-128, 0)]  # in the order of their bits as an unsigned number
    table = [min(max(function(x - source.zero_point), INT8[0]), INT8[1]) for x in bits]
    pointers = (text.pointer(operator, 0), text.pointer(operator, -1))
    text.call("lookup", "lookup", text.array("int8_t", table), math.prod(source.shape), *pointers)


def _radius(integer_bits: int, left_shift: int) -> int:
    """Return the largest difference that fits into a fixed-point number after the shift."""
    return math.floor(math.ldexp(2**integer_bits - 1, 31 - integer_bits - left_shift))
