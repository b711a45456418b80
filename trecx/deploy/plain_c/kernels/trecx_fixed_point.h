/* Fixed-point arithmetic of TensorFlow Lite's quantization: multipliers are fractions of 2^31.
   Right shifts of negative numbers must keep the sign, as every compiler for Arm, x86 and RISC-V does. */
#ifndef TRECX_FIXED_POINT_H
#define TRECX_FIXED_POINT_H

#include <stdint.h>

/* a * b / 2^31, rounded to nearest, ties up. One of the two is never the smallest int32. */
static inline int32_t trecx_high_product(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/* x / 2^exponent, rounded to nearest, ties away from zero. */
static inline int32_t trecx_rounding_shift(int32_t x, int exponent)
{
    const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1);
    const int32_t limit = (mask >> 1) + (x < 0);
    return (x >> exponent) + ((x & mask) > limit);
}

/* x * multiplier / 2^31 * 2^shift: rounded once for the product, and again for a negative shift. */
static inline int32_t trecx_rescale(int32_t x, int32_t multiplier, int shift)
{
    if (shift > 0) {
        return trecx_high_product((int32_t)((uint32_t)x << shift), multiplier);
    }
    return trecx_rounding_shift(trecx_high_product(x, multiplier), -shift);
}

static inline int8_t trecx_clamp(int32_t x, int32_t low, int32_t high)
{
    return (int8_t)(x < low ? low : x > high ? high : x);
}

#endif
