"""How far the confidence of the exits of several runs can be trusted: violins, words, and a table."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from app.cache import exit_scores, trust
from app.shared.frame import Frame
from app.shared.run_controls import run_title
from trecx.confidence.calibration import Reliability
from trecx.confidence.distribution import exit_confidence, right_and_wrong
from trecx.confidence.separation import Separation
from trecx.figures import SplitViolin
from trecx.files.spreadsheet import frame_csv
from trecx.scores import FloatArray
from trecx.store import Run
from trecx.threshold.class_mix import class_weights

Trust = tuple[Reliability, Separation | None]


def exit_names(n_exits: int) -> list[str]:
    """Return what the exits of a network are called, the last one final.

    >>> exit_names(3)
    ['exit 1', 'exit 2', 'final exit']
    """
    return [*(f"exit {k + 1}" for k in range(n_exits - 1)), "final exit"]


def trust_of(frame: Frame, run: Run) -> list[Trust]:
    """Return how far the confidence of each exit of a run can be trusted under the class mix."""
    weights = class_weights_of(frame, run)
    return trust(run, frame.store.name, None if weights is None else tuple(weights.tolist()))


def mix_of(frame: Frame) -> tuple[float, ...] | None:
    """Return what one sample of each class counts, as the caches know it; None: one."""
    weights = frame.context.class_weights
    return None if weights is None else tuple(weights.tolist())


def class_weights_of(frame: Frame, run: Run) -> FloatArray | None:
    """Return what one sample of each class counts in a run's test set, so that the class mix is the frame's.

    Its shape is (n_classes,); None: one.

    Raises:
        ClassMixError: the run's test set has no sample of a class that occurs.
    """
    weights = frame.context.class_weights
    if weights is None or run.sample_set_id == frame.run.sample_set_id:
        return weights
    counts = np.bincount(exit_scores(run, frame.store.name).labels, minlength=len(run.class_names))
    return class_weights(weights * frame.context.table.class_counts, counts)


def violins_of(frame: Frame, run: Run, band: tuple[float, float]) -> list[SplitViolin]:
    """Return the violins of every exit of a run within a band."""
    scores, weights = exit_scores(run, frame.store.name), class_weights_of(frame, run)
    title = run_title(run, [other for other in frame.runs if other.task == run.task])
    return [
        SplitViolin(title, name, *right_and_wrong(exit_confidence(scores, exit_, weights), band))
        for exit_, name in enumerate(exit_names(run.n_exits))
    ]


def trust_words(exit_name: str, found: Trust) -> str:
    """Return in words how far the confidence of an exit can be trusted."""
    diagram, apart = found
    off = 100 * (diagram.mean_confidence - diagram.mean_accuracy)
    honest = (
        f"It is right {100 * diagram.mean_accuracy:.1f} % of the time and promises "
        f"{100 * diagram.mean_confidence:.1f} %: {abs(off):.1f} points too {'much' if off > 0 else 'little'}."
    )
    if apart is None:
        side = "right" if diagram.mean_accuracy == 1 else "wrong"
        return (
            f"{honest} Every answer is {side}, so confidence has nothing to tell apart: AUROC is undefined."
        )
    return (
        f"At {exit_name} a right answer is more confident than a wrong one in "
        f"**{100 * apart.auroc:.1f} %** of pairs (AUROC, 95 % {100 * apart.low:.1f} to "
        f"{100 * apart.high:.1f}): that is what an early exit lives on. {honest}"
    )


def show_trust_table(violins: Sequence[SplitViolin], trusts: Sequence[Trust], name: str) -> None:
    """Draw the table and its download, which has counts and medians within the band besides.

    Args:
        violins: of each exit of each run, within the band.
        trusts: of the same exits, over all confidences.
        name: of the file.
    """
    numbers = pd.DataFrame(map(_record, violins, trusts))
    shown = numbers[["run", "exit", "accuracy", "mean confidence", "calibration error", "AUROC"]].copy()
    for percent in ("accuracy", "mean confidence", "calibration error"):
        shown[percent] *= 100
    shown["AUROC interval"] = list(map(_interval, trusts))
    digits = {
        "accuracy": st.column_config.NumberColumn("accuracy (%)", format="%.2f"),
        "mean confidence": st.column_config.NumberColumn("mean confidence (%)", format="%.2f"),
        "calibration error": st.column_config.NumberColumn("ECE (points)", format="%.2f"),
        "AUROC": st.column_config.NumberColumn(format="%.3f"),
        "AUROC interval": st.column_config.TextColumn("95 %", alignment="right"),
    }
    st.dataframe(shown, hide_index=True, placeholder="–", column_config=digits, key="trust_table")
    csv = frame_csv(numbers)
    st.download_button("CSV", csv, f"{name}.csv", "text/csv", on_click="ignore", key="trust_csv")


def _record(violin: SplitViolin, found: Trust) -> dict[str, object]:
    diagram, apart = found
    return {
        "run": violin.run,
        "exit": violin.exit_name,
        "accuracy": diagram.mean_accuracy,
        "mean confidence": diagram.mean_confidence,
        "calibration error": diagram.expected_error,
        "AUROC": apart.auroc if apart else None,
        "AUROC low": apart.low if apart else None,
        "AUROC high": apart.high if apart else None,
        "right in band": round(violin.right.count),
        "median right": violin.right.median,
        "wrong in band": round(violin.wrong.count),
        "median wrong": violin.wrong.median,
    }


def _interval(found: Trust) -> str | None:
    return f"{found[1].low:.3f} to {found[1].high:.3f}" if found[1] else None
