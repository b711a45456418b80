"""The half of the samples that is shown: all of them, or one half, with the seed of the split."""

from typing import Any, cast

import streamlit as st

from app.cache import split_of
from app.shared.address import asked, carry
from app.shared.plain_text import plain
from trecx.datasets.halves import CALIBRATION, HALVES, HELD_OUT, Half
from trecx.glossary import definition
from trecx.store import Run

HALF, SEED = "half", "split_seed"
LAST_SEED = 999_999
ALL = "all"
TITLES = {ALL: "all", CALIBRATION: "calibration half", HELD_OUT: "held-out half"}
HELP = f"Calibration half. {definition('calibration half')} Held-out half. {definition('held-out half')}"
SEED_HELP = "Another seed gives another split."


def pick_half() -> Half | None:
    """Let the user select the samples in the left column; return their half, None for all samples."""
    _take_from_address(HALF, _asked_half())
    chosen = st.session_state[HALF] != ALL  # before the widgets are drawn: the seed needs half of the row
    left, *right = st.sidebar.columns([2.3, 1] if chosen else 1, gap="xsmall", vertical_alignment="bottom")
    name = left.selectbox("Samples", list(TITLES), format_func=TITLES.__getitem__, key=HALF, help=HELP)
    half = None
    if right:
        _take_from_address(SEED, _asked_seed())
        seed = right[0].number_input("Seed", 0, LAST_SEED, step=1, key=SEED, help=SEED_HELP)
        half = Half(cast(Any, name), int(seed))
    _carry(HALF, half.name if half else None)
    _carry(SEED, str(half.seed) if half else None)
    return half


def half_words(run: Run, store_name: str, half: Half) -> str:
    """Return a half as titles have it, such as "held-out half (by speaker, seed 0)"."""
    kept = split_of(run, store_name, half.seed).kept_together
    return half.title.replace("(", f"(by {kept}, ") if kept else half.title


def _asked_half() -> str:
    text = asked(HALF)
    if text is not None and text not in HALVES:
        known = " and ".join(HALVES)
        st.sidebar.warning(plain(f"There is no half {text!r}, only {known}; showing all samples."))
        return ALL
    return text or ALL


def _asked_seed() -> int:
    text = asked(SEED) or "0"
    if text.isascii() and text.isdigit() and len(text) <= len(str(LAST_SEED)):
        return int(text)
    st.sidebar.warning(
        plain(f"The seed of the split must be a whole number from 0 to {LAST_SEED:,}, got {text!r}; using 0.")
    )
    return 0


def _take_from_address(name: str, value: str | int) -> None:
    """Set a widget to the value in the address if it is new there, as in a link or a saved point.

    Otherwise it is set to the value that it has: another page has another widget, which would lose it.
    """
    unchanged = name in st.session_state and asked(name) == st.session_state.get(_written(name))
    st.session_state[name] = st.session_state[name] if unchanged else value


def _carry(name: str, value: str | None) -> None:
    carry(**{name: value})
    st.session_state[_written(name)] = value


def _written(name: str) -> str:
    return f"{name} in the address"
