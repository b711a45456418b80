"""ρ as a slider, for pages that show results at one ρ."""

import math

import streamlit as st

from app.shared.address import carry
from app.shared.frame import Frame

SLIDER, NEVER = "rho_slider", "rho_never"


def pick_threshold(frame: Frame) -> float:
    """Let the user set ρ; return it, and put it into the address for the other pages.

    Returns:
        ρ, 0..1; `inf`: no early exits.
    """
    left, right = st.columns([4, 1.3], vertical_alignment="bottom")
    never = right.toggle(
        "No early exit",
        math.isinf(frame.threshold),
        key=NEVER,
        help=f"ρ = ∞: every {frame.task.noun} reaches the final exit",
    )
    chosen = left.slider(
        "Threshold ρ",
        0.0,
        1.0,
        min(frame.threshold, 1.0),
        step=0.001,
        format="%.3f",
        key=SLIDER,
        disabled=never,
    )
    threshold = math.inf if never else chosen
    carry(rho=str(threshold))
    return threshold
