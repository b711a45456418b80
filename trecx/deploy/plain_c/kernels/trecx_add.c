/* ADD; see trecx_kernels.h. */
#include "trecx_fixed_point.h"
#include "trecx_kernels.h"

#define HEADROOM 20 /* bits that both inputs are moved up by before they are brought to one scale */

static int8_t sum_of(const trecx_pair *pair, int8_t value_1, int8_t value_2)
{
    const int32_t a = trecx_rescale((value_1 + pair->offset_1) * (1 << HEADROOM), pair->multiplier_1,
                                    pair->shift_1);
    const int32_t b = trecx_rescale((value_2 + pair->offset_2) * (1 << HEADROOM), pair->multiplier_2,
                                    pair->shift_2);
    const int32_t sum = trecx_rescale(a + b, pair->multiplier, pair->shift) + pair->output_offset;
    return trecx_clamp(sum, pair->low, pair->high);
}

void trecx_add(const trecx_pair *pair, const int8_t *input_1, const int8_t *input_2, int8_t *output)
{
    int i, j, k, m;
    for (i = 0; i < pair->size[0]; i++) {
        for (j = 0; j < pair->size[1]; j++) {
            for (k = 0; k < pair->size[2]; k++) {
                const int8_t *a = input_1 + i * pair->step_1[0] + j * pair->step_1[1] + k * pair->step_1[2];
                const int8_t *b = input_2 + i * pair->step_2[0] + j * pair->step_2[1] + k * pair->step_2[2];
                for (m = 0; m < pair->size[3]; m++, a += pair->step_1[3], b += pair->step_2[3]) {
                    *output++ = sum_of(pair, *a, *b);
                }
            }
        }
    }
}
