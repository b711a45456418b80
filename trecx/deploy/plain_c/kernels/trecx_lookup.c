/* QUANTIZE, RELU, LOGISTIC and the like; see trecx_kernels.h. */
#include "trecx_kernels.h"

void trecx_lookup(const int8_t *table, int n, const int8_t *input, int8_t *output)
{
    int i;
    for (i = 0; i < n; i++) {
        output[i] = table[(uint8_t)input[i]];
    }
}
