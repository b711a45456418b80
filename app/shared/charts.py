"""A figure on a page: in the theme's colours, with a text alternative and download as PNG or SVG."""

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
        key: key of the widget, and name of the downloaded file.
        alt: text alternative for screen readers: what the figure shows.
        height: in pixels.
        clickable: whether clicks on its marks are returned.

    Returns:
        The mark that was just clicked, as its x, y, trace (a number) and `custom` data; None without a click.
    """
    component = st.components.v2.component(
        "trecx_chart", js=script("parts", "plot", "figure", "chart"), css=style("chart"), isolate_styles=False
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
