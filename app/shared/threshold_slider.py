"""ρ as a slider, on pages that show many things at one ρ rather than how they move with it."""

import math

import streamlit as st

from app.shared.address import carry
from app.shared.frame import Frame

SLIDER, NEVER = "rho_slider", "rho_never"


def pick_threshold(frame: Frame) -> float:
    """Let the user move ρ; return it, and put it into the address for the other pages.

    Returns:
        ρ, 0..1; `inf` where nobody is to leave early.
    """
    left, right = st.columns([4, 1.3], vertical_alignment="bottom")
    never = right.toggle(
        "No early exit",
        math.isinf(frame.threshold),
        key=NEVER,
        help=f"ρ = ∞: every {frame.task.noun} runs to the end",
    )
    chosen = left.slider(
        "ρ: the confidence at which an early exit answers",
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
