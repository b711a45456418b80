"""The page Tune: choose the exit threshold ρ with live results."""

import streamlit as st

from app.live.console import ConsoleState, console, console_key
from app.live.interval import find_interval
from app.live.setting import asked_setting
from app.live.threshold_control import carry_setting
from app.live.wish import limits_text, parse_limits
from app.shared.address import asked, carry, tell_unknown
from app.shared.frame import Frame, open_frame
from app.shared.plain_text import plain
from app.tune.current_point import wish_of
from app.tune.export_dialog import offer_export
from app.tune.guarantee import show_simulation
from app.tune.memory import show_memory
from app.tune.save_dialog import save_point
from trecx.console import QUANTITIES


def asked_state(frame: Frame) -> ConsoleState:
    """Return the settings in the address, or the defaults; invalid values cause a warning."""
    setting = asked_setting(frame)
    tell_unknown("axis", QUANTITIES)
    text = asked("wish") or ""
    limits = parse_limits(text)
    if len([part for part in text.split(",") if part]) > len(limits):
        st.sidebar.warning(plain(f"Some limits in the address are not valid and were ignored: {text!r}."))
    axis = asked("axis")
    shown = axis if axis in QUANTITIES else "FLOPs"
    return ConsoleState(setting.threshold, setting.precision, setting.per_exit, shown, limits)


frame = open_frame(any_criterion=True, halves=True)
head = st.container(horizontal=True, vertical_alignment="center", key="page head")
with head.container(width="stretch"):
    frame.title("Choose the exit threshold ρ")
if console_key(frame.run) not in st.session_state:  # a new visit, page or run: settings are carried along
    st.session_state["console start"] = asked_state(frame)
start = st.session_state["console start"]
state = console(frame.run, frame.context, start, frame.store.name, frame.criterion, frame.counterpart)
show_memory(frame.memory)
with head.container(horizontal=True, width="content"):
    offer_export(frame, state)
    save_point(frame, state)
wish = wish_of(frame, state)
show_simulation(frame.store, wish)
carry_setting(state)
carry(axis=state.axis, wish=limits_text(state.wish) or None)
if find_interval(wish):
    st.rerun()
