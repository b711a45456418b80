"""Address parameters in addition to those of the left column; they are carried from page to page."""

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from app.shared.plain_text import plain
from trecx.console import SEVERAL, on_grid
from trecx.errors import ThresholdError
from trecx.threshold.benefit_curve import checked_threshold
from trecx.threshold.per_exit.decision import checked_thresholds

START = 0.9  # ρ if the address has none
_CARRIED = "carried"


def asked(name: str) -> str | None:
    """Return the value of `name` in the address, or else its value on an earlier page."""
    held: Mapping[str, str] = st.session_state.get(_CARRIED, {})
    value: str | None = st.query_params.get(name, held.get(name))
    return value


def carry(**values: str | None) -> None:
    """Put values into the address of this page and the next ones; None removes a value."""
    held = st.session_state.setdefault(_CARRIED, {})
    for name, value in values.items():
        if value is None:
            held.pop(name, None)
            st.query_params.pop(name, None)
        else:
            held[name] = value
    st.query_params.update({name: value for name, value in values.items() if value is not None})


def asked_threshold() -> float:
    """Return ρ from the address (`inf`: no early exits); an invalid value is replaced with a warning."""
    text = asked("rho")
    try:
        return checked_threshold(float(text)) if text else START
    except (ValueError, ThresholdError):
        st.warning(plain(f"ρ must be between 0 and 1; the address says {text!r}. Using {START}."))
        return START


def asked_per_exit(n_early: int) -> tuple[float, ...] | None:
    """Return one threshold per early exit from the address, rounded up to k/256; None: one ρ is shown.

    Invalid values cause a warning.

    Args:
        n_early: number of early exits of the run shown.
    """
    text = asked("per_exit")
    if not text:
        return None
    try:
        thresholds = checked_thresholds([float(part) for part in text.split(",")], n_early)
    except (ValueError, ThresholdError):
        thresholds = ()
    if n_early < SEVERAL - 1 or not thresholds:
        need = (
            f"{n_early} numbers from 0 to 1 or inf" if n_early >= SEVERAL - 1 else "two early exits or more"
        )
        st.sidebar.warning(
            plain(f"One threshold per exit needs {need} here; the address says {text!r}. Using one ρ.")
        )
        return None
    return on_grid(thresholds)


def thresholds_text(per_exit: Sequence[float] | None) -> str | None:
    """Return thresholds as text for the address; None: one ρ is shown.

    >>> thresholds_text((0.5, float("inf")))
    '0.5,inf'
    """
    return None if per_exit is None else ",".join(str(threshold) for threshold in per_exit)


def tell_unknown(name: str, known: Collection[str]) -> None:
    """Show a warning if the address has a value that is not one of a widget's options."""
    text = st.query_params.get(name)
    if text is not None and text not in known:
        st.sidebar.warning(plain(f"There is no {name} {text!r}; using the default."))


def tell_not_within(name: str, low: float, high: float) -> None:
    """Show a warning if the address has a value outside of a number field's range."""
    text = st.query_params.get(name)
    try:
        possible = text is None or low <= float(text) <= high
    except ValueError:
        possible = False
    if not possible:
        st.sidebar.warning(plain(f"The {name} must be within {low:,g}–{high:,g}; the address says {text!r}."))
