"""Upgrades a store that an older release made, before a page is shown."""

import streamlit as st

from app.cache import store
from app.shared.plain_text import plain
from trecx.errors import StoreError


def upgrade_store() -> None:
    """Upgrade the dashboard's store if needed, with progress; say where its copy is, or what failed."""
    try:
        here = store()
        if here.old_version is None:
            return
        bar = st.progress(0.0, "upgrading the database")

        def show(what: str, done: int, total: int | None) -> None:
            bar.progress(done / total if total else 0.0, what)

        copy = here.upgrade(show)
    except StoreError as error:
        st.error(plain(str(error)))
        st.stop()
    bar.empty()
    if copy:
        st.success(plain(f"The database was upgraded for this release. As it was, it is in {copy}."))
