"""Outcomes of the samples over ρ, such as the two kinds of overthinking."""

import numpy as np
import plotly.graph_objects as go

from trecx.figures.style import (
    EARLY,
    GRAY,
    GREEN,
    ORANGE,
    QUIET,
    STANDOFF,
    TEXT,
    YELLOW,
    Ink,
    Name,
    add_names,
    blank_figure,
)
from trecx.scores import FloatArray, IntArray
from trecx.threshold.outcome_curve import OutcomeCurve
from trecx.threshold.outcomes import (
    DESTRUCTIVE,
    HOPELESS,
    OUTCOME_LABELS,
    PREMATURE,
    RESCUED,
    WASTEFUL,
)

ROOM_FOR_LABELS = 150  # pixels
INKS = {
    WASTEFUL: Ink(EARLY, EARLY, "6px,2px"),
    RESCUED: GREEN,
    HOPELESS: GRAY,
    PREMATURE: ORANGE,
    DESTRUCTIVE: YELLOW,
}


def overthinking_figure(curve: OutcomeCurve, threshold: float) -> go.Figure:
    """Draw the number of samples of five outcomes over ρ; the rest exit early and are correct.

    The scale is a square root, so that outcomes of a few samples stay visible next to those of thousands.

    Args:
        curve: every step of it is drawn.
        threshold: ρ, marked by a line; `inf` is marked at the right end.
    """
    figure = blank_figure("threshold ρ", "samples (square-root scale)")
    steps, ends = np.minimum(curve.thresholds, 1), curve.counts[-1]
    here, at = min(threshold, 1.0), curve.counts[curve.step(threshold)]
    highest = int(curve.counts[:, list(INKS)].max(initial=1))
    for outcome, ink in INKS.items():
        counts = curve.counts[:, outcome]
        turns = np.append(np.flatnonzero(np.diff(counts)), len(counts) - 1)  # between them it is level
        _add_line(figure, steps[turns], counts[turns], OUTCOME_LABELS[outcome], ink)
    figure.add_vline(here, line={"color": TEXT, "width": 1})
    figure.add_scatter(
        x=np.full(len(INKS), here),
        y=np.sqrt(at[list(INKS)]),
        customdata=at[list(INKS)],
        text=[OUTCOME_LABELS[outcome] for outcome in INKS],
        mode="markers",
        marker={"color": [ink.colour for ink in INKS.values()], "size": 8},
        hovertemplate="%{text}: %{customdata:,} at this ρ<extra></extra>",
        name="at this ρ",
    )
    ticks = _ticks(highest)
    figure.update_xaxes(range=[0, 1])
    figure.update_yaxes(
        range=[-0.01 * np.sqrt(highest), 1.05 * np.sqrt(highest)],
        tickvals=np.sqrt(ticks),
        ticktext=[f"{tick:,}" for tick in ticks],
        title_standoff=STANDOFF,
    )
    labels = [Name(OUTCOME_LABELS[k], 1.0, float(np.sqrt(ends[k])), ink.text) for k, ink in INKS.items()]
    add_names(figure, labels)
    return figure.update_layout(margin={"r": ROOM_FOR_LABELS, "t": 24}).add_annotation(
        x=here, y=1, yref="paper", yanchor="bottom", showarrow=False, font={"color": QUIET, "size": 12},
        text=f"ρ = {threshold:.3f}" if threshold <= 1 else "no early exits",
    )  # fmt: skip


def _add_line(figure: go.Figure, steps: FloatArray, counts: IntArray, name: str, ink: Ink) -> None:
    figure.add_scatter(
        x=np.append(0, steps),
        y=np.sqrt(np.append(counts[0], counts)),
        customdata=np.append(counts[0], counts),
        mode="lines",
        line={"color": ink.colour, "width": 2, "dash": ink.dash, "shape": "vh"},
        hovertemplate=f"{name}: %{{customdata:,}} up to ρ %{{x:.4f}}<extra></extra>",
        name=name,
    )


def _ticks(highest: int) -> list[int]:
    """Return round numbers about evenly spaced on a square-root scale."""
    power = 10 ** max(0, int(np.log10(max(highest, 1))) - 1)
    return [step * power for step in (0, 1, 5, 10, 20, 40, 70) if step * power <= highest]
