"""Preview of a file of scores, shown before anything is stored."""

import numpy as np
import pandas as pd
import streamlit as st

from app.import_scores.held_upload import held_curve
from app.import_scores.reading_options import in_controls
from app.import_scores.upload import Brought
from app.shared import charts
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.figures import benefit_curve_figure, flops_axis
from trecx.scores.names import listed

HEIGHT = 330  # pixels


def show_understood(brought: Brought, flops: list[int]) -> None:
    """Show the content of a file, and its benefit curve if its exit FLOPs are known."""
    seen = brought.seen
    exits = "one exit" if seen.n_exits == 1 else f"{seen.n_exits} exits"
    softmax = "scores of all classes" if seen.full_softmax else "only predicted class and confidence"
    accuracy = " · ".join(f"{100 * share:.2f}\N{NO-BREAK SPACE}%" for share in seen.accuracy)
    st.markdown(
        f"**{seen.n_samples:,} samples, {exits}, {len(seen.class_names)} classes, {softmax}.** "
        f"Accuracy per exit: **{accuracy}**"
    )
    if seen.precision != "float32":
        st.info(f"This is an {seen.precision} run: ρ acts in steps of 1/256, as on the device.")
    if seen.doubts:
        st.error("**These scores are probably wrong.** " + plain(in_controls(" ".join(seen.doubts))))
    remarks = "; ".join(brought.file.remarks)
    st.caption(f"Classes: {plain(listed(seen.class_names))}  \nFormat: {plain(remarks)}")
    _show_curve(brought, flops)
    st.caption(f"First {len(seen.rows)} samples")
    columns = {
        name: st.column_config.NumberColumn(format="%.4f") for name in seen.rows[0] if "confidence" in name
    }
    st.dataframe(pd.DataFrame(seen.rows), hide_index=True, column_config=columns, key="first rows")


def _show_curve(brought: Brought, flops: list[int]) -> None:
    seen = brought.seen
    if seen.n_exits == 1:
        st.info("One exit: this is a baseline. Designs scored on the same samples are compared with it.")
        return
    if not flops and not seen.exit_flops:
        st.info("Enter FLOPs per exit (right) to see the benefit curve.")
        return
    try:
        curve = held_curve(brought.file, tuple(flops))
    except TrecxError as error:
        st.warning(plain(str(error)))
        return
    best = int(np.argmax(curve.accuracy))
    charts.show(
        benefit_curve_figure(curve, flops_axis(curve.exit_flops)),
        "brought-curve",
        f"accuracy vs expected FLOPs over all ρ; highest accuracy {100 * curve.accuracy[best]:.2f} % "
        f"at {curve.flops[best] / 1e6:.3f} MFLOPs",
        HEIGHT,
    )
