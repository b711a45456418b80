"""FLOPs savings and trade-off points of the selected designs (Table 1), largest saving first."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from trecx.comparison.accuracy_targets import Target
from trecx.comparison.design import Design, Mean
from trecx.files.spreadsheet import frame_csv
from trecx.glossary import definition
from trecx.threshold.threshold_text import threshold_text

NONE = "–"
ROUNDS_TO_0_1 = 0.0005  # of accuracy
SAVING, ORACLE_SHARE = "FLOPs saving (%)", "share of oracle saving (%)"
EXIT_FLOPS, EXIT_ACCURACY = "exit MFLOPs", "accuracy of each exit (%)"
HELP = {
    SAVING: f"{definition('saving')} Shown is the mean over accuracies 0 to 3 pt below the baseline's, with "
    "negative values as 0.",
    ORACLE_SHARE: definition("oracle"),
    EXIT_FLOPS: definition("exit FLOPs"),
    EXIT_ACCURACY: "Accuracy if all samples stop at this exit. The class mix is not applied.",
}
DEFINITION = (
    r"**FLOPs saving**: the mean over accuracies 0 to 3 pt below the baseline's, "
    r"$\frac{1}{0.03}\int_0^{0.03}\max\left(0,\,1-\frac{F(A_b-d)}{F_b}\right)\mathrm{d}d$. $A_b$ and "
    r"$F_b$ are the baseline's accuracy and FLOPs; $F(a)$ is the least FLOPs of any ρ with an accuracy of "
    "$a$ or more. If no ρ reaches $a$, or only at more FLOPs than the baseline's, the saving at $a$ is 0. "
    f"**Oracle**. {definition('oracle')} "
    "ρ is chosen on the samples shown, so the accuracy on new samples can be lower."
)


def show_tables(designs: Sequence[Design], targets: Sequence[Target]) -> None:
    """Show savings and properties of the designs, the reasons for missing numbers, and the download."""
    _show([_savings(design, targets) for design in designs])
    st.caption("  \n".join([*_reasons(designs, targets), DEFINITION]))
    several_sets = len({design.runs[0].sample_set_id for design in designs}) > 1
    _show([_facts(design, several_sets) for design in designs])
    records = pd.DataFrame([record(design, targets) for design in designs])
    st.download_button(
        "Download CSV",
        frame_csv(records),
        "comparison.csv",
        "text/csv",
        help="Both tables, with all digits",
        type="tertiary",
        icon=":material/download:",
    )


def _show(rows: Sequence[dict[str, str]]) -> None:
    columns = {
        name: st.column_config.TextColumn(
            alignment="left" if name == "design" else "right",
            help=definition("trade-off point") if name.startswith("MFLOPs at") else HELP.get(name),
        )
        for name in rows[0]
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, row_height=32)


def spelled(mean: Mean | None, scale: float, decimals: int) -> str:
    """Return a number as text, with its standard deviation over seeds if there are several.

    >>> spelled(Mean(0.351), 100, 1), spelled(Mean(0.351, 0.012), 100, 1), spelled(None, 1, 1)
    ('35.1', '35.1 ± 1.2', '–')
    """
    if mean is None:
        return NONE
    text = f"{scale * mean.value:,.{decimals}f}"
    return text if mean.spread is None else f"{text} ± {scale * mean.spread:.{decimals}f}"


def _savings(design: Design, targets: Sequence[Target]) -> dict[str, str]:
    reference = design.runs[0].system == "baseline"
    saves = spelled(design.saving, 100, 1)
    row = {
        "design": design.name,
        SAVING: "reference" if reference else saves,
        ORACLE_SHARE: NONE if reference else spelled(design.oracle_share, 100, 0),
    }
    return row | {f"MFLOPs at {target.label}": _point(design, target) for target in targets}


def _facts(design: Design, name_dataset: bool) -> dict[str, str]:
    run, n_samples = design.runs[0], design.situations[0].table.n_samples
    return {
        "design": design.name,
        "parameters": NONE if run.parameters is None else f"{run.parameters:,}",
        EXIT_FLOPS: " · ".join(f"{flops / 1e6:.3f}" for flops in design.exit_flops),
        EXIT_ACCURACY: " · ".join(spelled(mean, 100, 1) for mean in design.standalone()),
        "samples": f"{n_samples:,} · {run.dataset}" if name_dataset else f"{n_samples:,}",
    }


def _point(design: Design, target: Target) -> str:
    points = design.tradeoff(target)
    if points is None:
        return NONE
    text = spelled(Mean.of([point.flops for point in points]), 1e-6, 3)
    if len(points) > 1 or points[0].threshold > 1:
        return text
    curve = design.curves[0]
    return f"{text} · ρ {threshold_text(*curve.plateau(curve.steps_at([points[0].threshold])[0]))}"


def record(design: Design, targets: Sequence[Target]) -> dict[str, Any]:
    """Return all numbers of a design for CSV, under plain names; FLOPs unscaled, shares 0..1."""
    share = design.oracle_share
    numbers: dict[str, Any] = {
        "design": design.name,
        "runs": " ".join(run.run_id for run in design.runs),
        "precision": design.runs[0].precision,
        "dataset": design.runs[0].dataset,
        "n_samples": design.situations[0].table.n_samples,
        "parameters": design.runs[0].parameters,
        "saving": design.saving.value if design.saving else None,
        "oracle_share": share.value if share else None,
    }
    exits = zip(design.exit_flops, design.standalone(), strict=True)
    for number, (flops, accuracy) in enumerate(exits, 1):
        numbers |= {f"exit{number}_flops": flops, f"exit{number}_accuracy": accuracy.value}
    for target in targets:
        points = design.tradeoff(target) or []
        for name in ("flops", "accuracy"):
            values = [getattr(point, name) for point in points]
            numbers[f"{name} at {target.column}"] = Mean.of(values).value if values else None
        numbers[f"threshold at {target.column}"] = points[0].threshold if len(points) == 1 else None
    return numbers


def _reasons(designs: Sequence[Design], targets: Sequence[Target]) -> list[str]:
    """Return the reasons why numbers are missing or small."""
    reasons = {
        "No baseline on the same samples, so the saving is unknown": [
            design.name for design in designs if design.ranks is None
        ],
        "The baseline's scores have another precision than the design's": [
            f"{design.name} ({other})" for design in designs if (other := design.other_baseline)
        ],
        "Even the oracle saves no FLOPs": [
            design.name
            for design in designs
            if design.ranks and design.runs[0].system != "baseline" and design.oracle_share is None
        ],
        "Below the baseline's accuracy at every ρ": [
            f"{design.name} (by at least {100 * below.value:.1f} pt)"
            for design in designs
            if (below := design.shortfall) and below.value >= ROUNDS_TO_0_1
        ],
        f"“{NONE}”: no ρ reaches this accuracy": [
            design.name
            for design in designs
            if design.ranks and any(design.tradeoff(target) is None for target in targets)
        ],
    }
    return [f"{what}: {', '.join(names)}." for what, names in reasons.items() if names]
