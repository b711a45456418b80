"""Figures of one sample: its softmax scores at every exit, its waveform, and its MFCCs."""

import html
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from trecx.figures.style import EARLY, ORANGE, PAGE, QUIET, RIGHT, STANDOFF, WRONG, blank_figure
from trecx.scores import FloatArray, IntArray

FEW_CLASSES = 6  # more names have no room side by side
MOST_CLASSES = 20  # more names would run into each other


def softmax_figure(
    class_names: Sequence[str],
    label: int,
    probabilities: npt.NDArray[np.float32],
    threshold: float,
) -> go.Figure:
    """Draw the softmax scores of all exits, grouped by class.

    Args:
        class_names: one name per class.
        label: the true class; its name is bold.
        probabilities: of shape (n_exits, n_classes); nan where unknown (`largest_alone`).
        threshold: ρ, drawn as a dashed line; `inf`: no line.
    """
    figure = blank_figure("class (true class in bold)", "softmax score")
    shown = _largest(probabilities, label)
    n_exits, n_classes = probabilities.shape
    if len(shown) < n_classes:
        figure.update_xaxes(
            title_text=f"class (true class in bold; the {len(shown)} most probable of {n_classes})"
        )
    names = [html.escape(class_names[k]) for k in shown]
    for exit_ in range(n_exits):
        final = exit_ == n_exits - 1
        figure.add_bar(
            x=np.arange(len(shown)),
            y=probabilities[exit_, shown],
            customdata=names,
            name="final exit" if final else "early exit" if n_exits == 2 else f"exit {exit_ + 1}",
            marker={"color": ORANGE.colour if final else EARLY},
            opacity=1 if final else (exit_ + 1) / (n_exits - 1) * 0.6 + 0.4,
            hovertemplate="%{customdata} %{y:.4f}<extra>%{fullData.name}</extra>",
        )
    if threshold <= 1:
        figure.add_hline(threshold, line={"color": QUIET, "width": 1, "dash": "dash"})
        figure.add_annotation(
            x=1, xref="paper", y=threshold, text="ρ", showarrow=False, xanchor="left", font={"color": QUIET}
        )
    bold = [f"<b>{name}</b>" if k == label else name for k, name in zip(shown, names, strict=True)]
    figure.update_xaxes(
        tickvals=np.arange(len(shown)), ticktext=bold, tickangle=-40 if len(shown) > FEW_CLASSES else 0
    )
    figure.update_xaxes(automargin=True, title_standoff=STANDOFF)
    figure.update_yaxes(range=[0, 1.02], tickformat=".1f")
    legend = {
        "orientation": "h",
        "x": 0,
        "y": 1.02,
        "yanchor": "bottom",
        "font": {"color": QUIET, "size": 12},
    }
    figure.update_layout(barmode="group", bargap=0.25, showlegend=True, legend=legend)
    return figure.update_layout(margin={"t": 34, "r": 24})


def largest_alone(
    predictions: IntArray, confidence: npt.NDArray[np.float32], n_classes: int
) -> npt.NDArray[np.float32]:
    """Return the scores that a trace has: the largest of each exit, nan for all other classes.

    Args:
        predictions: the class of each exit's largest score, of shape (n_exits,).
        confidence: the score itself, of shape (n_exits,).
        n_classes: number of classes.
    """
    known = np.full((len(predictions), n_classes), np.nan, np.float32)
    known[np.arange(len(predictions)), predictions] = confidence
    return known


def _largest(probabilities: npt.NDArray[np.float32], label: int) -> IntArray:
    """Return the classes to show: all, or the true class and the most probable ones of any exit."""
    likely = np.nan_to_num(probabilities).max(axis=0)
    likely[label] = np.inf
    return np.sort(np.argsort(-likely, kind="stable")[:MOST_CLASSES])


def waveform_figure(extremes: FloatArray, seconds: float) -> go.Figure:
    """Draw a waveform as the band between its lowest and highest amplitude.

    Args:
        extremes: lowest and highest amplitude of equal parts, −1..1, of shape (n_parts, 2), or (0, 2).
        seconds: duration.
    """
    figure = blank_figure("time (s)", "amplitude")
    n_parts = len(extremes)
    middles = (np.arange(n_parts) + 0.5) * (seconds / max(n_parts, 1))
    figure.add_scatter(
        x=np.concatenate([middles, middles[::-1]]),
        y=np.concatenate([extremes[:, 0], extremes[::-1, 1]]),
        fill="toself",
        fillcolor=EARLY,
        line={"color": EARLY, "width": 1},
        mode="lines",
        hoverinfo="skip",
        name="amplitude",
    )
    loudest = float(np.abs(extremes).max(initial=0)) or 1.0
    figure.update_yaxes(range=[-1.2 * loudest, 1.2 * loudest], nticks=4)
    return figure.update_xaxes(range=[0, seconds])


def mfcc_figure(coefficients: npt.NDArray[np.float32], seconds: float) -> go.Figure:
    """Draw the MFCCs of a clip, each coefficient relative to its own mean over the clip.

    Args:
        coefficients: of shape (n_frames, n_coefficients).
        seconds: duration of the clip.
    """
    n_frames, n_coefficients = coefficients.shape
    spread = coefficients.std(axis=0)
    beside = (coefficients - coefficients.mean(axis=0)) / np.where(spread > 0, spread, 1)
    figure = blank_figure("time (s)", "MFCC")
    figure.add_heatmap(
        x=(np.arange(n_frames) + 0.5) * (seconds / max(n_frames, 1)),
        y=np.arange(1, n_coefficients + 1),
        z=beside.T,
        customdata=coefficients.T,
        colorscale=[[0, WRONG], [0.5, PAGE], [1, RIGHT]],
        zmin=-2.5,
        zmax=2.5,
        showscale=False,
        hovertemplate="%{x:.2f} s, MFCC %{y}: %{customdata:.2f}<extra></extra>",
        name="MFCC",
    )
    return figure.update_yaxes(dtick=3, tick0=1)
