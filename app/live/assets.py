"""Scripts and styles for the browser, read from files and from the plotly package, without a CDN."""

from pathlib import Path

import streamlit as st

from app.web import plotly_script
from trecx.console.assets import FOLDER, joined_scripts, style_sheet

HERE = Path(__file__).parent
FOLDERS = (HERE, FOLDER, *(HERE.parent / name for name in ("classes", "compare", "confidence", "samples")))


def script(*names: str) -> str:
    """Return these scripts of this folder, the console's or a page's as one module, in this order."""
    return joined_scripts(*names, folders=FOLDERS)


def style(name: str) -> str:
    """Return a style sheet of this folder, the console's or a page's."""
    return style_sheet(name, folders=FOLDERS)


def page_foundation() -> None:
    """Load the style of all pages, and say where the script of the plotly package is."""
    st.components.v2.component(
        "trecx_foundation", js=script("foundation"), css=style("page"), isolate_styles=False
    )(key="foundation", data={"plotly": plotly_script.address()})
