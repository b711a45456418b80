"""Scripts and styles for the browser, read from files and from the plotly package, without a CDN."""

from pathlib import Path

import streamlit as st
from streamlit.components.v1 import declare_component

from trecx.console.assets import FOLDER, PLOTLY, joined_scripts, style_sheet

HERE = Path(__file__).parent
FOLDERS = (HERE, FOLDER, *(HERE.parent / name for name in ("classes", "compare", "confidence", "samples")))


def script(*names: str) -> str:
    """Return these scripts of this folder, the console's or a page's as one module, in this order."""
    return joined_scripts(*names, folders=FOLDERS)


def style(name: str) -> str:
    """Return a style sheet of this folder, the console's or a page's."""
    return style_sheet(name, folders=FOLDERS)


def page_foundation() -> None:
    """Load the style of all pages and the script of the plotly package.

    The script is served as a separate file from the package's folder, so that the browser can cache it:
    within a component, its 4.8 MB would be sent through the web socket at every visit.
    """
    declare_component("plotly", PLOTLY.parent)
    address = f"{st.get_option('server.baseUrlPath')}/component/{__name__}.plotly/{PLOTLY.name}"
    st.components.v2.component(
        "trecx_foundation", js=script("foundation"), css=style("page"), isolate_styles=False
    )(key="foundation", data={"plotly": f"/{address.lstrip('/')}"})
