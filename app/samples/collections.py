"""Collections on the page Samples: add samples, show a collection, change it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from app.samples.address import say
from app.shared.frame import Frame
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.files.spreadsheet import csv_text
from trecx.store import Collected, Collection

COLUMNS = ("task", "dataset", "split", "sample", "true class", "note", "added (UTC)")
_SAID = "said of collections"


def keep_form(frame: Frame, key: str, positions: Callable[[], Sequence[int]]) -> None:
    """Let the user add samples of the run to a new or an existing collection."""
    with _told():
        shelf = frame.store.collections
        known = [collection.name for collection in shelf.all()]
        name, note, wanted = _keep_widgets(key, known)
        if wanted:
            name = name if name in known else shelf.create(name)
            new = shelf.add(name, frame.run.sample_set_id, positions(), note)
            nouns = frame.task.noun + ("" if new == 1 else "s")
            st.success(
                plain(
                    f"{new:,} {nouns} added to {name}." if new else f"{name} already contains these samples."
                )
            )


def _keep_widgets(key: str, known: list[str]) -> tuple[str, str, bool]:
    """The name of a collection, a note, and whether the samples are to be added now."""
    with st.form(f"keep_{key}", border=False):
        name = st.selectbox(
            "Collection",
            known,
            index=0 if known else None,
            key=f"keep_{key}_name",
            accept_new_options=True,
            placeholder="Select one or type a new name",
        )
        note = st.text_input("Note", key=f"keep_{key}_note")
        return name or "", note, st.form_submit_button("Add to collection", key=f"keep_{key}_add")


def show_collections(frame: Frame) -> None:
    """Let the user create a collection or open one."""
    with _told():
        _make_one(frame)
    if trouble := st.session_state.pop(_SAID, ""):
        st.warning(plain(trouble))
    with _told():
        collections = frame.store.collections.all()
        if collections:
            _show_one(frame, collections)
        else:
            st.info("There are no collections yet. Create one here, or add samples from the gallery.")


@contextmanager
def _told() -> Iterator[None]:
    """Show an error that the user can correct where it occurs."""
    try:
        yield
    except TrecxError as error:
        st.warning(plain(str(error)))


def _make_one(frame: Frame) -> None:
    with st.popover("New collection"), st.form("new_collection", border=False, clear_on_submit=True):
        name = st.text_input("Name", key="new_name")
        note = st.text_area("Note", key="new_note")
        if st.form_submit_button("Create collection", key="new_make"):
            st.session_state["collection"] = frame.store.collections.create(name, note)


def _show_one(frame: Frame, collections: list[Collection]) -> None:
    by_name = {collection.name: collection for collection in collections}
    if st.session_state.get("collection") not in by_name:
        st.session_state["collection"] = collections[0].name
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    name = left.selectbox(
        "Collection",
        list(by_name),
        format_func=lambda name: f"{name} ({by_name[name].n_samples:,})",
        key="collection",
    )
    samples = frame.store.collections.samples(name)
    with right.container(horizontal=True):
        st.download_button(
            "Download CSV",
            csv_text(COLUMNS, map(_cells, samples)),
            "collection.csv",
            "text/csv",
            on_click="ignore",
        )
        _change_one(frame, by_name[name])
        _delete_one(frame, by_name[name])
    if by_name[name].note:
        st.text(by_name[name].note)
    _show_samples(frame, name, samples)


def _show_samples(frame: Frame, name: str, samples: list[Collected]) -> None:
    if not samples:
        st.info("This collection is empty. Open a sample in the gallery and add it.")
        return
    table = pd.DataFrame([_cells(sample) for sample in samples], columns=list(COLUMNS))
    chosen = st.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="multi-row", key=f"rows of {name}"
    )["selection"]["rows"]
    here = [samples[row] for row in chosen if row < len(samples)]
    with st.container(horizontal=True):
        arguments = (frame, name, here)
        st.button("Remove selected", disabled=not here, key="take_out", on_click=_remove, args=arguments)
        same = [sample for sample in here if sample.sample_set_id == frame.run.sample_set_id]
        if st.button("Open selected", disabled=len(here) != 1 or not same, key="open_kept"):
            say(sample=same[0].sample)
            st.session_state["go to"] = "gallery"
            st.rerun()


def _remove(frame: Frame, name: str, samples: Sequence[Collected]) -> None:
    try:
        for key in {sample.sample_set_id for sample in samples}:
            positions = [sample.position for sample in samples if sample.sample_set_id == key]
            frame.store.collections.remove(name, key, positions)
    except TrecxError as error:
        st.session_state[_SAID] = f"The samples were not removed: {error}."


def _change_one(frame: Frame, collection: Collection) -> None:
    with st.popover("Edit name and note"), st.form("change_collection", border=False):
        st.text_input("Name", collection.name, key=_key("name", collection))
        st.text_area("Note", collection.note, key=_key("note", collection))
        st.form_submit_button("Save changes", key="change_keep", on_click=_change, args=(frame, collection))


def _change(frame: Frame, collection: Collection) -> None:
    name, note = (st.session_state[_key(what, collection)] for what in ("name", "note"))
    with _remembered("changed", frame, collection):
        frame.store.collections.change(collection, name, note)


def _delete_one(frame: Frame, collection: Collection) -> None:
    with st.popover("Delete"):
        st.write("The collection and its notes are deleted. The samples stay in the dataset.")
        arguments = (frame, collection)
        st.button("Delete collection", key="delete", type="primary", on_click=_delete, args=arguments)


def _delete(frame: Frame, collection: Collection) -> None:
    with _remembered("deleted", frame, collection):
        frame.store.collections.delete(collection)


@contextmanager
def _remembered(done: str, frame: Frame, collection: Collection) -> Iterator[None]:
    """Keep an error for the page that is drawn next, which shows the same collection, whatever its name."""
    try:
        yield
    except TrecxError as error:
        st.session_state[_SAID] = f"The collection was not {done}: {error}."
    with _told():
        for now in frame.store.collections.all():
            if now.collection_id == collection.collection_id:
                st.session_state["collection"] = now.name


def _key(what: str, collection: Collection) -> str:
    """The key of a field; it stays when somebody renames the collection, and so does what is typed."""
    return f"{what} of collection {collection.collection_id}"


def _cells(sample: Collected) -> list[object]:
    added = f"{sample.added_at:%Y-%m-%d %H:%M}"
    return [
        sample.task,
        sample.dataset,
        sample.split,
        sample.sample,
        sample.true_class,
        sample.note,
        added,
    ]
