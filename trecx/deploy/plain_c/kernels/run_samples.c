/* Runs the network on samples: raw int8 inputs from standard input, the softmax of every exit of each sample to
   standard output. Use: make run_samples && ./run_samples < inputs > exits */
#include <stdio.h>

#include "trecx_network.h"

int main(void)
{
    static int8_t input[TRECX_NETWORK_INPUT_BYTES];
    int8_t softmax[TRECX_NETWORK_EXIT_BYTES];
    int stage;
    while (fread(input, 1, sizeof input, stdin) == sizeof input) {
        for (stage = 1; stage <= TRECX_NETWORK_STAGES; stage++) {
            trecx_run_stage(stage, input, softmax);
            if (fwrite(softmax, 1, sizeof softmax, stdout) != sizeof softmax) {
                return 1;
            }
        }
    }
    return fflush(stdout) != 0;
}
