/* CONV_2D; see trecx_kernels.h. */
#include "trecx_fixed_point.h"
#include "trecx_kernels.h"
#include "trecx_taps.h"

static inline int32_t dot(int32_t sum, const int8_t *values, const int8_t *weights, int n, int32_t offset)
{
    int i;
    for (i = 0; i < n; i++) {
        sum += (values[i] + offset) * weights[i];
    }
    return sum;
}

/* Sum over all taps inside the image, for one output channel. Neighbouring taps without dilation are
   neighbours in memory, so that a row of them is one sum. */
static int32_t sum_of_taps(const trecx_window *w, trecx_taps y, trecx_taps x, const int8_t *input,
                           const int8_t *filter, int32_t sum)
{
    const int channels = w->channels;
    int row, column;
    for (row = y.first; row < y.end; row++) {
        const int8_t *line = input + (y.origin + row * w->dilation_y) * w->width * channels;
        const int8_t *weights = filter + row * w->filter_width * channels;
        if (w->dilation_x == 1) {
            sum = dot(sum, line + (x.origin + x.first) * channels, weights + x.first * channels,
                      (x.end - x.first) * channels, w->input_offset);
            continue;
        }
        for (column = x.first; column < x.end; column++) {
            sum = dot(sum, line + (x.origin + column * w->dilation_x) * channels,
                      weights + column * channels, channels, w->input_offset);
        }
    }
    return sum;
}

void trecx_convolution(const trecx_window *window, const int8_t *input, const int8_t *filter,
                       const int32_t *bias, const int32_t *multiplier, const int8_t *shift, int8_t *output)
{
    const int filter_size = window->filter_height * window->filter_width * window->channels;
    int out_y, out_x, c;
    for (out_y = 0; out_y < window->out_height; out_y++) {
        const trecx_taps y = trecx_taps_inside(out_y * window->stride_y - window->pad_top, window->dilation_y,
                                               window->filter_height, window->height);
        for (out_x = 0; out_x < window->out_width; out_x++) {
            const trecx_taps x = trecx_taps_inside(out_x * window->stride_x - window->pad_left,
                                                   window->dilation_x, window->filter_width, window->width);
            for (c = 0; c < window->out_channels; c++) {
                int32_t sum = sum_of_taps(window, y, x, input, filter + c * filter_size, bias[c]);
                sum = trecx_rescale(sum, multiplier[c], shift[c]) + window->output_offset;
                *output++ = trecx_clamp(sum, window->low, window->high);
            }
        }
    }
}
