"""What an exit goes by when it decides whether to answer: a what-if for runs with the full softmax."""

import streamlit as st

from app.shared.address import asked, carry
from app.shared.plain_text import plain
from trecx.store import Run
from trecx.threshold.exit_criteria import CRITERIA, LARGEST

HELP = (
    "The paper goes by the largest probability (Eq. 1), BranchyNet by entropy. Each is put on a scale of "
    "0 to 1: 1 − H / ln C for the entropy H over C classes; by how much the largest probability leads."
)


def pick_criterion(run: Run, offered: bool) -> str:
    """Let the user choose the exit criterion in the left column, where there is a choice; return its name.

    Args:
        run: what is looked at.
        offered: whether this page can go by another than the largest probability.
    """
    named = asked("criterion") or LARGEST
    possible = run.full_softmax and len(run.class_names) > 2  # with two classes all of them agree
    if named not in CRITERIA:
        st.warning(plain(f"There is no exit criterion {named!r}; going by the {CRITERIA[LARGEST]}."))
        named = LARGEST
    if not offered or not possible:
        if named != LARGEST:
            why = "this page" if possible else "this run"
            st.caption(f"With {why}, an exit goes by the {CRITERIA[LARGEST]}, not by {CRITERIA[named]}.")
        return LARGEST
    names = list(CRITERIA)
    chosen: str = st.sidebar.selectbox(
        "Exit criterion",
        names,
        index=names.index(named),
        format_func=lambda name: CRITERIA[name],
        help=HELP,
        key=f"criterion of {run.run_id}",
    )
    carry(criterion=None if chosen == LARGEST else chosen)
    return chosen
