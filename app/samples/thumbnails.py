"""A page of samples as thumbnails, drawn by one browser component."""

from pathlib import Path
from typing import Any

import streamlit as st

from app.live.assets import script
from app.samples.filters import exit_title
from app.shared.frame import Frame
from trecx.datasets.sample_view import as_png, data_address, envelope, is_sound
from trecx.datasets.single_sample import SingleSamples
from trecx.errors import DatasetError
from trecx.store import Thumbnail
from trecx.threshold.outcomes import OUTCOME_LABELS

HERE = Path(__file__).parent
WAVE_PARTS = 64


def show_thumbnails(frame: Frame, page: list[Thumbnail], singles: SingleSamples | None) -> str | None:
    """Show samples; return the name of the one that was clicked just now, else None.

    Args:
        frame: the run and its settings.
        page: the samples.
        singles: reads their images and sounds; None: not available.
    """
    component = st.components.v2.component(
        "trecx_gallery",
        js=script("parts") + (HERE / "gallery.js").read_text(encoding="utf-8"),
        css=(HERE / "gallery.css").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
    cards = [card(thumbnail, frame.run.class_names, frame.run.n_exits, singles) for thumbnail in page]
    opened: str | None = component(key="gallery", data={"cards": cards}, on_open_change=lambda: None).open
    return opened


def card(
    sample: Thumbnail, class_names: tuple[str, ...], n_exits: int, singles: SingleSamples | None
) -> dict[str, Any]:
    """Return one sample as JSON for the browser, with a `fault` if its file is missing or damaged."""
    right = sample.prediction == sample.label
    shown: dict[str, Any] = {
        "name": sample.name,
        "right": right,
        "answer": class_names[sample.prediction],
        "truth": f"true: {class_names[sample.label]}",
        "outcome": OUTCOME_LABELS[sample.outcome],
        "place": f"{exit_title(sample.exit, n_exits)}: {sample.confidence:.3f}",
        "gap": f"{sample.gap:+.3f}",
    }
    if singles:
        try:
            raw = singles.read(sample.name)
        except DatasetError:
            return shown | {"fault": "missing or damaged"}
        if is_sound(raw):
            return shown | {"wave": envelope(raw, WAVE_PARTS).round(4).tolist()}
        return shown | {"image": data_address("image/png", as_png(raw))}
    return shown
