"""The interval of ρ beside an answer: it is computed once the page is drawn, and shown from then on."""

from typing import Any

import streamlit as st

from app.cache import guaranteed_choice, threshold_interval
from app.live.budget import naive_choice
from app.live.wish import Wish
from trecx.errors import TrecxError
from trecx.threshold.resampling.threshold_interval import ThresholdInterval

_KNOWN = "interval of rho"


def known_interval(wish: Wish) -> ThresholdInterval | None:
    """Return the interval of ρ of a wish; None if it is not known yet."""
    key, interval = st.session_state.get(_KNOWN, (None, None))
    return interval if key == wish.key(wish.calibration) else None


def find_interval(wish: Wish) -> bool:
    """Compute the interval of ρ of a wish; return whether the page has to be drawn again to show it."""
    held: tuple[Any, Any] = st.session_state.get(_KNOWN, (None, None))
    key = wish.key(wish.calibration)
    if held[0] == key or not _chooses(wish):
        return False
    st.session_state[_KNOWN] = (key, threshold_interval(wish))
    return True


def _chooses(wish: Wish) -> bool:
    """Return whether a ρ is within the limits."""
    if not wish.given:
        return False
    try:
        chosen = guaranteed_choice(wish) if wish.guarantee else naive_choice(wish)
    except TrecxError:
        return False  # the answer says why
    return chosen.best is not None
