/* MEAN; see trecx_kernels.h. */
#include "trecx_fixed_point.h"
#include "trecx_kernels.h"

void trecx_mean(const trecx_average *average, const int8_t *input, int8_t *output)
{
    const int inner = average->inner;
    int outer, c, i;
    for (outer = 0; outer < average->outer; outer++, input += average->n * inner) {
        for (c = 0; c < inner; c++) {
            const int8_t *value = input + c;
            int32_t sum = -average->input_zero_point * average->n;
            for (i = 0; i < average->n; i++, value += inner) {
                sum += *value;
            }
            sum = trecx_rescale(sum, average->multiplier, average->shift) + average->output_zero_point;
            *output++ = trecx_clamp(sum, INT8_MIN, INT8_MAX);
        }
    }
}
