"""What would have happened over random splits: the loss and the saving of the naive and the guaranteed ρ."""

import numpy as np
import plotly.graph_objects as go

from trecx.figures.style import BLUE, ORANGE, PAGE, QUIET, TEXT, Ink, blank_figure, padded
from trecx.scores import FloatArray
from trecx.threshold.resampling.random_splits import ChoiceOverSplits, RandomSplits

LOSSES = {
    "lost": "samples lost, of all samples (%)",
    "drop": "accuracy drop vs {against}, all samples (pt)",
    "error": "wrong predictions, of all samples (%)",
}
REFERENCES = {"final": "final exit", "baseline": "baseline"}
LOSS_AXIS, SAVING_AXIS = (0.0, 0.46), (0.54, 1.0)  # parts of the width
SPREAD = 0.26  # of the points of a strip, on either side of its line
NAIVE, GUARANTEED = 1, 0  # height of their lines


def random_splits_figure(simulated: RandomSplits | None) -> go.Figure:
    """Draw one point per split and choice: at the left the loss with the limit, at the right the saving.

    Args:
        simulated: the splits; None: the figure has axes only.
    """
    figure = blank_figure(_loss_title(simulated), "")
    saved = f"FLOPs saved vs {simulated.reference} (%)" if simulated else "FLOPs saved (%)"
    second = figure.layout.xaxis.to_plotly_json() | {"domain": SAVING_AXIS, "anchor": "y"}
    figure.update_layout(xaxis2=second)
    figure.update_xaxes(domain=LOSS_AXIS, selector={"anchor": None})
    figure.layout.xaxis2.title.text = saved
    figure.update_xaxes(title_standoff=6)
    figure.update_yaxes(
        range=[-0.75, 1.9],
        showgrid=False,
        tickvals=[NAIVE, GUARANTEED],
        ticktext=["naive ρ", _guaranteed_name(simulated)],
        tickfont={"color": TEXT, "size": 12},
        automargin=True,
    )
    if simulated is None:
        return figure
    for place, choice, ink in (
        (NAIVE, simulated.naive, ORANGE),
        (GUARANTEED, simulated.guaranteed, BLUE),
    ):
        _add_strip(figure, place, 100 * choice.loss, ink, "x", "loss")
        _add_strip(figure, place, 100 * choice.saving, ink, "x2", "saving")
        _add_words(figure, place, _broken(choice), ink, "x domain")
        _add_words(figure, place, _saved(choice), ink, "x2 domain")
    _add_limit(figure, 100 * simulated.limit, "pt" if simulated.loss == "drop" else "%")
    losses = 100 * np.concatenate([simulated.naive.loss, simulated.guaranteed.loss])
    savings = 100 * np.concatenate([simulated.naive.saving, simulated.guaranteed.saving])
    figure.layout.xaxis.range = padded(np.append(losses[~np.isnan(losses)], 100 * simulated.limit), 0.08)
    if not np.isnan(savings).all():
        figure.layout.xaxis2.range = padded(savings[~np.isnan(savings)], 0.08)
    return figure


def _loss_title(simulated: RandomSplits | None) -> str:
    if simulated is None:
        return "loss on all samples (%)"
    title = LOSSES[simulated.loss].format(against=REFERENCES.get(simulated.against, ""))
    return f"{title}, worst class" if simulated.guarantee.each_class else title


def _guaranteed_name(simulated: RandomSplits | None) -> str:
    return "guaranteed ρ" + (f"<br>({100 * simulated.guarantee.probability:g} %)" if simulated else "")


def _broken(choice: ChoiceOverSplits) -> str:
    return f"above the limit in <b>{100 * choice.share_broken:.3g} %</b> of {len(choice.loss)} splits"


def _saved(choice: ChoiceOverSplits) -> str:
    mean = choice.mean_saving
    words = "no ρ in any split" if mean is None else f"mean <b>{100 * mean:.1f} %</b>"
    return f"{words}, no ρ in {choice.n_none} splits" if choice.n_none and mean is not None else words


def _add_strip(figure: go.Figure, place: int, values: FloatArray, ink: Ink, axis: str, what: str) -> None:
    """Draw the values in order of the splits from bottom to top of a strip; nan is left out."""
    height = place + SPREAD * np.linspace(-1, 1, len(values))
    known = ~np.isnan(values)
    figure.add_scatter(
        x=values[known],
        y=height[known],
        customdata=1 + np.flatnonzero(known),
        xaxis=axis,
        mode="markers",
        marker={"color": ink.colour, "size": 5, "opacity": 0.55},
        hovertemplate="split %{customdata}<br>%{x:.2f}<extra></extra>",
        name=f"{'naive' if place == NAIVE else 'guaranteed'} {what}",
    )


def _add_words(figure: go.Figure, place: int, words: str, ink: Ink, axis: str) -> None:
    figure.add_annotation(
        x=0,
        xref=axis,
        xanchor="left",
        y=place + SPREAD + 0.06,
        yanchor="bottom",
        text=words,
        bgcolor=PAGE,  # readable where the limit runs below it
        showarrow=False,
        font={"color": ink.text, "size": 12},
    )


def _add_limit(figure: go.Figure, limit: float, unit: str) -> None:
    figure.add_shape(
        type="line", x0=limit, x1=limit, y0=-0.75, y1=1.62, line={"color": TEXT, "width": 1, "dash": "dash"}
    )
    figure.add_annotation(
        x=limit,
        y=1.62,
        yanchor="bottom",
        text=f"limit {limit:.3g} {unit}",
        showarrow=False,
        font={"color": QUIET, "size": 12},
    )
