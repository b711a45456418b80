"""ρ as a slider, for pages that show results at one ρ."""

import math

import streamlit as st

from app.shared.address import asked, carry
from app.shared.frame import Frame
from trecx.console import SEVERAL
from trecx.scores.run import INT8
from trecx.threshold.int8_steps import HIGHEST, STEPS, snap_int8

SLIDER, INT8_SLIDER, NEVER = "rho_slider", "rho_slider_int8", "rho_never"


def pick_threshold(frame: Frame) -> float:
    """Let the user set ρ; return it, and put it into the address for the other pages.

    For an int8 run it moves in steps of 1/256.

    Returns:
        ρ, 0..1; `inf`: no early exits.
    """
    int8 = frame.run.precision == INT8
    start, highest = (snap_int8(frame.threshold), HIGHEST) if int8 else (frame.threshold, 1.0)
    left, right = st.columns([4, 1.3], vertical_alignment="bottom")
    never = right.toggle(
        "No early exit",
        math.isinf(start),
        key=NEVER,
        help=f"ρ = ∞: every {frame.task.noun} reaches the final exit",
    )
    chosen = left.slider(
        "Threshold ρ",
        0.0,
        highest,
        min(start, highest),
        step=1 / STEPS if int8 else 0.001,
        format="%.4f" if int8 else "%.3f",
        key=INT8_SLIDER if int8 else SLIDER,
        disabled=never,
    )
    threshold = math.inf if never else chosen
    if asked("per_exit") and frame.run.n_exits >= SEVERAL:
        rho = "∞" if math.isinf(threshold) else f"{threshold:.4g}"
        st.caption(f"These numbers are for one ρ = {rho}. One threshold per exit is on the page Tune only.")
    carry(rho=str(threshold))
    return threshold
