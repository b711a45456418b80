/* Which taps of a filter lie inside an image. */
#ifndef TRECX_TAPS_H
#define TRECX_TAPS_H

typedef struct {
    int origin; /* place of tap 0, before the image where it is padded */
    int first, end;
} trecx_taps;

static inline trecx_taps trecx_taps_inside(int origin, int dilation, int n_taps, int size)
{
    trecx_taps taps;
    const int end = (size - origin + dilation - 1) / dilation;
    taps.origin = origin;
    taps.first = origin < 0 ? (dilation - 1 - origin) / dilation : 0;
    taps.end = end < n_taps ? end : n_taps;
    return taps;
}

#endif
