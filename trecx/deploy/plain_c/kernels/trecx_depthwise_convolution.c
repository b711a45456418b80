/* DEPTHWISE_CONV_2D; see trecx_kernels.h. */
#include "trecx_fixed_point.h"
#include "trecx_kernels.h"
#include "trecx_taps.h"

static int32_t sum_of_taps(const trecx_window *w, trecx_taps y, trecx_taps x, const int8_t *input,
                           const int8_t *filter, int32_t sum)
{
    const int step = w->dilation_x * w->channels, filter_step = w->out_channels;
    const int32_t offset = w->input_offset;
    int row, column;
    for (row = y.first; row < y.end; row++) {
        const int8_t *value = input + ((y.origin + row * w->dilation_y) * w->width + x.origin
                                       + x.first * w->dilation_x) * w->channels;
        const int8_t *weight = filter + (row * w->filter_width + x.first) * filter_step;
        for (column = x.first; column < x.end; column++) {
            sum += (*value + offset) * *weight;
            value += step;
            weight += filter_step;
        }
    }
    return sum;
}

void trecx_depthwise_convolution(const trecx_window *window, const int8_t *input, const int8_t *filter,
                                 const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                                 int8_t *output)
{
    const int times = window->out_channels / window->channels;
    int out_y, out_x, channel, k;
    for (out_y = 0; out_y < window->out_height; out_y++) {
        const trecx_taps y = trecx_taps_inside(out_y * window->stride_y - window->pad_top, window->dilation_y,
                                               window->filter_height, window->height);
        for (out_x = 0; out_x < window->out_width; out_x++) {
            const trecx_taps x = trecx_taps_inside(out_x * window->stride_x - window->pad_left,
                                                   window->dilation_x, window->filter_width, window->width);
            int c = 0;
            for (channel = 0; channel < window->channels; channel++) {
                for (k = 0; k < times; k++, c++) {
                    int32_t sum = sum_of_taps(window, y, x, input + channel, filter + c, bias[c]);
                    sum = trecx_rescale(sum, multiplier[c], shift[c]) + window->output_offset;
                    *output++ = trecx_clamp(sum, window->low, window->high);
                }
            }
        }
    }
}
