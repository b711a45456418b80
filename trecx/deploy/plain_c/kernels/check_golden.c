/* Compares every exit of the network with the golden samples, byte for byte. Use: make check */
#include <stdio.h>
#include <string.h>

#include "golden_data.h"

int main(void)
{
    int sample, stage, wrong = 0;
    for (sample = 0; sample < TRECX_GOLDEN_SAMPLES; sample++) {
        for (stage = 1; stage <= TRECX_NETWORK_STAGES; stage++) {
            int8_t softmax[TRECX_NETWORK_EXIT_BYTES];
            trecx_run_stage(stage, trecx_golden_inputs[sample], softmax);
            if (memcmp(softmax, trecx_golden_exits[sample][stage - 1], sizeof softmax) != 0) {
                printf("sample %d: exit %d differs\n", sample, stage);
                wrong++;
            }
        }
    }
    if (wrong) {
        printf("FAILED: %d of %d answers differ from the golden samples\n", wrong,
               TRECX_GOLDEN_SAMPLES * TRECX_NETWORK_STAGES);
        return 1;
    }
    printf("OK: all %d exits equal the golden samples, %d samples, every byte\n", TRECX_NETWORK_STAGES,
           TRECX_GOLDEN_SAMPLES);
    return 0;
}
