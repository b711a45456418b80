"""What somebody says of the scores that they bring."""

from collections.abc import Callable

import streamlit as st

from app.shared.plain_text import plain
from trecx.datasets.tasks import SYSTEMS, TASKS, system_title, task_of
from trecx.errors import ScoresError, TrecxError
from trecx.importing import ScoresFile
from trecx.importing.stored_import import About
from trecx.store import Run

TASK, SYSTEM, CLASSES = "own task", "own system", "own classes"  # needed before their widgets are drawn


def said_classes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the class names that the user typed, and those of the task that the user picked."""
    typed = st.session_state.get(CLASSES, "").split(",")
    usual = task_of(st.session_state.get(TASK) or "").class_names
    return tuple(name.strip() for name in typed if name.strip()), usual


def pick_about(file: ScoresFile, runs: list[Run]) -> About | None:
    """Let the user say what the file does not; None where something said cannot be."""
    task, system = _pick_names(runs)
    dataset = st.text_input("What the samples are", placeholder=file.name, key="own dataset")
    if "class_names" not in file.said:
        st.text_input("Class names in order, if the numbers need them", placeholder="cat, dog", key=CLASSES)
    costs = st.text_input(
        "FLOPs by exit",
        placeholder=_from_file(file, "exit_flops", "3127080, 5647920"),
        key="own costs",
        help="Spent by the time each exit has answered, early to final, heads on the way included. "
        "One multiply-accumulate is two.",
    )
    relative = st.checkbox(
        "Only proportions are known",
        key="relative",
        help="Such as 1, 1.8. Then a million FLOPs stand for the final exit, and every page says so.",
    )
    energy, latency, profile = _pick_measured(file, f"{task or 'task'}/{system or 'system'}")
    try:
        about = About(
            task=task,
            system=system,
            dataset=dataset,
            exit_flops=[] if relative else [int(flops) for flops in _numbers("FLOPs", costs, int)],
            relative_costs=_numbers("Proportions", costs, float) if relative else [],
            energy_uj=_numbers("µJ", energy, float),
            latency_ms=_numbers("ms", latency, float),
            profile=profile,
        )
        _ = about.flops  # may be none, which is said now
    except TrecxError as error:
        st.warning(plain(str(error)))
        return None
    return about


def _pick_measured(file: ScoresFile, name: str) -> tuple[str, str, str]:
    """Let the user say what was measured; return µJ and ms by exit, and the name to keep them under."""
    there = ": in the file" if "energy_uj" in file.said else ""
    with st.expander(f"Measured on a device{there}"):
        energy = st.text_input(
            "µJ by exit", placeholder=_from_file(file, "energy_uj", "2600, 4700"), key="own energy"
        )
        latency = st.text_input(
            "ms by exit", placeholder=_from_file(file, "latency_ms", "4.1, 9.5"), key="own latency"
        )
        return energy, latency, st.text_input("Kept as device profile", placeholder=name, key="own profile")


def _pick_names(runs: list[Run]) -> tuple[str, str]:
    # A name that was typed joins the known ones.
    tasks = dict.fromkeys([*TASKS, *(run.task for run in runs), st.session_state.get(TASK)])
    systems = dict.fromkeys([*SYSTEMS, *(run.system for run in runs), st.session_state.get(SYSTEM)])
    task = st.selectbox(
        "Task",
        [name for name in tasks if name],
        index=None,
        placeholder="Pick one, or type your own",
        format_func=lambda name: task_of(name).title,
        accept_new_options=True,
        key=TASK,
        help="Your own: 1 to 40 small letters, digits and hyphens",
    )
    system = st.selectbox(
        "System",
        [name for name in systems if name],
        index=None,
        placeholder="Pick one, or type your own",
        format_func=system_title,
        accept_new_options=True,
        key=SYSTEM,
        help="What your network is called. Baseline: the one without early exits",
    )
    return task or "", system or ""


def _from_file(file: ScoresFile, key: str, example: str) -> str:
    if key not in file.said:
        return example
    return (
        f"{', '.join(f'{value:g}' if value < 1e6 else str(value) for value in file.said[key])} (the file's)"
    )


def _numbers(what: str, text: str, kind: Callable[[str], float]) -> list[float]:
    try:
        return [kind(part.strip()) for part in text.split(",")] if text.strip() else []
    except ValueError as error:
        whole = "whole numbers" if kind is int else "numbers"
        raise ScoresError(f"{what}: {whole} separated by commas, such as 2600, 4700; got {text!r}") from error
