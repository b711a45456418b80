"""Widgets that several pages share."""

import streamlit as st

from app.shared.address import asked
from app.shared.plain_text import plain
from trecx.datasets.tasks import TASKS, system_title, task_of
from trecx.errors import TrecxError
from trecx.files import paths
from trecx.glossary import definition
from trecx.scores.run import FLOAT32, baseline_among, other_precision, runs_named
from trecx.store import Run, Store


def runs_or_stop(store: Store) -> list[Run]:
    """Return the runs of the store; if there are none, show how to create one and stop."""
    try:
        runs, damage = store.runs_and_damage()
    except TrecxError as error:
        st.error(plain(str(error)))
        st.stop()
    for sentence in damage:
        st.warning(plain(f"{sentence}."))
    if not runs:
        st.info(
            "There are no scores here yet. Fetch the published models and their data, then score one:",
            icon="👋",
        )
        folder = "data/downloads" if paths.IS_CLONE else paths.DOWNLOADS
        st.code(
            "python -m trecx models fetch kws\n"
            "python -m trecx data fetch kws\n"
            f"python -m trecx score {folder}/models/kws/trecx --task kws --system trecx",
            language="bash",
        )
        st.stop()
    return runs


def pick_run(runs: list[Run]) -> Run:
    """Let the user select a task and a design; return the run, or show what is missing and stop.

    Task and run are in the page's address, so that a copied link opens the same view. There, `task/system` is
    understood as on the command line.
    """
    early_exit = [run for run in runs if run.n_exits > 1]
    if not early_exit:
        st.info(
            "Only networks without early exits have been scored here. Score one with exits to choose its ρ."
        )
        st.stop()
    named = asked("run")
    wanted = next(iter(runs_named(early_exit, named or "")), None)
    tasks = list(dict.fromkeys(run.task for run in early_exit))
    meant = next((task for task in tasks if named and named.startswith((f"{task}-", f"{task}/"))), None)
    if named and wanted is None:
        there = runs_named(runs, named)
        why = f"{named} has one exit, so no ρ" if there else f"There is no run {named}"
        st.warning(plain(f"{why}; showing another run."))
    task = st.sidebar.selectbox(
        "Task",
        tasks,
        index=tasks.index(wanted.task if wanted else meant or _first(early_exit).task),
        format_func=lambda name: task_of(name).title,
        key="task",
        help=definition("task"),
    )
    of_task = [run for run in early_exit if run.task == task]
    run = st.sidebar.selectbox(
        "Design",
        of_task,
        index=of_task.index(wanted if wanted in of_task else _first(of_task)),
        format_func=lambda run: run_title(run, of_task),
        key=_key(task),
        help=definition("design"),
    )
    about = [] if run.source in run_title(run, of_task) else [run.source]  # the title may contain it already
    if run.precision != FLOAT32:
        about.append(f"{run.precision} run: ρ acts in steps of 1/256")
    if other := other_precision(run, baseline_among(run, runs)):
        about.append(f"baseline: {other}")
    if run.relative_costs:
        about.append("relative costs: 1 MFLOP is the final exit")
    if about:
        st.sidebar.caption("  \n".join(about))
    return run


def show_run(run: Run) -> None:
    """Select a run in the left column; to be called before it is drawn, as in a callback."""
    st.session_state[_key(run.task)] = run


def _key(task: str) -> str:
    return f"run of {task}"


def _first(runs: list[Run]) -> Run:
    """Return the run of T-RECX, the published one if it exists, of the first task in the order of `TASKS`."""
    order = [*TASKS, *(run.task for run in runs)]
    in_order = sorted(runs, key=lambda run: order.index(run.task))
    return next(
        (run for run in in_order if run.system == "trecx" and run.source == "published"), None
    ) or next((run for run in in_order if run.system == "trecx"), in_order[0])


def run_title(run: Run, runs: list[Run]) -> str:
    """Return the design's title, with source and seed if other runs have the same title."""
    title = system_title(run.system, run.precision)
    namesakes = [other for other in runs if system_title(other.system, other.precision) == title]
    if len(namesakes) == 1:
        return title
    twins = [other for other in namesakes if other.source == run.source]
    parts = [] if len(twins) == len(namesakes) else [run.source]
    if len(twins) > 1:
        seeds = {other.training.get("seed") for other in twins}
        parts.append(
            f"seed {run.training['seed']}" if len(seeds) == len(twins) and None not in seeds else run.run_id
        )
    return " · ".join([title, *parts])
