"""The live console: the ExitTable goes to the browser once, ρ comes back when the pointer is let go."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from app.cache import console_data
from app.live.assets import script, style
from app.live.budget import answer
from app.shared.conditions import mix_is_own
from trecx.store import Run
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.run_context import RunContext

SCRIPTS = ("parts", "hints", "dialog", "plot", "counts", "slider", "tiles", "outcomes", "budget", "console")


@dataclass(frozen=True)
class ConsoleState:
    """What the user set in the console.

    Attributes:
        threshold: ρ; `inf`: nobody leaves early.
        precision: "float32" or "int8".
        axis: what the curve is drawn against: "FLOPs", "energy" or "latency".
        wish: the limits of the budget, by name.
    """

    threshold: float
    precision: str
    axis: str
    wish: dict[str, Any]


def console_key(run: Run) -> str:
    """Return the key under which the session holds the console of a run."""
    return f"console-{run.run_id}"


def console(
    run: Run, context: RunContext, start: ConsoleState, store_name: str, criterion: str = LARGEST
) -> ConsoleState:
    """Show what ρ does to a run, live; return what the user has set when the pointer was last let go.

    Args:
        run: a run of two exits or more.
        context: its counts, and all that its numbers depend on.
        start: what to begin with.
        store_name: of the store that the run is in.
        criterion: what an exit goes by.
    """
    key = console_key(run)
    now = _state(st.session_state.get(key), start)
    show = st.components.v2.component(
        "trecx_console",
        js=script(*SCRIPTS),
        css=style("console") + style("access"),
        isolate_styles=False,
    )
    begin = asdict(start) | {"threshold": None if math.isinf(start.threshold) else start.threshold}
    data = console_data(run, store_name, context, now.axis, criterion)
    int8 = now.precision == "int8" and "int8" in data["precisions"]
    result = show(
        key=key,
        data=data | begin | {"answer": answer(context, now.wish, int8), "own_mix": mix_is_own()},
        default=begin,
        on_threshold_change=lambda: None,
        on_precision_change=lambda: None,
        on_axis_change=lambda: None,
        on_wish_change=lambda: None,
    )
    return _state(result, start)


def _state(held: Any, start: ConsoleState) -> ConsoleState:
    if not held or "precision" not in held:
        return start
    rho = held["threshold"]  # JSON has no word for inf: nobody leaves early
    threshold = math.inf if rho is None else float(rho)
    return ConsoleState(threshold, held["precision"], held["axis"], dict(held["wish"] or {}))
