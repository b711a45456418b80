"""The effect of temperature scaling, computed from the stored scores."""

import pandas as pd
import streamlit as st

from app.cache import scaling
from app.confidence.calibration import exit_names, file_exit_name, mix_of
from app.shared.charts import show
from app.shared.frame import Frame
from trecx.comparison.seeds import mean_curve
from trecx.confidence.temperature import LIMITS
from trecx.confidence.temperature_scaling import Scaling
from trecx.figures import CurveLine, comparison_figure
from trecx.figures.style import BLUE, ORANGE
from trecx.files.spreadsheet import frame_csv
from trecx.glossary import definition

HEIGHT = 340  # pixels
ECE = definition("ECE")


def show_temperatures(frame: Frame) -> None:
    """Show the effect of one temperature per exit, fitted on half of the samples, on the other half."""
    found = scaling(
        frame.run, frame.store.baseline_of(frame.run), frame.store.name, mix_of(frame), frame.half
    )
    left, right = st.columns([3, 2])
    words = temperature_words(found)
    with left:
        ways = (("unscaled", found.before, BLUE), ("temperature-scaled", found.after, ORANGE))
        lines = [CurveLine(name, *mean_curve([way.curve])[:3], ink) for name, way, ink in ways]
        show(
            comparison_figure(lines),
            "temperature",
            f"Benefit curves with and without temperature scaling. {words}",
            HEIGHT,
        )
    with right:
        st.markdown(words)
        _show_table(frame, found)
        noun = frame.task.noun
        st.caption(
            f"Temperatures are fitted on {found.n_fitted:,} {noun}s, a random half of each class (seed 0); "
            f"results are for the other {found.n_shown:,}. No extra cost on a device: divide the weights and "
            "the bias of each exit's last layer by its temperature."
            + (" The class mix is not applied to the fit." if mix_of(frame) else "")
        )


def temperature_words(found: Scaling) -> str:
    """Return the effect of the temperatures on the curve as text."""
    if not found.reorders:
        return (
            "With two classes and one early exit, temperature scaling does not change the order of samples "
            "by confidence: **the curve stays the same**, only ρ along it changes."
        )
    more, low, high = (value / 1e6 for value in found.after.more)
    change = f"{more:+.3f} MFLOPs (95 % CI {low:+.3f} to {high:+.3f})".replace("-", "−")
    verdict = "significant" if found.after.sure else "not significant"
    return (
        f"At an accuracy of {100 * found.before.goal:.2f} %, temperature scaling changes the cost by "
        f"{change}: **{verdict}**."
    )


def _show_table(frame: Frame, found: Scaling) -> None:
    names = exit_names(frame.run.n_exits)
    before, after = zip(*found.errors, strict=True)
    columns = {
        "exit": list(map(file_exit_name, names)),
        "temperature": found.temperatures,
        "ECE before": before,
        "ECE after": after,
    }
    numbers = pd.DataFrame(columns)
    shown = numbers.assign(exit=names, **{name: 100 * numbers[name] for name in ("ECE before", "ECE after")})
    digits = {
        "temperature": st.column_config.NumberColumn(format="%.3f", width=90),
        "ECE before": st.column_config.NumberColumn("ECE (pt)", format="%.2f", width=75, help=ECE),
        "ECE after": st.column_config.NumberColumn("ECE scaled (pt)", format="%.2f", width=115, help=ECE),
    }
    st.dataframe(shown, hide_index=True, column_config=digits, key="temperature_table")
    for exit_ in found.at_limit:
        st.caption(
            f"{names[exit_].capitalize()}: the temperature is at a limit of the search ({LIMITS[0]:g} to "
            f"{LIMITS[1]:g}), because nearly all predictions in the half of the fit are correct, or wrong."
        )
    csv, name = frame_csv(numbers), f"{frame.run.run_id}-temperatures.csv"
    st.download_button("Download CSV", csv, name, "text/csv", on_click="ignore", key="temperature_csv")
