"""Copies of blocks: concatenation, padding, slices, transposition; and the steps of two inputs."""

import math
from collections.abc import Sequence
from typing import Any

from trecx.deploy.flatbuffer import Operator
from trecx.deploy.plain_c.calls import StageText, not_supported, numbers

N_LOOPS = 4  # of the kernels that copy and add


def concatenation(text: StageText, operator: Operator) -> None:
    """Add `CONCATENATION`: one copy for each input."""
    output = text.tensor(operator, -1)
    if operator.options["fusedActivationFunction"]:
        raise not_supported(operator, "a fused activation")
    axis = int(operator.options["axis"]) % len(output.shape)
    start = 0
    for number in range(len(operator.inputs)):
        source = text.tensor(operator, number)
        if (source.scales, source.zero_points) != (output.scales, output.zero_points):
            raise not_supported(operator, "inputs of other scales than its output")
        _copy(text, operator, number, source.shape, 0, steps(source.shape), start, steps(output.shape))
        start += source.shape[axis] * steps(output.shape)[axis]


def pad(text: StageText, operator: Operator) -> None:
    """Add `PAD` and `PADV2`: the value everywhere, then the input inside."""
    source, output = text.tensor(operator, 0), text.tensor(operator, -1)
    value = output.zero_point
    if len(operator.inputs) > 2:
        (value,) = _constant(text, operator, 2)
    before = _constant(text, operator, 1)[::2]
    inside = steps(output.shape)
    start = sum(n * step for n, step in zip(before, inside, strict=True))
    text.call("copy", "fill", value, math.prod(output.shape), text.pointer(operator, -1))
    _copy(text, operator, 0, source.shape, 0, steps(source.shape), start, inside)


def strided_slice(text: StageText, operator: Operator) -> None:
    """Add `STRIDED_SLICE` with positive strides, without new and ellipsis axes."""
    source = text.tensor(operator, 0)
    begin, end, stride = (_constant(text, operator, number) for number in (1, 2, 3))
    options = operator.options
    if options["newAxisMask"] or options["ellipsisMask"] or options["offset"] or min(stride) < 1:
        raise not_supported(operator, "new axes, an ellipsis, an offset or negative strides")
    first, size = [], []
    for axis, n in enumerate(source.shape):
        bits = [bool(options[key] >> axis & 1) for key in ("beginMask", "endMask", "shrinkAxisMask")]
        low = 0 if bits[0] and not bits[2] else _inside(begin[axis], n)
        high = low + 1 if bits[2] else n if bits[1] else _inside(end[axis], n)
        first.append(low)
        size.append(max(-(-(high - low) // stride[axis]), 0))
    inner = steps(source.shape)
    start = sum(low * step for low, step in zip(first, inner, strict=True))
    wide = [step * by for step, by in zip(inner, stride, strict=True)]
    _copy(text, operator, 0, size, start, wide, 0, steps(size))


def transpose(text: StageText, operator: Operator) -> None:
    """Add `TRANSPOSE`."""
    source, order = text.tensor(operator, 0), _constant(text, operator, 1)
    size, inner = [source.shape[axis] for axis in order], steps(source.shape)
    _copy(text, operator, 0, size, 0, [inner[axis] for axis in order], 0, steps(size))


def steps(shape: Sequence[int]) -> list[int]:
    """Return the distance of neighbours along each dimension.

    >>> steps((2, 3, 4))
    [12, 4, 1]
    """
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


def pair_steps(
    operator: Operator, first: Sequence[int], second: Sequence[int], output: Sequence[int]
) -> dict[str, Any]:
    """Return sizes and steps of two inputs, either of which may be repeated along some dimensions.

    Raises:
        ModelError: the inputs need more loops than the kernel has.
    """
    sides = [_repeated(shape, output) for shape in (first, second)]
    size, (one, two) = _merged(operator, output, sides)
    return {"size": size, "step_1": one, "step_2": two}


def _repeated(shape: Sequence[int], output: Sequence[int]) -> list[int]:
    whole = [1] * (len(output) - len(shape)) + list(shape)
    return [0 if n == 1 else step for n, step in zip(whole, steps(whole), strict=True)]


def _copy(
    text: StageText,
    operator: Operator,
    number: int,
    size: Sequence[int],
    input_start: int,
    input_steps: Sequence[int],
    output_start: int,
    output_steps: Sequence[int],
) -> None:
    if 0 in size:
        return
    merged, (inner, outer) = _merged(operator, size, [input_steps, output_steps])
    block = text.structure("block", {"size": merged, "input_step": inner, "output_step": outer})
    source = f"{text.pointer(operator, number)} + {input_start}"
    text.call("copy", "copy", block, source, f"{text.pointer(operator, -1)} + {output_start}")


def _merged(
    operator: Operator, size: Sequence[int], sides: Sequence[Sequence[int]]
) -> tuple[list[int], list[list[int]]]:
    """Return as few loops as possible: dimensions of one are left out, and dense neighbours are one loop."""
    loops: list[tuple[int, list[int]]] = []
    for n, by in zip(size, zip(*sides, strict=True), strict=True):
        if n == 1:
            continue
        if loops and all(outer == inner * n for outer, inner in zip(loops[-1][1], by, strict=True)):
            loops[-1] = (loops[-1][0] * n, list(by))
        else:
            loops.append((n, list(by)))
    if len(loops) > N_LOOPS:
        raise not_supported(operator, f"{len(loops)} dimensions that cannot be one loop")
    loops = [(1, [0] * len(sides))] * (N_LOOPS - len(loops)) + loops
    return [n for n, _ in loops], [[by[side] for _, by in loops] for side in range(len(sides))]


def _constant(text: StageText, operator: Operator, number: int) -> list[int]:
    data = text.network.tensors[operator.inputs[number]].data
    if data is None:
        raise not_supported(operator, "a shape that is computed")
    return numbers(data)


def _inside(index: int, n: int) -> int:
    return min(max(index + n if index < 0 else index, 0), n)
