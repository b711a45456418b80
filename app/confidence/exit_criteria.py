"""The benefit curves of other exit criteria, computed from the stored scores."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app.cache import reached_by_criterion
from app.confidence.calibration import mix_of
from app.shared.charts import show
from app.shared.frame import Frame
from trecx.comparison.cost_at_accuracy import CostAtAccuracy
from trecx.comparison.seeds import mean_curve
from trecx.figures import CurveLine, comparison_figure
from trecx.figures.style import BLUE, GREEN, ORANGE
from trecx.files.spreadsheet import frame_csv
from trecx.threshold.exit_criteria import CRITERIA, LARGEST, rule

INKS = dict(zip(CRITERIA, (BLUE, ORANGE, GREEN), strict=True))
HEIGHT = 340  # pixels


def show_criteria(frame: Frame) -> None:
    """Show the benefit curve of each exit criterion, and the cheapest one at the baseline's accuracy."""
    baseline = frame.store.baseline_of(frame.run)
    found = reached_by_criterion(frame.run, baseline, frame.store.name, mix_of(frame), frame.half)
    reference = frame.context.reference
    cross = (float(reference["flops"]), float(reference["accuracy"])) if reference else None
    words = criteria_words(found, len(frame.run.class_names), cross[1] if cross else None)
    left, right = st.columns([3, 2])
    with left:
        lines = [
            CurveLine(CRITERIA[name], *mean_curve([way.curve])[:3], INKS[name]) for name, way in found.items()
        ]
        show(comparison_figure(lines, cross), "criteria", f"Three benefit curves. {words}", HEIGHT)
    with right:
        st.markdown(words)
        st.caption(
            "T-RECX uses the maximum softmax probability p₁, BranchyNet the entropy H, Big/Little networks "
            "the margin p₁ − p₂. ρ is chosen on the samples shown; the 95 % CI includes this choice."
        )
    _show_table(frame, found)


def criteria_words(
    found: Mapping[str, CostAtAccuracy], n_classes: int, baseline_accuracy: float | None
) -> str:
    """Return which criterion is cheapest at the baseline's accuracy, and whether that is significant."""
    if n_classes == 2:
        return "With two classes, **the curve is the same** for all three criteria."
    goal = found[LARGEST].goal
    of_baseline = baseline_accuracy is not None and abs(goal - baseline_accuracy) < 1e-9
    whose = "the baseline's accuracy" if of_baseline else "the final exit's accuracy"
    best = min(found, key=lambda name: found[name].flops)
    lead = (
        f"At {whose} ({100 * goal:.2f} %), {CRITERIA[best]} is cheapest: "
        f"{found[best].flops / 1e6:.3f} MFLOPs."
    )
    dearer = [CRITERIA[name] for name, way in found.items() if way.sure]
    if best != LARGEST:
        verdict = "significant" if found[best].sure else "not significant"
        return f"{lead} The saving vs {CRITERIA[LARGEST]} is **{verdict}** (95 %)."
    if dearer:
        return f"{lead} The saving vs {' and '.join(dearer)} is **significant** (95 %)."
    return f"{lead} The saving vs the others is **not significant** (95 %)."


def _show_table(frame: Frame, found: Mapping[str, CostAtAccuracy]) -> None:
    numbers = pd.DataFrame(
        {
            "criterion": CRITERIA[name],
            "rho": way.threshold,
            "leaves where": rule(name, way.threshold, len(frame.run.class_names)),
            "accuracy": way.accuracy,
            "exit rate": way.exit_rate,
            "MFLOPs": way.flops / 1e6,
            "more": way.more[0] / 1e6,
            "more low": way.more[1] / 1e6,
            "more high": way.more[2] / 1e6,
        }
        for name, way in found.items()
    )
    shown = numbers.drop(columns=["more", "more low", "more high"])
    shown[["accuracy", "exit rate"]] *= 100
    shown["more"] = [None if name == LARGEST else _more(way) for name, way in found.items()]
    digits = {
        "rho": st.column_config.NumberColumn("ρ", format="%.4f"),
        "leaves where": st.column_config.TextColumn("exits early if"),
        "accuracy": st.column_config.NumberColumn("accuracy (%)", format="%.2f"),
        "exit rate": st.column_config.NumberColumn("exit rate (%)", format="%.2f"),
        "MFLOPs": st.column_config.NumberColumn(format="%.3f"),
        "more": st.column_config.TextColumn("extra MFLOPs (95 % CI)", alignment="right"),
    }
    st.dataframe(shown, hide_index=True, column_config=digits, placeholder="–", key="criteria_table")
    csv, name = frame_csv(numbers), f"{frame.run.run_id}-criteria.csv"
    st.download_button("Download CSV", csv, name, "text/csv", on_click="ignore", key="criteria_csv")


def _more(way: CostAtAccuracy) -> str:
    """Return the extra MFLOPs of a criterion with their interval, as text."""
    more, low, high = (flops / 1e6 for flops in way.more)
    return f"{more:+.3f} ({low:+.3f} to {high:+.3f})".replace("-", "−")
