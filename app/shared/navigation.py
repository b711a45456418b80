"""Navigation from any page to the page of a run."""

import streamlit as st

from app.shared.address import carry
from trecx.store import Run


def open_run(run: Run) -> None:
    """Open a run in Tune.

    The address is replaced, as Streamlit does not clear an address that contains the value of a widget.
    """
    carry(run=run.run_id)
    st.switch_page("views/tune.py", query_params={"run": run.run_id})
