"""The page Import scores: upload a file of scores, check the preview, store the scores as a run."""

import streamlit as st

from app.cache import store
from app.import_scores.metadata import pick_about, usual_classes
from app.import_scores.preview import show_understood
from app.import_scores.reading_options import said_options
from app.import_scores.stored_import import ask_to_keep, keep, show_kept
from app.import_scores.stored_runs import show_stored_runs
from app.import_scores.upload import pick_file
from app.shared.frame import open_frame
from app.shared.plain_text import plain
from trecx.errors import TrecxError

TITLE = "#### Import scores :gray[:small[of your own network; only scores are read, no model is loaded]]"

try:
    here = store()
    runs = here.runs()
except TrecxError as error:
    st.error(plain(str(error)))
    st.stop()
if any(run.n_exits > 1 for run in runs):
    open_frame()
st.markdown(TITLE)
st.space("xsmall")
show_kept()
brought = pick_file(said_options(usual_classes()))
if brought:
    left, right = st.columns([5, 2], gap="large")
    with right:
        about = pick_about(brought.file, runs)
        named = bool(about and about.task and about.system)
        asked = ask_to_keep(brought, ready=named)
        if about and not named:
            st.caption("Select a task and a design to import the scores.")
        if about and asked:
            keep(here, brought.file, about)
    with left:
        show_understood(brought, about.flops if about else [])
show_stored_runs(here)
