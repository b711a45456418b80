"""Components that follow ρ in the browser while the control of ρ on their page moves."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from app.live.assets import script, style
from app.shared.frame import Frame
from trecx.console import counted, versioned


def show_follower(
    frame: Frame,
    name: str,
    data: dict[str, Any],
    scripts: tuple[str, ...],
    styles: tuple[str, ...] = (),
    callbacks: Mapping[str, Callable[[], None]] | None = None,
) -> Any:
    """Show a component that follows ρ (`follow.js`); return its state.

    Args:
        frame: the run shown.
        name: name and key of the component; its last script calls `mountFollower`.
        data: what it shows apart from ρ; `version` and `counted` are added.
        scripts: its scripts, after those that `follow.js` requires.
        styles: its style sheets.
        callbacks: `on_…_change` of its states and triggers.
    """
    whole = data | {"counted": counted(frame.run, frame.criterion, frame.half)}
    component = st.components.v2.component(
        f"trecx_{name}",
        js=script("parts", "follow", *scripts),
        css="".join(map(style, ("live", *styles))),
        isolate_styles=False,
    )
    events: dict[str, Any] = dict(callbacks or {})
    return component(key=name, data=versioned(whole), **events)
