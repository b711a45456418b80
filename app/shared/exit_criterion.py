"""How an exit computes its confidence: a what-if for runs with the full softmax."""

import streamlit as st

from app.shared.address import asked, carry
from app.shared.plain_text import plain
from trecx.glossary import definition
from trecx.store import Run
from trecx.threshold.exit_criteria import CRITERIA, LARGEST

SHORT_NAMES = CRITERIA | {LARGEST: "max. softmax"}  # the left column is narrow
HELP = (
    f"{definition('exit criterion')} "
    "Each is scaled to 0–1: entropy as 1 − H / ln C over C classes; margin is the difference between the "
    "two largest probabilities."
)


def pick_criterion(run: Run, offered: bool) -> str:
    """Let the user choose the exit criterion in the left column, where there is a choice; return its name.

    Args:
        run: what is looked at.
        offered: whether this page can use another than the maximum softmax probability.
    """
    named = asked("criterion") or LARGEST
    possible = run.full_softmax and len(run.class_names) > 2  # with two classes all of them agree
    if named not in CRITERIA:
        st.warning(plain(f"There is no exit criterion {named!r}; using the {CRITERIA[LARGEST]}."))
        named = LARGEST
    if not offered or not possible:
        if named != LARGEST:
            where = "This page" if possible else "This run"
            st.caption(f"{where} uses the {CRITERIA[LARGEST]} as exit criterion, not {CRITERIA[named]}.")
        return LARGEST
    names = list(CRITERIA)
    chosen: str = st.sidebar.selectbox(
        "Exit criterion",
        names,
        index=names.index(named),
        format_func=SHORT_NAMES.__getitem__,
        help=HELP,
        key=f"criterion of {run.run_id}",
    )
    carry(criterion=None if chosen == LARGEST else chosen)
    return chosen
