"""Keeping what was brought, with progress, and the way on to look at it."""

import streamlit as st

from app.shared.navigation import load_context
from app.shared.plain_text import plain
from trecx.datasets.tasks import checked_name
from trecx.errors import TrecxError
from trecx.importing import ScoresFile
from trecx.importing.stored_import import About, import_run
from trecx.store import Store

KEPT = "kept run"


def keep(store: Store, file: ScoresFile, about: About) -> None:
    """Keep the scores as a run and what was measured as a device profile; say what is wrong if not."""
    bar = st.progress(0.0, "storing")

    def tell(what: str, done: int, total: int | None) -> None:
        bar.progress(min(done / total, 1.0) if total else 0.0, what)

    try:
        checked_name("task", about.task)
        checked_name("system", about.system)
        run, profile = import_run(store, file, about, progress=tell)
    except TrecxError as error:
        bar.empty()
        st.error(plain(str(error)))
        return
    st.session_state[KEPT] = (run, profile.name if profile else "")
    st.rerun()


def show_kept() -> None:
    """Say what was kept just now, and lead there."""
    if KEPT not in st.session_state:
        return
    run, profile = st.session_state[KEPT]
    measured = f" What was measured is the device profile “{plain(profile)}”." if profile else ""
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.success(f"Kept as {run.run_id}: {run.n_samples:,} samples.{measured}")
    if run.n_exits > 1 and right.button("Look at it", key="look", width="stretch"):
        del st.session_state[KEPT]
        load_context(run)
