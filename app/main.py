"""The dashboard: page configuration and navigation."""

import streamlit as st

from app.import_scores.held_upload import release_upload
from app.live.assets import page_foundation
from app.shared.store_upgrade import upgrade_store
from app.web.preparation import all_pages

st.set_page_config(page_title="T-RECX studio", page_icon="⏱️", layout="wide", initial_sidebar_state=240)
st.sidebar.markdown("#### T-RECX studio")
page = st.navigation(
    [
        st.Page("views/tune.py", title="Tune", icon=":material/tune:", default=True),
        st.Page("views/compare.py", title="Compare", icon=":material/stacked_line_chart:"),
        st.Page("views/confidence.py", title="Confidence", icon=":material/verified:"),
        st.Page("views/classes.py", title="Classes", icon=":material/grid_on:"),
        st.Page("views/samples.py", title="Samples", icon=":material/image_search:"),
        st.Page("views/saved_points.py", title="Saved points", icon=":material/bookmarks:"),
        st.Page("views/import_scores.py", title="Import scores", icon=":material/upload_file:"),
        st.Page("views/score.py", title="Score", icon=":material/play_circle:"),
    ],
    position="top",
)
if page.url_path != "import_scores":
    release_upload()
page_foundation()
upgrade_store()
if page.url_path:
    all_pages()
page.run()
