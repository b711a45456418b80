"""Flash and RAM of the deployment of the run shown."""

import streamlit as st

from app.shared.plain_text import plain
from trecx.device.memory import MemoryUse
from trecx.glossary import definition


def show_memory(memory: MemoryUse | None) -> None:
    """Show flash and RAM against the baseline's; nothing if the run has no deployment."""
    if memory is None:
        return
    rows = " · ".join(f"**{name}** {plain(text)}" for name, text in memory.rows().items())
    st.caption(rows, help=f"{definition('flash')} {definition('arena')}")
