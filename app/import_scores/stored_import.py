"""Store uploaded scores with a progress bar, then offer to open the run in Tune."""

import streamlit as st

from app.import_scores.held_upload import empty_uploader
from app.import_scores.reading_options import in_controls
from app.import_scores.upload import Brought
from app.shared.navigation import open_run
from app.shared.plain_text import plain
from trecx.datasets.tasks import checked_name
from trecx.errors import TrecxError
from trecx.importing import ScoresFile
from trecx.importing.stored_import import About, ImportedRun, import_run
from trecx.store import Store

KEPT, DOUBTED = "kept run", "doubted scores"


def ask_to_keep(brought: Brought, ready: bool) -> bool:
    """Draw the button that imports the scores; implausible ones are asked about once more.

    Args:
        brought: the uploaded scores.
        ready: whether everything needed was entered.
    """
    asked = st.button("Import scores", type="primary", key="keep", disabled=not ready, width="stretch")
    if not brought.seen.doubts:
        return asked
    if asked:
        st.session_state[DOUBTED] = brought.key
    if st.session_state.get(DOUBTED) != brought.key:
        return False
    st.warning("These scores are probably wrong (see the red box). Import them anyway?")
    return st.button("Import anyway", key="keep anyway", disabled=not ready, width="stretch")


def keep(store: Store, file: ScoresFile, about: About) -> None:
    """Store the scores as a run and the measurements as a device profile, or show an error."""
    bar = st.progress(0.0, "storing")

    def tell(what: str, done: int, total: int | None) -> None:
        bar.progress(min(done / total, 1.0) if total else 0.0, what)

    try:
        checked_name("task", about.task)
        checked_name("system", about.system)
        st.session_state[KEPT] = import_run(store, file, about, progress=tell, keep_anyway=True)
    except TrecxError as error:
        bar.empty()
        st.error(plain(in_controls(str(error))))
        return
    empty_uploader()
    st.rerun()


def show_kept() -> None:
    """Show whether the run was stored now or before, and offer to open it."""
    if KEPT not in st.session_state:
        return
    imported: ImportedRun = st.session_state[KEPT]
    left, right = st.columns([5, 1], vertical_alignment="center")
    if imported.run_is_new:
        profile = f" Device profile: “{imported.profile.name}”." if imported.profile else ""
        left.success(plain(f"{imported.message}{profile}"))
    else:
        left.warning(plain(imported.message))
    if imported.run.n_exits > 1 and right.button("Open in Tune", key="look", width="stretch"):
        del st.session_state[KEPT]
        open_run(imported.run)
