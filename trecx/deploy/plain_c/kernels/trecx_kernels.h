/* Kernels of an int8 network in plain C99. Written for one sample; tensors are laid out height, width, channels.
   Every result equals the reference kernels of TensorFlow Lite Micro to the last byte.
   Use: compile the .c files of this folder and call trecx_run_stage() of trecx_network.h, not these functions. */
#ifndef TRECX_KERNELS_H
#define TRECX_KERNELS_H

#include <stdint.h>

/* A window that moves over an image: of a convolution or a pooling. */
typedef struct {
    int height, width, channels;
    int out_height, out_width, out_channels;
    int filter_height, filter_width;
    int stride_y, stride_x;
    int dilation_y, dilation_x;
    int pad_top, pad_left;
    int32_t input_offset;  /* minus the zero point of the input */
    int32_t output_offset; /* the zero point of the output */
    int32_t low, high;     /* range of the output, which the fused activation narrows */
} trecx_window;

/* Filter: output channel, height, width, channel. One multiplier and shift for each output channel. */
void trecx_convolution(const trecx_window *window, const int8_t *input, const int8_t *filter,
                       const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output);

/* Filter: height, width, output channel. Output channel c reads channel c / (out_channels / channels). */
void trecx_depthwise_convolution(const trecx_window *window, const int8_t *input, const int8_t *filter,
                                 const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                 int8_t *output);

void trecx_average_pool(const trecx_window *window, const int8_t *input, int8_t *output);
void trecx_max_pool(const trecx_window *window, const int8_t *input, int8_t *output);

/* Weights: output, input. One multiplier and shift for each output, or one for all. */
typedef struct {
    int rows, inputs, outputs;
    int per_output; /* 0: the first multiplier and shift are for all outputs */
    int32_t input_offset, output_offset, low, high;
} trecx_dense;

void trecx_fully_connected(const trecx_dense *dense, const int8_t *input, const int8_t *weights,
                           const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                           int8_t *output);

/* Two inputs of up to four dimensions; a step of 0 repeats an input along a dimension. */
typedef struct {
    int size[4], step_1[4], step_2[4];
    int32_t offset_1, offset_2, multiplier_1, multiplier_2, multiplier;
    int shift_1, shift_2, shift;
    int32_t output_offset, low, high;
} trecx_pair;

void trecx_add(const trecx_pair *pair, const int8_t *input_1, const int8_t *input_2, int8_t *output);
void trecx_multiply(const trecx_pair *pair, const int8_t *input_1, const int8_t *input_2, int8_t *output);

/* Any function of one value: 256 results, by the bits of the input. */
void trecx_lookup(const int8_t *table, int n, const int8_t *input, int8_t *output);

/* Copy of a block of up to four dimensions; steps are distances from one element to the next. */
typedef struct {
    int size[4], input_step[4], output_step[4];
} trecx_block;

void trecx_copy(const trecx_block *block, const int8_t *input, int8_t *output);
void trecx_fill(int8_t value, int n, int8_t *output);

/* Mean over the middle one of three dimensions. */
typedef struct {
    int outer, n, inner;
    int32_t input_zero_point, output_zero_point, multiplier;
    int shift;
} trecx_average;

void trecx_mean(const trecx_average *average, const int8_t *input, int8_t *output);

/* Softmax of each row; differences from the row's maximum below `smallest` count as probability 0. */
void trecx_softmax(int rows, int n, int32_t multiplier, int left_shift, int32_t smallest,
                   const int8_t *input, int8_t *output);

#endif
