"""Navigation from any page to the page of a run."""

import streamlit as st

from app.shared.address import carry
from app.shared.run_controls import show_run
from trecx.store import Run


def select_run(run: Run, rho: str | None = None, per_exit: str | None = None) -> None:
    """Select a run in the left column and the address; to be called in a callback.

    Args:
        run: a run with early exits.
        rho: ρ, as in the address; None: as it is.
        per_exit: one threshold per early exit, as in the address; None: one ρ, if it is given.
    """
    show_run(run)
    carry(run=run.run_id)
    if rho is not None:
        carry(rho=rho)
    if rho is not None or per_exit is not None:
        carry(per_exit=per_exit)


def open_run(run: Run) -> None:
    """Open a run in Tune.

    The address is replaced, as Streamlit does not clear an address that contains the value of a widget.
    """
    carry(run=run.run_id)
    st.switch_page("views/tune.py", query_params={"run": run.run_id})
