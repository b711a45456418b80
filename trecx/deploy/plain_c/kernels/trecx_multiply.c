/* MUL; see trecx_kernels.h. */
#include "trecx_fixed_point.h"
#include "trecx_kernels.h"

static int8_t product_of(const trecx_pair *pair, int8_t value_1, int8_t value_2)
{
    const int32_t product = (value_1 + pair->offset_1) * (value_2 + pair->offset_2);
    return trecx_clamp(trecx_rescale(product, pair->multiplier, pair->shift) + pair->output_offset,
                       pair->low, pair->high);
}

void trecx_multiply(const trecx_pair *pair, const int8_t *input_1, const int8_t *input_2, int8_t *output)
{
    int i, j, k, m;
    for (i = 0; i < pair->size[0]; i++) {
        for (j = 0; j < pair->size[1]; j++) {
            for (k = 0; k < pair->size[2]; k++) {
                const int8_t *a = input_1 + i * pair->step_1[0] + j * pair->step_1[1] + k * pair->step_1[2];
                const int8_t *b = input_2 + i * pair->step_2[0] + j * pair->step_2[1] + k * pair->step_2[2];
                for (m = 0; m < pair->size[3]; m++, a += pair->step_1[3], b += pair->step_2[3]) {
                    *output++ = product_of(pair, *a, *b);
                }
            }
        }
    }
}
