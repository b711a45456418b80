/* Counts the instructions of each stage on golden samples. QEMU with '-icount shift=0' takes 1 ns of virtual time
   for each instruction, and this board's timer ticks every 40 ns. Its 32 bits hold 171,000,000,000 instructions. */
#include <stdio.h>
#include <string.h>

#include "golden_data.h"

#define TIMER ((volatile uint32_t *)0x40000000u) /* CMSDK timer 0: control, value, reload */
#define NS_PER_TICK 40u

static uint64_t counted(int stage, const int8_t *input, int8_t *softmax)
{
    uint32_t before, after;
    before = TIMER[1];
    trecx_run_stage(stage, input, softmax);
    after = TIMER[1];
    return (uint64_t)(before - after) * NS_PER_TICK; /* it counts down */
}

int main(void)
{
    int sample, stage;
    TIMER[2] = UINT32_MAX;
    TIMER[1] = UINT32_MAX;
    TIMER[0] = 1;
    for (sample = 0; sample < TRECX_COUNTED_SAMPLES; sample++) {
        for (stage = 1; stage <= TRECX_NETWORK_STAGES; stage++) {
            int8_t softmax[TRECX_NETWORK_EXIT_BYTES];
            const uint64_t n = counted(stage, trecx_golden_inputs[sample], softmax);
            if (memcmp(softmax, trecx_golden_exits[sample][stage - 1], sizeof softmax) != 0) {
                printf("differs: sample %d, exit %d\n", sample, stage);
                return 1;
            }
            printf("%d %d %lu%09lu\n", sample, stage, (unsigned long)(n / 1000000000u),
                   (unsigned long)(n % 1000000000u));
        }
    }
    return 0;
}
