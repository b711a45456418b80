"""Navigation from any page to the page of a run."""

import streamlit as st

from app.shared.address import carry
from trecx.store import Run


def select_run(run: Run, rho: str | None = None) -> None:
    """Select a run of the same task in the left column; to be called before that is drawn, as in a callback.

    Args:
        run: a run with early exits.
        rho: ρ, as in the address; None: as it is.
    """
    st.session_state[f"run of {run.task}"] = run
    carry(run=run.run_id)
    if rho is not None:
        carry(rho=rho)


def open_run(run: Run) -> None:
    """Open a run in Tune.

    The address is replaced, as Streamlit does not clear an address that contains the value of a widget.
    """
    carry(run=run.run_id)
    st.switch_page("views/tune.py", query_params={"run": run.run_id})
