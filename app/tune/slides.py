"""Three slides of a point, with download as PNG or SVG."""

import streamlit as st

from app.live.assets import script, style
from trecx.figures.slides import HEIGHT, WIDTH
from trecx.figures.static import SHARPNESS
from trecx.report.slides import slides
from trecx.saved_points.record import PointRecord
from trecx.store import Run
from trecx.threshold.run_context import RunContext


def show_slides(run: Run, context: RunContext, record: PointRecord, name: str) -> None:
    """Show the slides of a point; each can be downloaded in presentation size.

    Args:
        run: the run shown.
        context: its context: class mix, device, battery.
        record: the point.
        name: name of the files, without their extension.
    """
    component = st.components.v2.component(
        "trecx_slides", js=script("parts", "plot", "slides"), css=style("slides"), isolate_styles=False
    )
    drawn = [
        {"title": title, "file": f"{name}-{title.replace(' ', '-')}", "figure": figure.to_json()}
        for title, figure in slides(run, context, record.rule.effective, record).items()
    ]
    size = {"width": WIDTH, "height": HEIGHT}
    component(key="slides shown", data={"slides": drawn, "size": size, "sharpness": SHARPNESS})
