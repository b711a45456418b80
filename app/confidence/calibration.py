"""Calibration and AUROC of the exits of several runs: violins, a summary, and a table."""

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
from trecx.glossary import definition
from trecx.scores import FloatArray
from trecx.store import Run
from trecx.threshold.class_mix import class_weights

Trust = tuple[Reliability, Separation | None]


def exit_names(n_exits: int) -> list[str]:
    """Return the names of a network's exits, the last one final.

    >>> exit_names(3), exit_names(2)
    (['exit 1', 'exit 2', 'final exit'], ['early exit', 'final exit'])
    """
    early = ["early exit"] if n_exits == 2 else [f"exit {k + 1}" for k in range(n_exits - 1)]
    return [*early, "final exit"]


def file_exit_name(name: str) -> str:
    """Return the name of an exit in files, where every early exit has its number.

    >>> file_exit_name("early exit"), file_exit_name("final exit")
    ('exit 1', 'final exit')
    """
    return "exit 1" if name == "early exit" else name


def trust_of(frame: Frame, run: Run) -> list[Trust]:
    """Return calibration and AUROC of each exit of a run under the class mix."""
    weights = class_weights_of(frame, run)
    return trust(run, frame.store.name, None if weights is None else tuple(weights.tolist()), frame.half)


def mix_of(frame: Frame) -> tuple[float, ...] | None:
    """Return the weight of one sample of each class, as the caches take it; None: 1."""
    weights = frame.context.class_weights
    return None if weights is None else tuple(weights.tolist())


def class_weights_of(frame: Frame, run: Run) -> FloatArray | None:
    """Return the weight of one sample of each class in a run's test set, under the class mix of the frame.

    Its shape is (n_classes,); None: 1.

    Raises:
        ClassMixError: the run's test set has no sample of a class in the mix.
    """
    weights = frame.context.class_weights
    if weights is None or run.sample_set_id == frame.run.sample_set_id:
        return weights
    counts = np.bincount(
        exit_scores(run, frame.store.name, frame.half).labels, minlength=len(run.class_names)
    )
    return class_weights(weights * frame.context.table.class_counts, counts)


def violins_of(frame: Frame, run: Run, band: tuple[float, float]) -> list[SplitViolin]:
    """Return the violins of all exits of a run within a band."""
    scores, weights = exit_scores(run, frame.store.name, frame.half), class_weights_of(frame, run)
    title = run_title(run, [other for other in frame.runs if other.task == run.task])
    return [
        SplitViolin(title, name, *right_and_wrong(exit_confidence(scores, exit_, weights), band))
        for exit_, name in enumerate(exit_names(run.n_exits))
    ]


def trust_words(exit_name: str, found: Trust) -> str:
    """Return a summary of an exit's calibration and AUROC."""
    diagram, apart = found
    off = 100 * (diagram.mean_confidence - diagram.mean_accuracy)
    calibration = (
        f"{exit_name.capitalize()}: accuracy {100 * diagram.mean_accuracy:.1f} %, mean confidence "
        f"{100 * diagram.mean_confidence:.1f} %: **{'over' if off > 0 else 'under'}confident by "
        f"{abs(off):.1f} pt**."
    )
    if apart is None:
        side = "correct" if diagram.mean_accuracy == 1 else "wrong"
        return f"{calibration} AUROC is undefined, because every prediction is {side}."
    return (
        f"{calibration} In **{100 * apart.auroc:.1f} %** of pairs, a correct prediction is more confident "
        f"than a wrong one (AUROC, 95 % CI {100 * apart.low:.1f} to {100 * apart.high:.1f} %)."
    )


def show_trust_table(violins: Sequence[SplitViolin], trusts: Sequence[Trust], name: str) -> None:
    """Draw the table and its download, which also has counts and medians within the band.

    Args:
        violins: of each exit of each run, within the band.
        trusts: of the same exits, over all confidences.
        name: of the file, without its ending.
    """
    numbers = pd.DataFrame(map(_record, violins, trusts))
    shown = numbers[["run", "exit", "accuracy", "mean confidence", "calibration error", "AUROC"]].copy()
    shown["exit"] = [violin.exit_name for violin in violins]
    for percent in ("accuracy", "mean confidence", "calibration error"):
        shown[percent] *= 100
    shown["AUROC interval"] = list(map(_interval, trusts))
    digits = {
        "accuracy": st.column_config.NumberColumn("accuracy (%)", format="%.2f"),
        "mean confidence": st.column_config.NumberColumn("mean confidence (%)", format="%.2f"),
        "calibration error": st.column_config.NumberColumn("ECE (pt)", format="%.2f", help=definition("ECE")),
        "AUROC": st.column_config.NumberColumn(format="%.3f", help=definition("AUROC")),
        "AUROC interval": st.column_config.TextColumn("AUROC, 95 % CI", alignment="right"),
    }
    st.dataframe(shown, hide_index=True, placeholder="–", column_config=digits, key="trust_table")
    csv = frame_csv(numbers)
    st.download_button("Download CSV", csv, f"{name}.csv", "text/csv", on_click="ignore", key="trust_csv")


def _record(violin: SplitViolin, found: Trust) -> dict[str, object]:
    diagram, apart = found
    return {
        "run": violin.run,
        "exit": file_exit_name(violin.exit_name),
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
