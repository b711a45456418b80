"""The gallery: the samples of a run, page by page."""

import streamlit as st

from app.samples.address import say
from app.samples.collections import keep_form
from app.samples.download import pictures
from app.samples.thumbnails import show_thumbnails
from app.shared.frame import Frame
from trecx.store import SampleFilter, Thumbnail
from trecx.store.gallery import COUNTED_UP_TO
from trecx.threshold.outcome_curve import count_samples

PAGE_SIZE = 24
_PLACE = "gallery place"


def show_gallery(frame: Frame, wanted: SampleFilter) -> None:
    """Show the samples that pass the filter; a click opens one, a form adds them to a collection."""
    starts = _starts(frame, wanted)
    found = frame.store.gallery.page(frame.run, wanted, PAGE_SIZE + 1, starts[-1])
    page, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    if not page:
        st.info(f"No {frame.task.noun} passes these filters at this ρ. Change ρ or remove a filter.")
        return
    total = _count(frame, wanted, None if more or starts[-1] else len(page))
    singles = pictures(frame)
    _show_pager(starts, page, more, total)
    opened = show_thumbnails(frame, page, singles)
    if opened:
        say(sample=opened)
        st.rerun()
    with st.popover("Add to a collection"):
        matches = f"all {total} that pass the filters (at most {COUNTED_UP_TO:,})"
        which = st.radio(
            "Samples to add", ["this page", matches], key="keep_which", label_visibility="collapsed"
        )
        keep_form(
            frame,
            "page",
            lambda: (
                [sample.position for sample in page]
                if which == "this page"
                else frame.store.gallery.positions(frame.run, wanted)
            ),
        )


def _starts(frame: Frame, wanted: SampleFilter) -> list[tuple[int, int] | None]:
    """The sample before each page that was visited; another filter starts from the first page."""
    asked = (frame.run.run_id, wanted)
    if st.session_state.get(_PLACE, (None, []))[0] != asked:
        st.session_state[_PLACE] = (asked, [None])
    starts: list[tuple[int, int] | None] = st.session_state[_PLACE][1]
    return starts


def _count(frame: Frame, wanted: SampleFilter, known: int | None) -> str:
    """The number of samples: if known, that; else from the counts of the run, or by a query."""
    if known is not None:
        return f"{known:,}"
    all_names = not wanted.text and wanted.confidence == (0.0, 1.0)
    unnarrowed = wanted.prediction is None or wanted.at is None
    if all_names and unnarrowed:
        table = frame.context.table
        exact = count_samples(table, wanted.threshold, wanted.outcomes, wanted.label, wanted.prediction)
        return f"{exact:,}"
    count = frame.store.gallery.count(frame.run, wanted)
    return f"{count:,}" if count <= COUNTED_UP_TO else f"more than {COUNTED_UP_TO:,}"


def _show_pager(starts: list[tuple[int, int] | None], page: list[Thumbnail], more: bool, total: str) -> None:
    first = (len(starts) - 1) * PAGE_SIZE + 1
    where, back, on = st.columns([7, 1.5, 1.5], vertical_alignment="center")
    where.markdown(f"**{first:,}–{first + len(page) - 1:,}** of {total}")
    back.button(
        "← Previous",
        disabled=len(starts) == 1,
        key="back",
        width="stretch",
        on_click=_go_back,
        args=[starts],
    )
    on.button(
        "Next →", disabled=not more, key="next", width="stretch", on_click=starts.append, args=[page[-1].key]
    )


def _go_back(starts: list[tuple[int, int] | None]) -> None:
    del starts[-1]
