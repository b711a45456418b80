"""Metadata of imported scores, as the user enters it."""

from collections.abc import Callable

import streamlit as st

from app.shared.plain_text import plain
from trecx.datasets.tasks import SYSTEMS, TASKS, system_title, task_of
from trecx.errors import ScoresError, TrecxError
from trecx.glossary import definition
from trecx.importing import ScoresFile
from trecx.importing.stored_import import About
from trecx.store import Run

TASK, SYSTEM = "own task", "own system"  # read before their widgets are drawn


def usual_classes() -> tuple[str, ...]:
    """Return the class names of the selected task; none if it is not a task of the paper."""
    return task_of(st.session_state.get(TASK) or "").class_names


def pick_about(file: ScoresFile, runs: list[Run]) -> About | None:
    """Let the user enter what the file lacks; None if an entry is not valid."""
    task, system = _pick_names(runs)
    dataset = st.text_input("Dataset", placeholder=file.name, key="own dataset")
    costs = st.text_input(
        "FLOPs per exit",
        placeholder=_from_file(file, "exit_flops", "3127080, 5647920"),
        key="own costs",
        help=f"One number per exit, early to final. {definition('exit FLOPs')}",
    )
    relative = st.checkbox(
        "Only relative costs are known",
        key="relative",
        help="For example 1, 1.8. The final exit then counts as 1 MFLOP, and every page says so.",
    )
    energy, latency, profile = _pick_measured(file, f"{task or 'task'}/{system or 'system'}")
    try:
        about = About(
            task=task,
            system=system,
            dataset=dataset,
            exit_flops=[] if relative else [int(flops) for flops in _numbers("FLOPs", costs, int)],
            relative_costs=_numbers("Relative costs", costs, float) if relative else [],
            energy_uj=_numbers("µJ", energy, float),
            latency_ms=_numbers("ms", latency, float),
            profile=profile,
        )
        _ = about.flops  # an error in it is shown now
    except TrecxError as error:
        st.warning(plain(str(error)))
        return None
    return about


def _pick_measured(file: ScoresFile, name: str) -> tuple[str, str, str]:
    """Let the user enter measurements; return µJ and ms per exit, and the name of the device profile."""
    where = "in the file" if "energy_uj" in file.said else "optional"
    with st.expander(f"Energy and latency measured on a device ({where})"):
        energy = st.text_input(
            "Cumulative µJ per exit",
            placeholder=_from_file(file, "energy_uj", "2600, 4700"),
            key="own energy",
        )
        latency = st.text_input(
            "Cumulative ms per exit",
            placeholder=_from_file(file, "latency_ms", "4.1, 9.5"),
            key="own latency",
        )
        return energy, latency, st.text_input("Device profile name", placeholder=name, key="own profile")


def _pick_names(runs: list[Run]) -> tuple[str, str]:
    # A name that the user entered becomes one of the options.
    tasks = dict.fromkeys([*TASKS, *(run.task for run in runs), st.session_state.get(TASK)])
    systems = dict.fromkeys([*SYSTEMS, *(run.system for run in runs), st.session_state.get(SYSTEM)])
    task = st.selectbox(
        "Task",
        [name for name in tasks if name],
        index=None,
        placeholder="Select one or type a name",
        format_func=lambda name: task_of(name).title,
        accept_new_options=True,
        key=TASK,
        help="A new name has 1 to 40 lowercase letters, digits or hyphens.",
    )
    system = st.selectbox(
        "Design",
        [name for name in systems if name],
        index=None,
        placeholder="Select one or type a name",
        format_func=system_title,
        accept_new_options=True,
        key=SYSTEM,
        help=f"{definition('design')} Select “Baseline” for a network without early exits.",
    )
    return task or "", system or ""


def _from_file(file: ScoresFile, key: str, example: str) -> str:
    if key not in file.said:
        return example
    shown = ", ".join(f"{value:g}" if value < 1e6 else str(value) for value in file.said[key])
    return f"{shown} (from the file)"


def _numbers(what: str, text: str, kind: Callable[[str], float]) -> list[float]:
    try:
        return [kind(part.strip()) for part in text.split(",")] if text.strip() else []
    except ValueError as error:
        whole = "whole numbers" if kind is int else "numbers"
        raise ScoresError(
            f"{what}: enter {whole} separated by commas, such as 2600, 4700; got {text!r}"
        ) from error
