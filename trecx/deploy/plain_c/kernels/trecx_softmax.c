/* SOFTMAX; see trecx_kernels.h. "Qn" is a fixed-point number with n bits before the point and 31 - n after. */
#include "trecx_fixed_point.h"
#include "trecx_kernels.h"

#define SUM_BITS 12  /* before the point, of the sum of exponentials */
#define DIFF_BITS 5  /* before the point, of a difference from the maximum */
#define OUTPUT_BITS 8

static int32_t saturating_shift(int32_t x, int bits)
{
    if (x > (INT32_MAX >> bits)) {
        return INT32_MAX;
    }
    if (x < (INT32_MIN >> bits)) {
        return INT32_MIN;
    }
    return (int32_t)((uint32_t)x << bits);
}

/* exp(a) for a in [-1/4, 0), Q0 to Q0: Taylor series of degree 4 around -1/8. */
static int32_t exp_of_a_quarter(int32_t a)
{
    const int32_t at_centre = 1895147668, third = 715827883; /* exp(-1/8), 1/3 */
    const int32_t x = a + (1 << 28);
    const int32_t x2 = trecx_high_product(x, x), x3 = trecx_high_product(x2, x);
    const int32_t x4_over_4 = trecx_rounding_shift(trecx_high_product(x2, x2), 2);
    const int32_t series = trecx_rounding_shift(trecx_high_product(x4_over_4 + x3, third) + x2, 1);
    return at_centre + trecx_high_product(at_centre, x + series);
}

/* exp(a) for a <= 0, Q5 to Q0: the last quarter by a series, the rest as a product of exp(-2^k). */
static int32_t exp_of_negative(int32_t a)
{
    static const int32_t factors[7] = {/* exp(-1/4), exp(-1/2), exp(-1), ..., exp(-16) */
        1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t quarter = 1 << 24;
    const int32_t last = (int32_t)((uint32_t)a & (uint32_t)(quarter - 1)) - quarter;
    const int32_t rest = last - a;
    int32_t result = exp_of_a_quarter(saturating_shift(last, DIFF_BITS));
    int k;
    if (a == 0) {
        return INT32_MAX;
    }
    for (k = 0; k < 7; k++) {
        if (rest & (quarter << k)) {
            result = trecx_high_product(result, factors[k]);
        }
    }
    return result;
}

/* 1 / (1 + a) for a in [0, 1), Q0 to Q0: three Newton steps for the reciprocal of (1 + a) / 2. */
static int32_t reciprocal_of_one_plus(int32_t a)
{
    const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = 1515870810 + trecx_high_product(half, -1010580540); /* 48/17 - 32/17 half, Q2 */
    int step;
    for (step = 0; step < 3; step++) {
        const int32_t error = (1 << 29) - trecx_high_product(half, x);
        x += saturating_shift(trecx_high_product(x, error), 2);
    }
    return saturating_shift(x, 1);
}

static int leading_zeros(uint32_t x)
{
    int n = 0;
    while (!(x & 0x80000000u)) {
        x <<= 1;
        n++;
    }
    return n;
}

static int32_t exp_of_difference(int32_t difference, int32_t multiplier, int left_shift)
{
    return exp_of_negative(
        trecx_high_product((int32_t)((uint32_t)difference << left_shift), multiplier));
}

static void softmax_of_row(int n, int32_t multiplier, int left_shift, int32_t smallest, const int8_t *input,
                           int8_t *output)
{
    int32_t largest = INT8_MIN, sum = 0, scale;
    int i, zeros, exponent;
    for (i = 0; i < n; i++) {
        largest = input[i] > largest ? input[i] : largest;
    }
    for (i = 0; i < n; i++) {
        if (input[i] - largest >= smallest) {
            sum += trecx_rounding_shift(exp_of_difference(input[i] - largest, multiplier, left_shift),
                                        SUM_BITS);
        }
    }
    zeros = leading_zeros((uint32_t)sum);
    scale = reciprocal_of_one_plus((int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
    exponent = SUM_BITS - zeros + 31 - OUTPUT_BITS;
    for (i = 0; i < n; i++) {
        int32_t share = 0;
        if (input[i] - largest >= smallest) {
            share = trecx_high_product(scale, exp_of_difference(input[i] - largest, multiplier, left_shift));
            share = trecx_rounding_shift(share, exponent);
        }
        output[i] = trecx_clamp(share + INT8_MIN, INT8_MIN, INT8_MAX);
    }
}

void trecx_softmax(int rows, int n, int32_t multiplier, int left_shift, int32_t smallest,
                   const int8_t *input, int8_t *output)
{
    int row;
    for (row = 0; row < rows; row++) {
        softmax_of_row(n, multiplier, left_shift, smallest, input + row * n, output + row * n);
    }
}
