"""The list of known models: whether each is downloaded, and whether it is scored."""

from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st

from app.shared.address import tell_unknown
from app.shared.plain_text import plain
from trecx.datasets.tasks import system_title, task_of
from trecx.jobs.known_models import KnownModel
from trecx.store import Run

ROWS_SHOWN, ROW_HEIGHT = 11, 34
COLUMNS = {
    "system": st.column_config.TextColumn("Design", width=195),
    "weights": st.column_config.TextColumn("Weights", width=85),
    "model": st.column_config.TextColumn("Model", width=130),
    "state": st.column_config.TextColumn("Scored", width=70),
    "accuracy": st.column_config.NumberColumn(
        "Accuracy %", format="%.2f", width=92, help="Accuracy of the final exit"
    ),
}


def pick_task(models: Sequence[KnownModel], context_options: str) -> str:
    """Let the user pick a task of the models.

    Args:
        models: all.
        context_options: the task of the sidebar; it is selected first if it has models.
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
    """Show the dataset on which the models of a task are scored, and whether it is downloaded."""
    lines = {(model.source, model.dataset): _samples_line(model) for model in models}
    st.caption("  \n".join(lines.values()))


def pick_models(
    models: Sequence[KnownModel], runs: Sequence[Run], asked_for: Collection[str]
) -> list[KnownModel]:
    """Show the models of a task; return the selected ones.

    Args:
        models: of one task.
        runs: of the store.
        asked_for: keys of those that are waiting or running.
    """
    import pandas as pd  # here, as the page Tune imports this module

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
    """Return the key of the list; other models give another key, so that nothing is selected at first."""
    return f"models {' '.join(model.key for model in models)}"


def weights_text(model: KnownModel) -> str:
    """Return what distinguishes the weights of a model from others of its task and design."""
    return f"seed {model.training['seed']}" if model.training else model.source


def megabytes(n_bytes: int) -> str:
    """Return a size in megabytes, as text."""
    return f"{n_bytes / 1e6:,.0f} MB" if n_bytes >= 1e7 else f"{n_bytes / 1e6:.1f} MB"


def _row(model: KnownModel, run: Run | None, asked_for: bool) -> dict[str, Any]:
    return {
        "system": system_title(model.system),
        "weights": weights_text(model),
        "model": _where(model),
        "state": "queued" if asked_for else "yes" if run else "not yet",
        "accuracy": round(100 * run.standalone_accuracy[-1], 2) if run else None,
    }


def _where(model: KnownModel) -> str:
    if model.bytes_to_fetch:
        return f"download {megabytes(model.bytes_to_fetch)}"
    return "downloaded" if model.remote else "trained here"


def _samples_line(model: KnownModel) -> str:
    whose = "Models trained here" if model.remote is None else f"Published models ({model.remote.licence})"
    if model.samples is None:
        where = f"included in {task_of(model.task).packaged_in}"
    elif model.samples_here:
        where = f"{model.samples.licence}; downloaded"
    else:
        where = f"{model.samples.licence}; download {megabytes(model.samples.archive.limit)}"
    return plain(f"{whose}: scored on {model.dataset} ({where})")
