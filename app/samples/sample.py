"""One sample: its image or sound, the scores of each exit, where it exits, and other runs."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from app.samples.address import say
from app.samples.collections import keep_form
from app.samples.download import pictures
from app.samples.filters import exit_title, outcome_words
from app.shared import charts
from app.shared.frame import Frame
from app.shared.plain_text import plain
from app.shared.run_controls import run_title
from trecx.datasets.kws import CLIP_FRAMES, RATE_HZ
from trecx.datasets.mfcc import mfccs
from trecx.datasets.sample_view import as_png, as_wav, data_address, envelope, is_sound
from trecx.errors import DatasetError
from trecx.figures.sample import largest_alone, mfcc_figure, softmax_figure, waveform_figure
from trecx.store import Answers
from trecx.threshold.outcomes import OUTCOME_LABELS
from trecx.threshold.sample_exit import SampleExit, sample_exits

SIDE = 384  # pixels of a picture
WAVE_PARTS = 800


def show_sample(frame: Frame, name: str, threshold: float) -> None:
    """Show the sample of this name, or a warning if there is none."""
    if st.button("← Back to all samples", key="all_samples"):
        say(sample=None)
        st.rerun()
    found = frame.store.gallery.find(frame.run, name)
    if found is None:
        missing = f"There is no {frame.task.noun} called {name} in {frame.run.dataset}."
        st.warning(plain(f"{missing} Open one in the gallery."))
        return
    position, label = found
    by_run = frame.store.gallery.answers(frame.run, position)
    answers = by_run[frame.run.run_id]
    ways = sample_exits(answers.confidence, answers.predictions == label)
    st.markdown(
        f"**{plain(name)}**, true class *{plain(frame.run.class_names[label])}*. "
        + _where(frame, answers, ways, threshold)
    )
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _show_itself(frame, name)
    with right:
        _show_scores(frame, label, answers, threshold)
        _show_ways(frame, answers, ways, threshold)
    _show_other_runs(frame, label, by_run)
    with st.popover("Add to a collection"):
        keep_form(frame, "one", lambda: [position])


def _where(frame: Frame, answers: Answers, ways: Sequence[SampleExit], threshold: float) -> str:
    """Where the sample exits at this ρ, and its outcome."""
    way = next(way for way in ways if way.holds_at(threshold))
    answer = plain(frame.run.class_names[answers.predictions[way.exit]])
    at = "Without early exits" if math.isinf(threshold) else f"At ρ = {threshold:.3f}"
    title = exit_title(way.exit, frame.run.n_exits)
    return f"{at}, the {title} predicts *{answer}*. The outcome is {outcome_words(way.outcome)}"


def _show_itself(frame: Frame, name: str) -> None:
    singles = pictures(frame)
    if singles is None:
        return
    try:
        raw = singles.read(name)
    except DatasetError as error:
        first = f" (delete {singles.folder} first)" if singles.folder else ""
        st.warning(plain(f"This {frame.task.noun} cannot be shown. {error}{first}."))
        return
    if is_sound(raw):
        _show_sound(raw)
    else:
        # As a data address: the server would delete its file while a browser still loads it.
        st.image(data_address("image/png", as_png(raw, SIDE)), width=SIDE)


def _show_sound(clip: npt.NDArray[np.int16]) -> None:
    st.audio(data_address("audio/wav", as_wav(clip)))
    seconds = CLIP_FRAMES / RATE_HZ
    charts.show(
        waveform_figure(envelope(clip, WAVE_PARTS), seconds),
        "waveform",
        "amplitude of the clip over time",
        height=150,
    )
    charts.show(
        mfcc_figure(mfccs(clip[None])[0, :, :, 0], seconds),
        "mfcc",
        "input of the network: ten MFCCs of the clip over time; blue: above the coefficient's mean over the "
        "clip, orange: below",
        height=190,
    )
    st.caption(
        "Input of the network: ten MFCCs every 20 ms. Blue: above the coefficient's mean over the clip; "
        "orange: below."
    )


def _show_scores(frame: Frame, label: int, answers: Answers, threshold: float) -> None:
    names = frame.run.class_names
    scores = answers.probabilities
    if scores is None:
        scores = largest_alone(answers.predictions, answers.confidence, len(names))
        st.caption(
            "Only the largest score of each exit is stored for this run, so no other scores are drawn."
        )
    said = ", ".join(
        f"{exit_title(k, frame.run.n_exits)} {names[answers.predictions[k]]} {answers.confidence[k]:.3f}"
        for k in range(frame.run.n_exits)
    )
    charts.show(
        softmax_figure(names, label, scores, threshold),
        "softmax",
        f"softmax scores of each exit; true class: {names[label]}. Predictions: {said}",
        height=280,
    )


def _show_ways(frame: Frame, answers: Answers, ways: Sequence[SampleExit], threshold: float) -> None:
    """Where the sample exits as ρ rises: exact, from the running maximum of its confidence."""
    names = frame.run.class_names
    rows = [
        {
            "": "current" if way.holds_at(threshold) else "",
            "ρ": _span(way),
            "exits at": exit_title(way.exit, frame.run.n_exits),
            "prediction": names[answers.predictions[way.exit]],
            "confidence": float(answers.confidence[way.exit]),
            "outcome": OUTCOME_LABELS[way.outcome],
        }
        for way in ways
    ]
    config = {"confidence": st.column_config.NumberColumn(format="%.4f")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=config, key="ways")


def _show_other_runs(frame: Frame, label: int, by_run: dict[str, Answers]) -> None:
    of_task = [run for run in frame.runs if run.task == frame.run.task]
    others = [run for run in of_task if run.run_id in by_run and run.run_id != frame.run.run_id]
    if not others:
        st.caption(f"No other run is scored on the same {frame.task.noun}s.")
        return
    rows = []
    for run in others:
        answers = by_run[run.run_id]
        row = {"run": run_title(run, of_task)}
        for k in range(run.n_exits):
            mark = "✓" if answers.predictions[k] == label else "✗"
            text = f"{mark} {run.class_names[answers.predictions[k]]} {answers.confidence[k]:.3f}"
            row["final exit" if k == run.n_exits - 1 else f"exit {k + 1}"] = text
        rows.append(row)
    table = pd.DataFrame(rows)
    table = table[["run", *sorted(set(table.columns) - {"run"})]].replace({np.nan: None})
    st.markdown(
        f"**The same {frame.task.noun} in other runs** :gray[:small[prediction and confidence per exit]]"
    )
    st.dataframe(table, hide_index=True, placeholder="–", key="other_runs")


def _span(way: SampleExit) -> str:
    if math.isinf(way.above):
        return f"up to {way.up_to:.6f}"
    return f"above {way.above:.6f}" + ("" if math.isinf(way.up_to) else f", up to {way.up_to:.6f}")
