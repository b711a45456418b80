"""The models of a task, to pick from: what is at hand of each, and whether it was scored."""

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.shared.address import tell_unknown
from app.shared.plain_text import plain
from trecx.datasets.tasks import system_title, task_of
from trecx.jobs.known_models import KnownModel
from trecx.store import Run

ROWS_SHOWN, ROW_HEIGHT = 11, 34
COLUMNS = {
    "system": st.column_config.TextColumn("System", width=195),
    "weights": st.column_config.TextColumn("Weights", width=85),
    "model": st.column_config.TextColumn("Model", width=105),
    "state": st.column_config.TextColumn("Scored", width=70),
    "accuracy": st.column_config.NumberColumn("Final exit %", format="%.2f", width=90),
}


def pick_task(models: Sequence[KnownModel], context_options: str) -> str:
    """Let the user pick a task of the models.

    Args:
        models: all.
        context_options: the task to begin with, if they have it.
    """
    tasks = list(dict.fromkeys(model.task for model in models))
    tell_unknown("models", [task_of(name).title for name in tasks])
    return str(
        st.segmented_control(
            "Task of the models",
            tasks,
            default=context_options if context_options in tasks else tasks[0],
            format_func=lambda name: task_of(name).title,
            required=True,
            key="models",
            bind="query-params",
            label_visibility="collapsed",
        )
    )


def show_samples(models: Sequence[KnownModel]) -> None:
    """Say what the models of a task are scored on, and whether that is here."""
    lines = {(model.source, model.dataset): _samples_line(model) for model in models}
    st.caption("  \n".join(lines.values()))


def pick_models(
    models: Sequence[KnownModel], runs: Sequence[Run], asked_for: Collection[str]
) -> list[KnownModel]:
    """Show the models of a task; return those that the user ticked.

    Args:
        models: of one task.
        runs: of the store.
        asked_for: keys of those that wait or run.
    """
    frame = pd.DataFrame([_row(model, model.scored_as(runs), model.key in asked_for) for model in models])
    picked: Any = st.dataframe(
        frame,
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="multi-row",
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(models), ROWS_SHOWN) + 1) + 6,
        placeholder="",
        key=list_key(models),
    )
    return [model for row, model in enumerate(models) if row in picked["selection"]["rows"]]


def list_key(models: Sequence[KnownModel]) -> str:
    """Return the key of the list: of other models it is another list, in which nothing is picked yet."""
    return f"models {' '.join(model.key for model in models)}"


def weights_text(model: KnownModel) -> str:
    """Return which weights a model has, among those of its task and system."""
    return f"seed {model.training['seed']}" if model.training else model.source


def megabytes(n_bytes: int) -> str:
    """Return a size as people read it."""
    return f"{n_bytes / 1e6:,.0f} MB" if n_bytes >= 1e7 else f"{n_bytes / 1e6:.1f} MB"


def _row(model: KnownModel, run: Run | None, asked_for: bool) -> dict[str, Any]:
    return {
        "system": system_title(model.system),
        "weights": weights_text(model),
        "model": f"fetch {megabytes(model.bytes_to_fetch)}" if model.bytes_to_fetch else "here",
        "state": "queued" if asked_for else "yes" if run else "not yet",
        "accuracy": round(100 * run.standalone_accuracy[-1], 2) if run else None,
    }


def _samples_line(model: KnownModel) -> str:
    whose = "Trained here, by seed" if model.remote is None else f"Published ({model.remote.licence})"
    if model.samples is None:
        at_hand = f"inside {task_of(model.task).packaged_in}"
    elif model.samples_here:
        at_hand = f"here ({model.samples.licence})"
    else:
        at_hand = f"to be fetched, {megabytes(model.samples.archive.limit)} ({model.samples.licence})"
    return plain(f"{whose}: scored on {model.dataset}, {at_hand}")
