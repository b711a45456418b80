/* FULLY_CONNECTED; see trecx_kernels.h. */
#include "trecx_fixed_point.h"
#include "trecx_kernels.h"

void trecx_fully_connected(const trecx_dense *dense, const int8_t *input, const int8_t *weights,
                           const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                           int8_t *output)
{
    const int n = dense->inputs;
    const int32_t offset = dense->input_offset;
    int row, c, i;
    for (row = 0; row < dense->rows; row++, input += n) {
        const int8_t *line = weights;
        for (c = 0; c < dense->outputs; c++, line += n) {
            const int at = dense->per_output ? c : 0;
            int32_t sum = bias[c];
            for (i = 0; i < n; i++) {
                sum += (input[i] + offset) * line[i];
            }
            sum = trecx_rescale(sum, multiplier[at], shift[at]) + dense->output_offset;
            *output++ = trecx_clamp(sum, dense->low, dense->high);
        }
    }
}
