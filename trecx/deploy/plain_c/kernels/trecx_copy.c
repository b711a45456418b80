/* CONCATENATION, PAD, STRIDED_SLICE, TRANSPOSE; see trecx_kernels.h. */
#include <string.h>

#include "trecx_kernels.h"

static void copy_line(int n, const int8_t *input, int input_step, int8_t *output, int output_step)
{
    int i;
    if (input_step == 1 && output_step == 1) {
        memcpy(output, input, (size_t)n);
        return;
    }
    for (i = 0; i < n; i++, input += input_step, output += output_step) {
        *output = *input;
    }
}

void trecx_copy(const trecx_block *block, const int8_t *input, int8_t *output)
{
    const int *in = block->input_step, *out = block->output_step;
    int i, j, k;
    for (i = 0; i < block->size[0]; i++) {
        for (j = 0; j < block->size[1]; j++) {
            for (k = 0; k < block->size[2]; k++) {
                copy_line(block->size[3], input + i * in[0] + j * in[1] + k * in[2], in[3],
                          output + i * out[0] + j * out[1] + k * out[2], out[3]);
            }
        }
    }
}

void trecx_fill(int8_t value, int n, int8_t *output)
{
    memset(output, value, (size_t)n);
}
