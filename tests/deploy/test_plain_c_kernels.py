"""Each operator of plain C equals TensorFlow Lite Micro's, on small networks with awkward numbers."""

import numpy as np
import pytest

from tests.needs_tensorflow import TENSORFLOW  # before what imports TensorFlow

from tests.deploy.byte_equality import differing  # isort: skip
from tests.deploy.made_networks import NONE, RELU, RELU6, RELU_N1_TO_1, SAME, VALID, Made, samples  # isort: skip

pytestmark = [TENSORFLOW, pytest.mark.compiler]
N = 24


def values(rng, *shape, low=-127):
    return rng.integers(low, 128, shape).astype(np.int8)


def scales(rng, n):
    return np.exp(rng.uniform(np.log(0.0005), np.log(0.03), n)).astype(np.float32)


def filtered(
    seed, shape, filter_size, stride, padding, dilation=(1, 1), activation=NONE, channels=5, times=0
):
    """A convolution, or a depthwise one with `times` outputs a channel."""
    rng = np.random.default_rng(seed)
    made = Made(shape, 0.07, int(rng.integers(-128, 128)))
    n_outputs = times * shape[2] or channels
    by_channel = scales(rng, n_outputs)
    if times:
        weights = made.tensor(
            [1, *filter_size, n_outputs], by_channel, 0, values(rng, 1, *filter_size, n_outputs), axis=3
        )
    else:
        whole = (n_outputs, *filter_size, shape[2])
        weights = made.tensor(whole, by_channel, 0, values(rng, *whole))
    bias = rng.integers(-3000, 3000, n_outputs).astype(np.int32)
    bias = made.tensor([n_outputs], 0.07 * by_channel, 0, bias, "INT32")
    spread = [(taps - 1) * step + 1 for taps, step in zip(filter_size, dilation, strict=True)]
    size = [
        -(-n // by) if padding == SAME else (n - taps) // by + 1
        for n, by, taps in zip(shape[:2], stride, spread, strict=True)
    ]
    output = made.tensor([1, *size, n_outputs], 0.09, int(rng.integers(-128, 128)))
    options = {
        "padding": padding,
        "strideH": stride[0],
        "strideW": stride[1],
        "fusedActivationFunction": activation,
    }
    options |= {"dilationHFactor": dilation[0], "dilationWFactor": dilation[1]}
    if times:
        options["depthMultiplier"] = times
    name = "DEPTHWISE_CONV_2D" if times else "CONV_2D"
    made.add(
        name,
        [made.input, weights, bias],
        output,
        "DepthwiseConv2DOptions" if times else "Conv2DOptions",
        **options,
    )
    return made.staged()


@pytest.mark.parametrize("times", [0, 1, 3])
@pytest.mark.parametrize(
    ("shape", "filter_size", "stride", "padding", "dilation", "activation"),
    [
        ((5, 7, 3), (3, 3), (1, 1), SAME, (1, 1), NONE),
        ((8, 5, 2), (3, 2), (2, 2), SAME, (1, 1), RELU),
        ((9, 6, 1), (10, 4), (2, 2), SAME, (1, 1), RELU6),
        ((7, 7, 4), (1, 1), (1, 1), SAME, (1, 1), RELU_N1_TO_1),
        ((7, 6, 4), (4, 3), (3, 3), VALID, (1, 1), NONE),
        ((9, 8, 2), (3, 3), (1, 1), SAME, (2, 3), NONE),
        ((9, 9, 3), (2, 3), (1, 1), VALID, (3, 2), RELU),
    ],
)
def test_convolutions(times, shape, filter_size, stride, padding, dilation, activation, tmp_path):
    staged = filtered(sum(shape), shape, filter_size, stride, padding, dilation, activation, times=times)
    assert differing(staged, samples(staged, N), tmp_path) == 0


@pytest.mark.parametrize("per_output", [False, True])
@pytest.mark.parametrize("activation", [NONE, RELU, RELU6])
def test_dense_layers(per_output, activation, tmp_path):
    rng = np.random.default_rng(activation)
    made = Made((4, 9), 0.043, 11)
    by = scales(rng, 7) if per_output else scales(rng, 1)
    weights = made.tensor([7, 36], by, 0, values(rng, 7, 36))
    bias = made.tensor([7], np.float32(0.043) * by, 0, rng.integers(-2000, 2000, 7).astype(np.int32), "INT32")
    output = made.tensor([1, 7], 0.061, -9)
    made.add(
        "FULLY_CONNECTED",
        [made.input, weights, bias],
        output,
        "FullyConnectedOptions",
        fusedActivationFunction=activation,
    )
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0


def test_a_dense_layer_without_bias_for_each_row(tmp_path):
    rng = np.random.default_rng(4)
    made = Made((6, 5), 0.02, 4)
    weights = made.tensor([3, 5], 0.01, 0, values(rng, 3, 5))
    output = made.tensor([1, 6, 3], 0.011, 1)
    made.add("FULLY_CONNECTED", [made.input, weights, -1], output, "FullyConnectedOptions", keepNumDims=True)
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0


@pytest.mark.parametrize("name", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
@pytest.mark.parametrize(
    ("shape", "size", "stride", "padding", "activation"),
    [
        ((6, 6, 3), (2, 2), (2, 2), VALID, NONE),  # averages of four: ties of both signs
        ((7, 5, 2), (3, 2), (2, 1), SAME, RELU),
        ((5, 5, 4), (5, 5), (5, 5), VALID, NONE),
        ((4, 9, 1), (3, 4), (1, 3), SAME, RELU6),
    ],
)
def test_poolings(name, shape, size, stride, padding, activation, tmp_path):
    made = Made(shape, 0.05, -7)
    out = [
        -(-n // by) if padding == SAME else (n - taps) // by + 1
        for n, by, taps in zip(shape[:2], stride, size, strict=True)
    ]
    output = made.tensor([1, *out, shape[2]], 0.05, -7)
    made.add(
        *(name, [made.input], output, "Pool2DOptions"),
        padding=padding,
        **{"strideH": stride[0], "strideW": stride[1], "filterHeight": size[0], "filterWidth": size[1]},
        fusedActivationFunction=activation,
    )
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0


@pytest.mark.parametrize("name", ["ADD", "MUL"])
@pytest.mark.parametrize(
    ("shape", "other", "scale", "activation"),
    [
        ((3, 4, 5), (3, 4, 5), 0.013, NONE),
        ((3, 4, 5), (3, 4, 5), 0.5, RELU),
        ((2, 3, 4), (4,), 0.031, NONE),
        ((2, 3, 4), (2, 1, 4), 0.05, RELU6),
        ((2, 3, 4), (1, 1, 1), 0.08, NONE),
    ],
)
def test_two_inputs_of_other_scales_and_shapes(name, shape, other, scale, activation, tmp_path):
    made = Made(shape, 0.05, -7)
    second = made.tensor([1, *other], scale, 5, values(np.random.default_rng(1), 1, *other, low=-128))
    output = made.tensor([1, *shape], 0.3 * scale if name == "MUL" else scale + 0.06, 17)
    made.add(name, [made.input, second], output, f"{name.title()}Options", fusedActivationFunction=activation)
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0


def test_a_sum_of_two_computed_values(tmp_path):
    made = Made((4, 4, 6), 0.02, 30)
    half = made.tensor([1, 4, 4, 6], 0.045, -20)
    made.add("QUANTIZE", [made.input], half, "QuantizeOptions")
    total = made.tensor([1, 4, 4, 6], 0.037, 3)
    made.add("ADD", [half, made.input], total, "AddOptions", fusedActivationFunction=RELU)
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0


@pytest.mark.parametrize(("scale", "n", "rows"), [(0.01, 12, 1), (0.1, 10, 3), (0.7, 2, 1), (3.0, 100, 1)])
def test_softmax(scale, n, rows, tmp_path):
    made = Made((rows, n), scale, 20)
    made.add("SOFTMAX", [made.input], made.tensor([1, rows, n], 1 / 256, -128), "SoftmaxOptions", beta=1.0)
    inputs = samples(made.staged(), 200)
    inputs[100:] = np.clip(inputs[100:] // 16 + 90, -128, 127)  # close together: ties
    assert differing(made.staged(), inputs, tmp_path) == 0


EVERY_LEVEL = np.arange(-128, 128).astype(np.int8).reshape(1, 256)


@pytest.mark.parametrize(
    ("name", "source", "output"),
    [
        ("QUANTIZE", (0.05, -3), (0.031, 7)),
        ("QUANTIZE", (0.02, 100), (0.9, -100)),
        ("QUANTIZE", (0.1, 3), (0.05, -3)),  # a factor of two
        ("QUANTIZE", (0.05, 3), (0.1, -3)),  # and of a half: ties
        ("RELU", (0.05, -3), (0.03, -128)),
        ("RELU6", (0.05, -3), (0.05, -3)),
        ("LOGISTIC", (0.04, 6), (1 / 256, -128)),
        ("LOGISTIC", (0.3, -50), (1 / 256, -128)),
        ("TANH", (0.03, 6), (1 / 128, 0)),
        ("TANH", (0.2, 0), (1 / 128, 0)),
    ],
)
def test_every_value_of_a_function(name, source, output, tmp_path):
    made = Made((256,), *source)
    options = ("QuantizeOptions",) if name == "QUANTIZE" else ()
    made.add(name, [made.input], made.tensor([1, 256], *output), *options)
    assert differing(made.staged(), EVERY_LEVEL, tmp_path) == 0


@pytest.mark.parametrize(
    ("axes", "shape"), [((1, 2), (5, 7, 3)), ((2, 1), (4, 4, 2)), ((3,), (2, 3, 6)), ((-1,), (9,))]
)
@pytest.mark.parametrize("output", [(0.05, -3), (0.011, 20)])
def test_means(axes, shape, output, tmp_path):
    made = Made(shape)
    whole = [1, *shape]
    kept = [1 if axis in {a % len(whole) for a in axes} else n for axis, n in enumerate(whole)]
    made.add(
        "MEAN", [made.input, made.constant(axes)], made.tensor(kept, *output), "ReducerOptions", keepDims=True
    )
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
def test_concatenation(axis, tmp_path):
    made = Made((3, 4, 5))
    shape = [1, 3, 4, 5]
    shape[axis] = 2
    other = made.tensor(shape, 0.05, -3, values(np.random.default_rng(0), *shape))
    shape[axis] = [1, 3, 4, 5][axis] * 2 + 2
    inputs = [made.input, other, made.input]
    made.add("CONCATENATION", inputs, made.tensor(shape, 0.05, -3), "ConcatenationOptions", axis=axis)
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0


@pytest.mark.parametrize(
    ("begin", "end", "stride", "begin_mask", "end_mask", "shape"),
    [
        ([0, 1, 0, 2], [1, 4, 6, 5], [1, 1, 1, 1], 0, 0, [1, 3, 6, 3]),
        ([0, 0, 0, 0], [0, 0, 0, 2], [1, 1, 1, 1], 15, 7, [1, 5, 6, 2]),
        ([0, 1, -3, 0], [1, 5, 6, 5], [1, 2, 1, 3], 0, 0, [1, 2, 3, 2]),
    ],
)
def test_strided_slices(begin, end, stride, begin_mask, end_mask, shape, tmp_path):
    made = Made((5, 6, 5))
    inputs = [made.input, *map(made.constant, (begin, end, stride))]
    options = {
        "beginMask": begin_mask,
        "endMask": end_mask,
        "ellipsisMask": 0,
        "newAxisMask": 0,
        "shrinkAxisMask": 0,
    }
    made.add("STRIDED_SLICE", inputs, made.tensor(shape, 0.05, -3), "StridedSliceOptions", **options)
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0


def test_padding(tmp_path):
    made = Made((3, 4, 2), 0.05, -13)
    around = made.constant([[0, 0], [1, 2], [0, 3], [0, 0]])
    made.add("PAD", [made.input, around], made.tensor([1, 6, 7, 2], 0.05, -13), "PadOptions")
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0


def test_transposition_and_reshape(tmp_path):
    made = Made((3, 4, 2))
    turned = made.tensor([1, 2, 3, 4], 0.05, -3)
    made.add("TRANSPOSE", [made.input, made.constant([0, 3, 1, 2])], turned, "TransposeOptions")
    flat = made.tensor([1, 24], 0.05, -3)
    made.add("RESHAPE", [turned, made.constant([1, 24])], flat, "ReshapeOptions", newShape=[1, 24])
    made.add("RELU", [flat], made.tensor([1, 24], 0.04, -128))
    assert differing(made.staged(), samples(made.staged(), N), tmp_path) == 0
