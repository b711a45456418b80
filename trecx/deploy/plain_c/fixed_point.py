"""Logistic and tanh as TensorFlow Lite Micro computes them, in integers; "Qn" has n bits before the point."""

import math

ONE = 2**31 - 1  # of Q0
INTEGER_BITS = 4  # of the input


def high_product(a: int, b: int) -> int:
    """Return a·b / 2³¹ rounded to nearest, ties up.

    >>> high_product(2**30, 3), high_product(2**30, -3)
    (2, -1)
    """
    return (a * b + (1 << 30)) >> 31


def rounding_shift(x: int, exponent: int) -> int:
    """Return x / 2^exponent rounded to nearest, ties away from zero.

    >>> rounding_shift(6, 2), rounding_shift(-6, 2)
    (2, -2)
    """
    half = 1 << exponent >> 1
    return (abs(x) + half >> exponent) * (1 if x >= 0 else -1)


def rescale(x: int, multiplier: int, shift: int) -> int:
    """Return x·multiplier / 2³¹·2^shift: rounded for the product, and again for a negative shift."""
    product = high_product(x << max(shift, 0), multiplier)
    return rounding_shift(product, max(-shift, 0))


def logistic(x: int) -> int:
    """Return the logistic function of a Q4 number as Q0."""
    if x == 0:
        return 1 << 30
    positive = min(_twice_the_reciprocal(_exp(-abs(x), INTEGER_BITS)) << 1, ONE)
    return positive if x > 0 else ONE - positive


def tanh(x: int) -> int:
    """Return the hyperbolic tangent of a Q4 number as Q0."""
    if x == 0:
        return 0
    size = min((_twice_the_reciprocal(_exp(-abs(x), INTEGER_BITS + 1)) - (1 << 29)) << 2, ONE)
    return size if x > 0 else -size


def _exp(a: int, integer_bits: int) -> int:
    """Return exp(a) for a ≤ 0: a series for the last quarter, a product of exp(−2^k) for the rest."""
    if a == 0:
        return ONE
    one = 1 << (31 - integer_bits)
    last = a % (one // 4) - one // 4
    result = _exp_of_a_quarter(last << integer_bits)
    for k in range(-2, integer_bits):
        if (last - a) & math.floor(one * 2.0**k):
            result = high_product(result, round(math.exp(-(2.0**k)) * 2**31))
    return result


def _exp_of_a_quarter(a: int) -> int:
    """Return exp(a) for a in [−1/4, 0): a Taylor series of degree 4 around −1/8."""
    centre, third = round(math.exp(-1 / 8) * 2**31), round(2**31 / 3)
    x = a + (1 << 28)
    x2 = high_product(x, x)
    x3, x4 = high_product(x2, x), high_product(x2, x2)
    series = rounding_shift(high_product(rounding_shift(x4, 2) + x3, third) + x2, 1)
    return centre + high_product(centre, x + series)


def _twice_the_reciprocal(a: int) -> int:
    """Return 2 / (1 + a) for a in [0, 1], Q0 to Q2: three Newton steps."""
    half = (a + ONE + 1) // 2
    x = round(48 / 17 * 2**29) + high_product(half, round(-32 / 17 * 2**29))
    for _ in range(3):
        x += high_product(x, (1 << 29) - high_product(half, x)) << 2
    return x
