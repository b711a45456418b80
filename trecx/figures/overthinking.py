"""What becomes of the samples as ρ moves: where rescue stops paying."""

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
from trecx.threshold.outcomes import DESTRUCTIVE, HOPELESS, OUTCOMES, PREMATURE, RESCUED, WASTEFUL

INKS = {
    WASTEFUL: Ink(EARLY, EARLY, "6px,2px"),
    RESCUED: GREEN,
    HOPELESS: GRAY,
    PREMATURE: ORANGE,
    DESTRUCTIVE: YELLOW,
}


def overthinking_figure(curve: OutcomeCurve, threshold: float) -> go.Figure:
    """Draw the samples of five outcomes against ρ; those that leave early and right are the rest.

    Heights go by square root, as a few samples are rescued or destroyed where thousands are not.

    Args:
        curve: every step of it is drawn.
        threshold: ρ, marked by a line; `inf`: at the right end.
    """
    figure = blank_figure("threshold ρ", "samples (square-root scale)")
    steps, ends = np.minimum(curve.thresholds, 1), curve.counts[-1]
    here, at = min(threshold, 1.0), curve.counts[curve.step(threshold)]
    highest = int(curve.counts[:, list(INKS)].max(initial=1))
    for outcome, ink in INKS.items():
        counts = curve.counts[:, outcome]
        turns = np.append(np.flatnonzero(np.diff(counts)), len(counts) - 1)  # between them it is level
        _add_line(figure, steps[turns], counts[turns], OUTCOMES[outcome], ink)
    figure.add_vline(here, line={"color": TEXT, "width": 1})
    figure.add_scatter(
        x=np.full(len(INKS), here),
        y=np.sqrt(at[list(INKS)]),
        customdata=at[list(INKS)],
        text=[OUTCOMES[outcome] for outcome in INKS],
        mode="markers",
        marker={"color": [ink.colour for ink in INKS.values()], "size": 8},
        hovertemplate="%{text}: %{customdata:,} here<extra></extra>",
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
    beside = [Name(OUTCOMES[k], 1.0, float(np.sqrt(ends[k])), ink.text) for k, ink in INKS.items()]
    add_names(figure, beside)
    return figure.update_layout(margin={"r": 96, "t": 24}).add_annotation(
        x=here, y=1, yref="paper", yanchor="bottom", showarrow=False, font={"color": QUIET, "size": 12},
        text=f"ρ = {threshold:.3f}" if threshold <= 1 else "nobody leaves early",
    )  # fmt: skip


def _add_line(figure: go.Figure, steps: FloatArray, counts: IntArray, name: str, ink: Ink) -> None:
    figure.add_scatter(
        x=np.append(0, steps),
        y=np.sqrt(np.append(counts[0], counts)),
        customdata=np.append(counts[0], counts),
        mode="lines",
        line={"color": ink.colour, "width": 2, "dash": ink.dash, "shape": "vh"},
        hovertemplate=f"ρ up to %{{x:.4f}}: %{{customdata:,}} {name}<extra></extra>",
        name=name,
    )


def _ticks(highest: int) -> list[int]:
    """Round numbers that stand about evenly on a square-root scale."""
    power = 10 ** max(0, int(np.log10(max(highest, 1))) - 1)
    return [step * power for step in (0, 1, 5, 10, 20, 40, 70) if step * power <= highest]
