"""The runs of the store, and the dialog that deletes one."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.import_scores.stored_import import KEPT
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.glossary import definition
from trecx.store import Run, Store

ROWS_SHOWN, ROW_HEIGHT = 7, 34
ACCURACY = "Accuracy if all samples reach the final exit."
_SAID = "said of deleting"


def show_stored_runs(store: Store) -> None:
    """Show the runs of the store, of which the selected one can be deleted."""
    try:
        runs = store.runs()
    except TrecxError as error:
        st.error(plain(str(error)))
        return
    deleted, words = st.session_state.pop(_SAID, (True, ""))
    if words:
        (st.success if deleted else st.error)(plain(words))
    if not runs:
        return
    with st.expander(f"Runs in this store ({len(runs):,})", key="stored runs"):
        chosen = _pick_run(runs)
        why_not = "" if store.writable else _read_only(store)
        with st.container(horizontal=True, vertical_alignment="center"):
            disabled = chosen is None or bool(why_not)
            if st.button("Delete run…", key="delete run", disabled=disabled) and chosen:
                _ask(store, chosen)
            hint = "" if chosen else "Select a run to delete it."
            st.caption(plain(why_not or hint), width="content")


def list_key(runs: Sequence[Run]) -> str:
    """Return the key of the list; other runs give another key, so that nothing is selected at first."""
    return f"runs {' '.join(run.run_id for run in runs)}"


def _pick_run(runs: Sequence[Run]) -> Run | None:
    """Show the runs; return the selected one."""
    column = st.column_config
    picked: Any = st.dataframe(
        pd.DataFrame([_row(run) for run in runs]),
        hide_index=True,
        column_config={
            "stored": column.DatetimeColumn("Stored", format="YYYY-MM-DD", width=100),
            "samples": column.NumberColumn("Samples", format="localized", width=80),
            "exits": column.NumberColumn("Exits", width=60),
            "accuracy": column.NumberColumn("Accuracy %", format="%.2f", width=92, help=ACCURACY),
            **{name: column.TextColumn(name.capitalize()) for name in ("run", "dataset", "source")},
            "precision": column.TextColumn("Precision", width=84, help=definition("precision")),
        },
        on_select="rerun",
        selection_mode="single-row",
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * min(len(runs) + 1, ROWS_SHOWN + 1) + 6,
        key=list_key(runs),
    )
    rows = [row for row in picked["selection"]["rows"] if 0 <= row < len(runs)]
    return runs[rows[0]] if rows else None


def _row(run: Run) -> dict[str, Any]:
    return {
        "run": run.run_id,
        "precision": run.precision,
        "source": run.source,
        "dataset": run.dataset,
        "samples": run.n_samples,
        "exits": run.n_exits,
        "accuracy": 100 * run.standalone_accuracy[-1],
        "stored": run.created_at,
    }


def _read_only(store: Store) -> str:
    return (
        f"{store.name} is read-only, so no run can be deleted. Make the file and its folder writable for the "
        "user that runs the dashboard."
    )


@st.dialog("Delete run")
def _ask(store: Store, run: Run) -> None:
    """Name what depends on the run, and delete it if the user says so."""
    if _SAID in st.session_state:  # the page shows it
        st.rerun()
    try:
        sentences = store.dependents_of(run).sentences
    except TrecxError as error:
        st.error(plain(str(error)))
        return
    st.markdown(f"**{plain(run.run_id)}**  \n:gray[:small[{plain(run.summary)}]]")
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="delete cancel"):
            st.rerun()
        st.button("Delete run", type="primary", key="delete now", on_click=_delete, args=(store, run))


def _delete(store: Store, run: Run) -> None:
    try:
        store.delete_run(run)
    except TrecxError as error:
        st.session_state[_SAID] = (False, f"Not deleted: {error}.")
        return
    st.session_state[_SAID] = (True, f"Deleted {run.run_id}.")
    if KEPT in st.session_state and st.session_state[KEPT].run.run_id == run.run_id:
        del st.session_state[KEPT]  # the message that it was stored
