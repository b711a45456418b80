"""Where the pictures and sounds are, and a button that fetches them."""

import threading

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.shared.frame import Frame
from app.shared.plain_text import plain
from trecx import paths
from trecx.datasets.download import fetch_dataset
from trecx.datasets.single_sample import SingleSamples, find_single_samples
from trecx.errors import TrecxError
from trecx.progress import Progress

_FETCHING = threading.Lock()


def pictures(frame: Frame) -> SingleSamples | None:
    """Return where the samples themselves are; where they are not, offer to fetch them and return None."""
    singles = find_single_samples(frame.run.task, frame.run.dataset)
    if singles is None:
        st.caption(f"The {frame.task.noun}s themselves are not known here, only their scores.")
        return None
    if singles.there:
        return singles
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.info(
        f"The {frame.task.noun}s themselves are not here yet. Fetch them with the button, or with "
        f"`python -m trecx data fetch {frame.run.task}`. Everything else works without them."
    )
    if right.button(f"Fetch the {frame.task.noun}s", key="fetch", width="stretch"):
        _fetch(singles, frame.run.task)
    return None


def _fetch(singles: SingleSamples, task: str) -> None:
    """Fetch with progress, then draw the page anew; what came before a failure stays, and is gone on from."""
    if singles.source is None or not _FETCHING.acquire(blocking=False):
        st.info("They are being fetched already; reload this page in a while.")
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
    """Return what moves a bar: once a percent, as files come by the thousand."""
    told: tuple[str, int | None] = ("", None)

    def tell(what: str, done: int, total: int | None) -> None:
        nonlocal told
        percent = min(100 * done // total, 100) if total else None
        if told != (what, percent):
            told = (what, percent)
            bar.progress(percent or 0, what if percent is None else f"{what}: {percent} %")

    return tell
