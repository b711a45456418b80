"""What if the exits' confidence were tempered? Answered from the stored scores."""

import pandas as pd
import streamlit as st

from app.cache import scaling
from app.confidence.calibration import exit_names, mix_of
from app.shared.charts import show
from app.shared.frame import Frame
from trecx.comparison.seeds import mean_curve
from trecx.confidence.temperature import LIMITS
from trecx.confidence.temperature_scaling import Scaling
from trecx.figures import CurveLine, comparison_figure
from trecx.figures.style import BLUE, ORANGE
from trecx.files.spreadsheet import frame_csv

HEIGHT = 340  # pixels


def show_temperatures(frame: Frame) -> None:
    """Show what one temperature an exit, fitted on half of the samples, changes on the other half."""
    found = scaling(frame.run, frame.store.baseline_of(frame.run), frame.store.name, mix_of(frame))
    left, right = st.columns([3, 2])
    words = temperature_words(found)
    with left:
        ways = (("as it is", found.before, BLUE), ("with temperatures", found.after, ORANGE))
        lines = [CurveLine(name, *mean_curve([way.curve])[:3], ink) for name, way, ink in ways]
        show(comparison_figure(lines), "temperature", f"Benefit curves before and after. {words}", HEIGHT)
    with right:
        st.markdown(words)
        _show_table(frame, found)
        noun = frame.task.noun
        st.caption(
            f"Fitted on {found.n_fitted:,} {noun}s, half of each class drawn by chance (seed 0), for the "
            f"least negative log likelihood; shown on the other {found.n_shown:,}. It costs a device "
            "nothing: divide weights and bias of an exit's last layer by its temperature."
            + (" The fit takes classes as tested." if mix_of(frame) else "")
        )


def temperature_words(found: Scaling) -> str:
    """Return in words what the temperatures do to the curve."""
    if not found.reorders:
        return (
            "With two classes and one early exit a temperature cannot let one sample overtake another: **the "
            "curve stays**, only the ρ of its points moves."
        )
    more, low, high = (value / 1e6 for value in found.after.more)
    interval = f"95 % {low:+.3f} to {high:+.3f}".replace("-", "−")
    luck = "more than luck explains" if found.after.sure else "no more than luck explains"
    return (
        f"To be {100 * found.before.goal:.2f} % accurate on that half takes {abs(more):.3f} MFLOPs "
        f"{'more' if more > 0 else 'less'} ({interval}): **{luck}**."
    )


def _show_table(frame: Frame, found: Scaling) -> None:
    names = exit_names(frame.run.n_exits)
    before, after = zip(*found.errors, strict=True)
    columns = {"exit": names, "temperature": found.temperatures, "ECE before": before, "ECE after": after}
    numbers = pd.DataFrame(columns)
    shown = numbers.assign(**{name: 100 * numbers[name] for name in ("ECE before", "ECE after")})
    digits = {
        "temperature": st.column_config.NumberColumn(format="%.3f", width=90),
        "ECE before": st.column_config.NumberColumn("ECE (points)", format="%.2f", width=95),
        "ECE after": st.column_config.NumberColumn("after", format="%.2f", width=70),
    }
    st.dataframe(shown, hide_index=True, column_config=digits, key="temperature_table")
    for exit_ in found.at_limit:
        st.caption(
            f"For {names[exit_]} no temperature within {LIMITS[0]:g} to {LIMITS[1]:g} is best: in the half "
            "that it was fitted on, (nearly) every answer is right, or (nearly) every one wrong."
        )
    csv, name = frame_csv(numbers), f"{frame.run.run_id}-temperatures.csv"
    st.download_button("CSV", csv, name, "text/csv", on_click="ignore", key="temperature_csv")
