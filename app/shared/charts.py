"""A figure on a page: in the theme's colours, with a text alternative, to be downloaded as PNG or SVG."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from app.live.assets import script, style

HEIGHT = 420  # pixels


def show(
    figure: go.Figure, key: str, alt: str, height: int = HEIGHT, clickable: bool = False
) -> dict[str, Any] | None:
    """Show a figure of `trecx.figures`.

    Args:
        figure: its colours are CSS variables.
        key: of the widget; the downloaded file is called so.
        alt: what a screen reader says: what is drawn, and what is seen in it.
        height: in pixels.
        clickable: whether clicks on its marks are told.

    Returns:
        The mark that has just been clicked: its x, y, trace (a number) and `custom` data; else None.
    """
    component = st.components.v2.component(
        "trecx_chart", js=script("parts", "plot", "chart"), css=style("chart"), isolate_styles=False
    )
    text = figure.to_json()
    about = {"name": key, "alt": alt, "height": height, "clickable": clickable}
    result = component(
        key=key,
        data=about | {"figure": text, "version": str(hash((text, *about.values())))},
        on_click_change=lambda: None,
    )
    click: dict[str, Any] | None = result.click
    return click
