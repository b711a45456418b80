/* AVERAGE_POOL_2D and MAX_POOL_2D; see trecx_kernels.h. */
#include "trecx_fixed_point.h"
#include "trecx_kernels.h"
#include "trecx_taps.h"

typedef int32_t (*reduction)(const int8_t *first, int rows, int columns, int row_step, int step);

/* Rounded to nearest, ties away from zero. */
static int32_t average_of(const int8_t *first, int rows, int columns, int row_step, int step)
{
    const int32_t n = rows * columns;
    int32_t sum = 0;
    int row, column;
    for (row = 0; row < rows; row++) {
        const int8_t *value = first + row * row_step;
        for (column = 0; column < columns; column++, value += step) {
            sum += *value;
        }
    }
    return sum > 0 ? (sum + n / 2) / n : (sum - n / 2) / n;
}

static int32_t largest_of(const int8_t *first, int rows, int columns, int row_step, int step)
{
    int32_t largest = INT8_MIN;
    int row, column;
    for (row = 0; row < rows; row++) {
        const int8_t *value = first + row * row_step;
        for (column = 0; column < columns; column++, value += step) {
            largest = *value > largest ? *value : largest;
        }
    }
    return largest;
}

static void pool(const trecx_window *window, reduction reduce, const int8_t *input, int8_t *output)
{
    const int step = window->channels, row_step = window->width * step;
    int out_y, out_x, c;
    for (out_y = 0; out_y < window->out_height; out_y++) {
        const trecx_taps y = trecx_taps_inside(out_y * window->stride_y - window->pad_top, 1,
                                               window->filter_height, window->height);
        for (out_x = 0; out_x < window->out_width; out_x++) {
            const trecx_taps x = trecx_taps_inside(out_x * window->stride_x - window->pad_left, 1,
                                                   window->filter_width, window->width);
            const int8_t *first = input + (y.origin + y.first) * row_step + (x.origin + x.first) * step;
            for (c = 0; c < window->channels; c++) {
                *output++ = trecx_clamp(reduce(first + c, y.end - y.first, x.end - x.first, row_step, step),
                                        window->low, window->high);
            }
        }
    }
}

void trecx_average_pool(const trecx_window *window, const int8_t *input, int8_t *output)
{
    pool(window, average_of, input, output);
}

void trecx_max_pool(const trecx_window *window, const int8_t *input, int8_t *output)
{
    pool(window, largest_of, input, output);
}
