"""Save the current point under a name."""

import math
from dataclasses import replace

import streamlit as st

from app.live.console import ConsoleState
from app.live.wish import GUARANTEE
from app.shared.frame import Frame
from app.shared.plain_text import plain
from app.tune.current_point import guarantee_of, record_of
from trecx.errors import TrecxError
from trecx.saved_points.record import PointRecord, Rule, rule_for
from trecx.saved_points.texts import rule_text
from trecx.scores.run import INT8
from trecx.store.saved_points import AUTHOR_LENGTH, NAME_LENGTH, NOTE_LENGTH
from trecx.threshold.exit_criteria import CRITERIA, ENTROPY

NAME, NOTE, AUTHOR = "point name", "point note", "point author"
_AUTHOR, _SAID = "author of points", "said of keeping"  # not of widgets: they persist across pages


def save_point(frame: Frame, state: ConsoleState) -> None:
    """Let the user save the current point: a button that opens a form.

    Args:
        frame: the run and its settings.
        state: ρ, precision and the other settings of the console.
    """
    with st.popover("Save point", type="primary", icon=":material/bookmark_add:"):
        st.caption(f"{rule_words(frame, state)}. Saved with its numbers, device, battery and class mix.")
        if words := _samples_words(frame, state):
            st.caption(words)
        st.session_state.setdefault(AUTHOR, st.session_state.get(_AUTHOR, ""))
        with st.form("keep point", border=False):
            st.text_input("Name", key=NAME, max_chars=NAME_LENGTH, placeholder="Doorbell, spring release")
            st.text_area(
                "Note", key=NOTE, max_chars=NOTE_LENGTH, placeholder="Why this threshold?", height=90
            )
            st.text_input("Author", key=AUTHOR, max_chars=AUTHOR_LENGTH)
            st.form_submit_button("Save", key="keep point now", on_click=_save, args=(frame, state))
        saved, words = st.session_state.pop(_SAID, (True, ""))
        if words:
            (st.success if saved else st.warning)(plain(words))


def _save(frame: Frame, state: ConsoleState) -> None:
    try:
        frame.store.points.save(_record(frame, state))
    except TrecxError as error:
        st.session_state[_SAID] = (False, f"Not saved: {error}.")
        return
    st.session_state[_SAID] = (True, "Saved. Find it under Saved points.")
    st.session_state[_AUTHOR] = st.session_state[AUTHOR]
    st.session_state[NAME] = st.session_state[NOTE] = ""


def _record(frame: Frame, state: ConsoleState) -> PointRecord:
    taken = record_of(frame, state, rule_of(frame, state), st.session_state["mix"])
    name, note, author = (st.session_state[key] for key in (NAME, NOTE, AUTHOR))
    return replace(taken, name=name, note=note, author=author)


def _samples_words(frame: Frame, state: ConsoleState) -> str:
    """Return with which guarantee and split the point is saved; empty without them."""
    guarantee = guarantee_of(frame, state, rule_of(frame, state))
    said = [f"Guarantee: {100 * guarantee.probability:.6g} % probability."] if guarantee else []
    if guarantee is None and GUARANTEE in state.wish:
        what = "This ρ is" if state.per_exit is None else "These thresholds are"
        said = [f"{what} not covered by the guarantee."]
    return " ".join([*said, *([f"Numbers of the {frame.half.title}."] if frame.half else [])])


def rule_of(frame: Frame, state: ConsoleState) -> Rule:
    """Return the exit rule that the console shows."""
    int8 = state.precision == INT8 and frame.criterion != ENTROPY
    if state.per_exit is None:
        return rule_for(frame.run, state.threshold, frame.criterion, int8)
    return replace(rule_for(frame.run, math.nan, frame.criterion, int8), per_exit=state.per_exit)


def rule_words(frame: Frame, state: ConsoleState) -> str:
    """Return the exit rule as text."""
    rule = rule_of(frame, state)
    rho = "No early exits (ρ = ∞)" if math.isinf(rule.threshold) else rule_text(rule)
    article = "an" if rule.precision == "int8" else "a"
    return f"{rho} for the {CRITERIA[rule.criterion]} of {article} {rule.precision} softmax"
