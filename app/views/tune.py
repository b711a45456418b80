"""Choose the exit threshold ρ: drag ρ, and watch what follows from it."""

import streamlit as st

from app.live.budget import parse_wish, spell_wish
from app.live.console import ConsoleState, console, console_key
from app.shared.address import asked, carry, tell_unknown
from app.shared.frame import Frame, open_frame
from app.shared.plain_text import plain
from app.tune.export_dialog import offer_export
from app.tune.save_dialog import keep_point
from trecx.console import PRECISIONS, QUANTITIES


def asked_state(frame: Frame) -> ConsoleState:
    """Return what the page's address sets, or where to begin; nonsense in it is told."""
    tell_unknown("precision", PRECISIONS)
    tell_unknown("axis", QUANTITIES)
    text = asked("wish") or ""
    wish = parse_wish(text)
    if len([part for part in text.split(",") if part]) > len(wish):
        st.sidebar.warning(plain(f"Some limits in the address are not valid and were ignored: {text!r}."))
    precision, axis = asked("precision"), asked("axis")
    return ConsoleState(
        frame.threshold,
        precision if precision in PRECISIONS else PRECISIONS[0],
        axis if axis in QUANTITIES else "FLOPs",
        wish,
    )


frame = open_frame(any_criterion=True)
head = st.container(horizontal=True, vertical_alignment="center", key="page head")
with head.container(width="stretch"):
    frame.title("Choose the exit threshold ρ")
if console_key(frame.run) not in st.session_state:  # a new visit, page or run: ρ and the rest go along
    st.session_state["console start"] = asked_state(frame)
start = st.session_state["console start"]
state = console(frame.run, frame.context, start, frame.store.name, frame.criterion)
with head.container(horizontal=True, width="content"):
    offer_export(frame, state)
    keep_point(frame, state)
carry(
    rho=str(state.threshold),
    precision=state.precision,
    axis=state.axis,
    wish=spell_wish(state.wish) or None,
)
