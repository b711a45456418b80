"""The live console: the browser receives the `ExitTable` once, and returns ρ when the pointer is released."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import streamlit as st

from app.cache import console_data
from app.live.assets import script, style
from app.live.budget import answer
from app.live.interval import find_interval, known_interval
from app.live.per_exit_answer import vectors_answer
from app.live.wish import Wish
from app.shared.address import carry, thresholds_text
from app.shared.conditions import mix_is_own
from app.shared.run_controls import show_run
from trecx.console import PrecisionChoice
from trecx.console.assets import CONSOLE_SCRIPTS, STYLES
from trecx.scores.run import INT8
from trecx.store import Run
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.run_context import RunContext

SCRIPTS = (*CONSOLE_SCRIPTS[:-1], "budget", CONSOLE_SCRIPTS[-1])


@dataclass(frozen=True)
class ConsoleState:
    """The settings of the console.

    Attributes:
        threshold: ρ; `inf`: no early exits.
        precision: "float32" or "int8".
        axis: cost axis of the benefit curve: "FLOPs", "energy" or "latency".
        wish: the limits that are set, by name, and their guarantee (`app.live.wish.Wish`).
        per_exit: one threshold per early exit, each k/256 or `inf`; None: the console shows ρ.
    """

    threshold: float
    precision: str
    axis: str
    wish: dict[str, Any]
    per_exit: tuple[float, ...] | None = None


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
    begin = asdict(start) | {"threshold": _as_json(start.threshold), "per_exit": _listed(start.per_exit)}
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
        on_precision_change=lambda: _switch(run, other, start),
        on_axis_change=lambda: None,
        on_wish_change=lambda: None,
        on_per_exit_change=lambda: None,
    )
    return _state(result, start, choice)


def _state(held: Any, start: ConsoleState, choice: PrecisionChoice) -> ConsoleState:
    if not held or "precision" not in held:
        return replace(start, precision=choice.shown(start.precision))
    precision = choice.shown(held["precision"])
    per_exit = held.get("per_exit")
    return ConsoleState(
        _as_number(held["threshold"]),
        precision,
        held["axis"],
        dict(held["wish"] or {}),
        None if per_exit is None else tuple(map(_as_number, per_exit)),
    )


def _as_json(threshold: float) -> float | None:
    return None if math.isinf(threshold) else threshold  # JSON lacks inf: no early exits


def _as_number(threshold: float | None) -> float:
    return math.inf if threshold is None else float(threshold)


def _listed(per_exit: tuple[float, ...] | None) -> list[float | None] | None:
    return None if per_exit is None else list(map(_as_json, per_exit))


def _switch(run: Run, counterpart: Run | None, start: ConsoleState) -> None:
    """Show the run of the other precision if that was selected, at the same thresholds."""
    held = st.session_state.get(console_key(run))
    if counterpart and held and held["precision"] == counterpart.precision:
        now = _state(held, start, PrecisionChoice.of(run, LARGEST, counterpart))
        show_run(counterpart)
        carry(
            rho=str(now.threshold),
            precision=counterpart.precision,
            per_exit=thresholds_text(now.per_exit),
        )
