"""The images and sounds of a dataset, and a button that downloads them."""

import threading

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.shared.frame import Frame
from app.shared.plain_text import plain
from trecx.datasets.download import fetch_dataset
from trecx.datasets.single_sample import SingleSamples, find_single_samples
from trecx.errors import TrecxError
from trecx.files import paths
from trecx.progress import Progress

_FETCHING = threading.Lock()


def pictures(frame: Frame) -> SingleSamples | None:
    """Return a reader of the samples; if they are not downloaded, offer to do so and return None."""
    singles = find_single_samples(frame.run.task, frame.run.dataset)
    if singles is None:
        st.caption(f"Only scores are stored for this dataset, so the {frame.task.noun}s cannot be shown.")
        return None
    if singles.there:
        return singles
    row = st.container(horizontal=True, vertical_alignment="center")
    row.info(
        f"The {frame.task.noun}s are not downloaded, so they cannot be shown. Download them here or with "
        f"`{singles.fetch_command}`."
    )
    if row.button(f"Download {frame.task.noun}s", key="fetch"):
        _fetch(singles, frame.run.task)
    return None


def _fetch(singles: SingleSamples, task: str) -> None:
    """Download with a progress bar, then draw the page again; a later call resumes a failed download."""
    if singles.source is None or not _FETCHING.acquire(blocking=False):
        st.info("The download is already running. Reload this page later.")
        return
    bar = st.progress(0.0, "Connecting …")
    try:
        fetch_dataset(task, _teller(bar), folder=paths.DOWNLOADS, key=singles.source.key)
    except TrecxError as error:
        bar.empty()
        st.error(plain(str(error)))
        return
    finally:
        _FETCHING.release()
    st.rerun()


def _teller(bar: DeltaGenerator) -> Progress:
    """Return a function that moves a bar once per percent, because there are thousands of files."""
    told: tuple[str, int | None] = ("", None)

    def tell(what: str, done: int, total: int | None) -> None:
        nonlocal told
        percent = min(100 * done // total, 100) if total else None
        if told != (what, percent):
            told = (what, percent)
            bar.progress(percent or 0, what if percent is None else f"{what}: {percent} %")

    return tell
