"""Figure of the measured times by number of samples."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from benchmarks.curve import CURVE, TABLE
from benchmarks.measure import Row
from benchmarks.threshold import LOOKUP
from trecx.figures.style import (
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    YELLOW,
    Ink,
    Name,
    add_names,
    blank_figure,
    padded,
)

OURS = {CURVE: BLUE, TABLE: GREEN, LOOKUP: ORANGE}
PEERS = {
    "numpy.sort of the same float32": ("numpy.sort, the limit", GRAY),
    "scikit-learn's roc_curve": ("scikit-learn's roc_curve", YELLOW),
    "a NumPy loop over 101 thresholds": ("NumPy, 101 thresholds", GRAY),
    "a loop that reads a JSON trace at each of 101 thresholds": ("JSON at each threshold", GRAY),
    "computing it from the scores": ("a ρ from the scores", GRAY),
}


def growth_figure(rows: Sequence[Row]) -> go.Figure:
    """Return time by number of samples, both logarithmic, for this project and each peer."""
    lines = {work: (work, ink, _times(rows, work, "ours")) for work, ink in OURS.items()}
    lines |= {peer: (name, ink, _times(rows, peer, "theirs")) for peer, (name, ink) in PEERS.items()}
    figure = blank_figure("samples", "time, median")
    names = []
    for name, ink, times in lines.values():
        if times:
            n, ms = np.array(sorted(times.items())).T
            figure.add_scatter(
                x=n, y=ms, mode="lines+markers", name=name, line=_line(ink), marker={"size": 5}
            )
            names.append(Name(name, float(np.log10(n[-1])), float(np.log10(ms[-1])), ink.text))
    if names:
        _set_axes(figure)
        add_names(figure, names)
    return figure


def _set_axes(figure: go.Figure) -> None:
    """Label both axes at powers of ten."""
    every = [np.log10(np.concatenate([trace[axis] for trace in figure.data])) for axis in ("x", "y")]
    powers = range(math.floor(every[1].min()), math.ceil(every[1].max()) + 1)
    figure.update_xaxes(type="log", range=padded(every[0], 0.03), dtick=1, tickformat=",")
    figure.update_yaxes(
        type="log",
        range=padded(every[1], 0.03),
        tickvals=[10.0**power for power in powers],
        ticktext=[_time_text(power) for power in powers],
    )


def _time_text(power: int) -> str:
    """Return 10 to this power of milliseconds with a suitable unit.

    >>> [_time_text(power) for power in (-3, -2, 0, 2, 4, 6)]
    ['1 µs', '10 µs', '1 ms', '100 ms', '10 s', '1000 s']
    """
    step = min(power // 3, 1)
    return f"{10 ** (power - 3 * step)} {('µs', 'ms', 's')[step + 1]}"


def _line(ink: Ink) -> dict[str, object]:
    return {"color": ink.colour, "dash": ink.dash, "width": 2}


def _times(rows: Sequence[Row], what: str, side: str) -> dict[int, float]:
    """Return milliseconds by number of samples."""
    field = "work" if side == "ours" else "against"
    return {row.n: getattr(row, side) for row in rows if getattr(row, field) == what}
