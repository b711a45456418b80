"""What stands in the address beside the widgets at the left, and goes with the user from page to page."""

from collections.abc import Collection, Mapping

import streamlit as st

from app.shared.plain_text import plain
from trecx.errors import ThresholdError
from trecx.threshold.benefit_curve import checked_threshold

START = 0.9  # ρ where nothing is asked
_CARRIED = "carried"


def asked(name: str) -> str | None:
    """Return what the address says of `name`, or, where it is silent, what it said on an earlier page."""
    held: Mapping[str, str] = st.session_state.get(_CARRIED, {})
    value: str | None = st.query_params.get(name, held.get(name))
    return value


def carry(**values: str | None) -> None:
    """Put values into the address, here and on the pages that follow; None takes one out."""
    held = st.session_state.setdefault(_CARRIED, {})
    for name, value in values.items():
        if value is None:
            held.pop(name, None)
            st.query_params.pop(name, None)
        else:
            held[name] = value
    st.query_params.update({name: value for name, value in values.items() if value is not None})


def asked_threshold() -> float:
    """Return the ρ of the address; `inf`: nobody leaves early. Nonsense is told and replaced."""
    text = asked("rho")
    try:
        return checked_threshold(float(text)) if text else START
    except (ValueError, ThresholdError):
        st.warning(plain(f"ρ must be between 0 and 1; the address says {text!r}. Using {START}."))
        return START


def tell_unknown(name: str, known: Collection[str]) -> None:
    """Say so where the address asks a widget for what is not in its list."""
    text = st.query_params.get(name)
    if text is not None and text not in known:
        st.sidebar.warning(plain(f"There is no {name} {text!r}; using the default."))


def tell_not_within(name: str, low: float, high: float) -> None:
    """Say so where the address asks a widget for what is no number that it takes."""
    text = st.query_params.get(name)
    try:
        possible = text is None or low <= float(text) <= high
    except ValueError:
        possible = False
    if not possible:
        st.sidebar.warning(plain(f"The {name} must be within {low:,g}–{high:,g}; the address says {text!r}."))
