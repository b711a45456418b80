"""The live console: the browser receives the `ExitTable` once, and returns ρ when the pointer is released."""

from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from app.cache import console_data
from app.live.assets import script, style
from app.live.budget import answer
from app.live.interval import find_interval, known_interval
from app.live.per_exit_answer import vectors_answer
from app.live.setting import Setting, as_state, held_setting
from app.live.threshold_control import follow_precision
from app.live.wish import Wish
from app.shared.conditions import mix_is_own
from trecx.console import PrecisionChoice
from trecx.console.assets import CONSOLE_SCRIPTS, STYLES
from trecx.scores.run import INT8
from trecx.store import Run
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.run_context import RunContext

SCRIPTS = (*CONSOLE_SCRIPTS[:-1], "budget", CONSOLE_SCRIPTS[-1])


@dataclass(frozen=True)
class ConsoleState(Setting):
    """The settings of the console.

    Attributes:
        axis: cost axis of the benefit curve: "FLOPs", "energy" or "latency".
        wish: the limits that are set, by name, and their guarantee (`app.live.wish.Wish`).
    """

    axis: str = "FLOPs"
    wish: dict[str, Any] = field(default_factory=dict)


def console_key(run: Run) -> str:
    """Return the session key of the console of a run."""
    return f"console-{run.run_id}"


def console(
    run: Run,
    context: RunContext,
    start: ConsoleState,
    store_name: str,
    criterion: str = LARGEST,
    counterpart: Run | None = None,
) -> ConsoleState:
    """Show the live console of a run; return its settings when the pointer was last released.

    Args:
        run: a run with two exits or more.
        context: its counts with class mix, device, battery and inference rate.
        start: the initial settings.
        store_name: name of the store of the run.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        counterpart: the run of the same network in the other precision, which the console switches to.
    """
    key, choice = console_key(run), PrecisionChoice.of(run, criterion, counterpart)
    now = _state(st.session_state.get(key), start, choice)
    show = st.components.v2.component(
        "trecx_console",
        js=script(*SCRIPTS),
        css="".join(map(style, STYLES)),
        isolate_styles=False,
    )
    begin = as_state(start) | {"axis": start.axis, "wish": start.wish}
    other = counterpart if len(choice.offered) > 1 else None
    several = now.per_exit is not None
    data = console_data(run, store_name, context, now.axis, criterion, other, several)
    wish = Wish(now.wish, run, store_name, context, criterion, now.precision == INT8)
    if key not in st.session_state:  # drawing a new page again would take its warnings away
        find_interval(wish)
    found = {
        "answer": answer(wish, known_interval(wish)),
        "vectors_answer": vectors_answer(replace(wish, int8=True)) if several else None,
    }
    result = show(
        key=key,
        data=data | begin | found | {"own_mix": mix_is_own()},
        default=begin,
        on_threshold_change=lambda: None,
        on_precision_change=lambda: follow_precision(key, other),
        on_axis_change=lambda: None,
        on_wish_change=lambda: None,
        on_per_exit_change=lambda: None,
    )
    return _state(result, start, choice)


def _state(held: Any, start: ConsoleState, choice: PrecisionChoice) -> ConsoleState:
    if not held or "precision" not in held:
        return replace(start, precision=choice.shown(start.precision))
    setting = held_setting(held, choice.shown(held["precision"]))
    return ConsoleState(
        setting.threshold, setting.precision, setting.per_exit, held["axis"], dict(held["wish"] or {})
    )
