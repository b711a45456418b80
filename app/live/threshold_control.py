"""The control of ρ at the head of every page but Tune; the rest of the page follows it in the browser."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from app.cache import control_data
from app.live.assets import script, style
from app.live.setting import Setting, as_state, asked_setting, held_setting
from app.shared.address import carry, thresholds_text
from app.shared.conditions import mix_is_own
from app.shared.frame import Frame
from app.shared.run_controls import show_run
from trecx.console import PrecisionChoice
from trecx.console.assets import CONTROL_SCRIPTS, STYLES
from trecx.scores.run import INT8
from trecx.store import Run
from trecx.threshold.int8_steps import snap_int8


def threshold_control(frame: Frame, one_rho: bool = False) -> Setting:
    """Show the control of ρ; return what it was set to when the pointer was last released.

    While the pointer moves, the followers on the page (`app.live.follower`) change in the browser.

    Args:
        frame: the run shown.
        one_rho: whether the rest of the page shows one ρ even if there is one threshold per exit; it says so.
    """
    run, key = frame.run, f"threshold-{frame.run.run_id}"
    if key not in st.session_state:
        asked = asked_setting(frame)
        if run.precision == INT8:
            asked = replace(asked, threshold=snap_int8(asked.threshold))
        st.session_state["threshold start"] = asked
    start: Setting = st.session_state["threshold start"]
    choice = PrecisionChoice.of(run, frame.criterion, frame.counterpart)
    now = _setting(st.session_state.get(key), start, choice)
    other = frame.counterpart if len(choice.offered) > 1 else None
    data = control_data(
        run, frame.store.name, frame.context, frame.criterion, other, now.per_exit is not None
    )
    begin = as_state(start)
    result = st.components.v2.component(
        "trecx_threshold",
        js=script(*CONTROL_SCRIPTS, "threshold"),
        css="".join(map(style, (*STYLES, "threshold"))),
        isolate_styles=False,
    )(
        key=key,
        data=data | begin | {"own_mix": mix_is_own()},
        default=begin,
        on_threshold_change=lambda: None,
        on_precision_change=lambda: follow_precision(key, other),
        on_per_exit_change=lambda: None,
    )
    setting = _setting(result, start, choice)
    carry_setting(setting)
    if one_rho and setting.per_exit is not None:
        rho = Setting(setting.threshold, setting.precision).words
        st.caption(f"Below, the numbers are for one threshold: {rho}.")
    return setting


def carry_setting(setting: Setting) -> None:
    """Put a setting into the address of this page and the next ones."""
    carry(
        rho=str(setting.threshold),
        precision=setting.precision,
        per_exit=thresholds_text(setting.per_exit),
    )


def _setting(held: Mapping[str, Any] | None, start: Setting, choice: PrecisionChoice) -> Setting:
    if not held or "precision" not in held:
        return Setting(start.threshold, choice.shown(start.precision), start.per_exit)
    return held_setting(held, choice.shown(held["precision"]))


def follow_precision(key: str, counterpart: Run | None) -> None:
    """Show the run of the other precision if that was selected, at the same thresholds.

    Args:
        key: of the component in which it was selected.
        counterpart: the run of the same network in the other precision; None if there is none.
    """
    held = st.session_state.get(key)
    if counterpart and held and held["precision"] == counterpart.precision:
        show_run(counterpart)
        carry_setting(held_setting(held, counterpart.precision))
