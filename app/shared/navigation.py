"""Going to the page that shows a run, from any other page."""

import streamlit as st

from app.shared.address import carry
from trecx.store import Run


def load_context(run: Run) -> None:
    """Leave for the page that shows a run; its widgets start from there.

    The address is given anew: Streamlit refuses to clear one in which a widget's value stands.
    """
    carry(run=run.run_id)
    st.switch_page("views/tune.py", query_params={"run": run.run_id})
